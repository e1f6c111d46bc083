-- What do users pay for an order, on average, by their subscription?
--
-- - **Unit**: subscription type x a user's revenue per paid order, in hundredths cut to three figures.
-- - **Window**: paid orders from signup to `observed_until`.
-- - **Denominator**: users with a paid order, each counted once, however many they have placed. Squares and products are sums
--   over users, so that revenue over orders has an error that is clustered by user.
-- - **Null**: never; a user without a subscription on record is `unknown`.
WITH buyers AS (
  SELECT
    COALESCE(subscription_type, 'unknown') AS subscription_type,
    successful_order_count AS orders,
    lifetime_revenue AS revenue,
    DIV(CAST(lifetime_revenue * 100 AS INT64), NULLIF(successful_order_count, 0)) AS hundredths
  FROM marts.dm_user_purchase_summary
  WHERE successful_order_count > 0
),

cut AS (
  SELECT
    subscription_type,
    orders,
    revenue,
    hundredths,
    CAST(POW(10, GREATEST(LENGTH(CAST(hundredths AS STRING)) - 3, 0)) AS INT64) AS unit
  FROM buyers
)

SELECT
  subscription_type,
  hundredths - MOD(hundredths, NULLIF(unit, 0)) AS value_group,
  COUNT(*) AS buyer_count,
  SUM(hundredths) / 100 AS value_total,
  SUM(orders) AS order_count,
  CAST(SUM(orders * orders) AS FLOAT64) AS order_count_squared,
  SUM(revenue) AS revenue,
  SUM(CAST(revenue AS FLOAT64) * CAST(revenue AS FLOAT64)) AS revenue_squared,
  SUM(orders * CAST(revenue AS FLOAT64)) AS orders_times_revenue
FROM cut
GROUP BY subscription_type, hundredths - MOD(hundredths, NULLIF(unit, 0))
