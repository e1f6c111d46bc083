-- What did users of each activation level buy later, and of what is it made?
--
-- - **Unit**: signup month x activation level; `unknown` where the level is.
-- - **Window**: paid orders, revenue and High-tier revenue of [signup + 30, signup + 360).
-- - **Denominator**: mature users, whose outcome window has been observed whole; nobody else is in any cell. Squares and
--   products are sums over users, so that a ratio of sums has an error that is clustered by user.
-- - **Null**: never.
WITH users AS (
  SELECT
    signup_month,
    COALESCE(activation_level, 'unknown') AS activation_level,
    order_count_days_31_to_360 AS orders,
    revenue_days_31_to_360 AS money,
    high_tier_revenue_days_31_to_360 AS high_tier_money,
    CAST(revenue_days_31_to_360 AS FLOAT64) AS revenue,
    CAST(high_tier_revenue_days_31_to_360 AS FLOAT64) AS high_tier_revenue
  FROM marts.dm_user_purchase_summary
  WHERE revenue_days_31_to_360 IS NOT NULL
)

SELECT
  activation_level,
  COUNT(*) AS mature_user_count,
  SUM(orders) AS later_orders,
  SUM(CAST(orders AS FLOAT64) * orders) AS later_orders_squared,
  SUM(money) AS later_revenue,
  SUM(revenue * revenue) AS later_revenue_squared,
  SUM(high_tier_money) AS later_high_tier_revenue,
  SUM(high_tier_revenue * high_tier_revenue) AS later_high_tier_revenue_squared,
  SUM(orders * revenue) AS later_orders_times_revenue,
  SUM(orders * high_tier_revenue) AS later_orders_times_high_tier_revenue,
  SUM(revenue * high_tier_revenue) AS later_revenue_times_high_tier_revenue,
  signup_month
FROM users
GROUP BY signup_month, activation_level
