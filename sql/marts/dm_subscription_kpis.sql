-- What are the headline numbers of each subscription type?
--
-- - **Unit**: a subscription type as it was at `observed_until`; `unknown` where the source has none.
-- - **Window**: from signup to `observed_until`. Types differ in how long their users have been observed, so compare
--   `revenue_per_user_per_30_days`, not totals; the revenue of a subscriber's time as a Free user is included.
-- - **Denominators**: users for ARPU and the buyer rate, paid orders for AOV, buyers for the repurchase rate, observed
--   user-days for the 30-day revenue. Sums over sums.
-- - **Null**: a rate whose denominator is empty.
--
-- A separate table, because its row is a type and not a user: repeated on every user's row, the same numbers would
-- invite wrong sums.
WITH users AS (
  SELECT
    COALESCE(subscription_type, 'unknown') AS subscription_type,
    days_observed,
    lifetime_revenue,
    successful_order_count
  FROM marts.dm_user_purchase_summary
),

totals AS (
  SELECT
    subscription_type,
    COUNT(*) AS user_count,
    COUNTIF(successful_order_count >= 1) AS buyer_count,
    COUNTIF(successful_order_count >= 2) AS repeat_buyer_count,
    SUM(successful_order_count) AS order_count,
    SUM(lifetime_revenue) AS revenue,
    SUM(days_observed) AS observed_user_days
  FROM users
  GROUP BY subscription_type
)

SELECT
  subscription_type,
  user_count,
  buyer_count,
  repeat_buyer_count,
  order_count,
  revenue,
  observed_user_days,
  SAFE_DIVIDE(buyer_count, user_count) AS buyer_rate,
  SAFE_DIVIDE(repeat_buyer_count, buyer_count) AS repurchase_rate,
  SAFE_DIVIDE(CAST(revenue AS FLOAT64), user_count) AS average_revenue_per_user,
  SAFE_DIVIDE(CAST(revenue AS FLOAT64), order_count) AS average_order_value,
  SAFE_DIVIDE(CAST(revenue * 30 AS FLOAT64), observed_user_days) AS revenue_per_user_per_30_days
FROM totals
