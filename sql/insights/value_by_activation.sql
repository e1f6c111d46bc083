-- What are activated users worth beside the others, compared as they are, and among users with the same attributes?
--
-- - **Unit**: signup month x activation x device x region x channel, of mature users whose activation is known; `unknown` where
--   a user has none.
-- - **Later orders and revenue**: paid, in [signup + 30 days, signup + 360 days). Mature users are those for whom these days
--   have been observed whole; the others are in no cell.
-- - **Lifetime revenue**: paid, from signup to the last observed day: it holds what was bought while activation was
--   decided, and is here to show what that does to a comparison.
-- - **Null**: never.
SELECT
  is_activated,
  COALESCE(device, 'unknown') AS device,
  COALESCE(region, 'unknown') AS region,
  COALESCE(marketing_source, 'unknown') AS marketing_source,
  COUNT(*) AS mature_user_count,
  COUNTIF(order_count_days_31_to_360 >= 1) AS later_buyer_count,
  SUM(order_count_days_31_to_360) AS later_orders,
  SUM(CAST(order_count_days_31_to_360 * order_count_days_31_to_360 AS FLOAT64)) AS later_orders_squared,
  SUM(revenue_days_31_to_360) AS later_revenue,
  SUM(CAST(revenue_days_31_to_360 AS FLOAT64) * CAST(revenue_days_31_to_360 AS FLOAT64)) AS later_revenue_squared,
  SUM(lifetime_revenue) AS lifetime_revenue,
  SUM(CAST(lifetime_revenue AS FLOAT64) * CAST(lifetime_revenue AS FLOAT64)) AS lifetime_revenue_squared,
  signup_month
FROM marts.dm_user_purchase_summary
WHERE is_activated IS NOT NULL AND order_count_days_31_to_360 IS NOT NULL
GROUP BY
  signup_month,
  is_activated,
  COALESCE(device, 'unknown'),
  COALESCE(region, 'unknown'),
  COALESCE(marketing_source, 'unknown')
