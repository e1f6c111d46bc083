-- What did users buy after their first 30 days, by the day on which they first bought in them?
--
-- - **Unit**: signup month x activation level x day of the first paid order since signup, cut at 30: `30` is a user who had
--   not bought before day 30.
-- - **Window**: the landmark is day 30. Who first bought when is decided in [signup, signup + 30), what followed is measured
--   in [signup + 30, signup + 360).
-- - **Denominator**: mature users, whose outcome window has been observed whole; nobody else is in any cell.
-- - **Null**: never.
SELECT
  COALESCE(activation_level, 'unknown') AS activation_level,
  LEAST(COALESCE(days_to_first_purchase, 30), 30) AS first_purchase_day,
  COUNT(*) AS mature_user_count,
  SUM(order_count_days_31_to_360) AS later_orders,
  SUM(CAST(order_count_days_31_to_360 AS FLOAT64) * order_count_days_31_to_360) AS later_orders_squared,
  SUM(revenue_days_31_to_360) AS later_revenue,
  SUM(CAST(revenue_days_31_to_360 AS FLOAT64) * CAST(revenue_days_31_to_360 AS FLOAT64)) AS later_revenue_squared,
  SUM(revenue_first_30_days + revenue_days_31_to_360) AS first_360_days_revenue,
  signup_month
FROM marts.dm_user_purchase_summary
WHERE revenue_days_31_to_360 IS NOT NULL
GROUP BY signup_month, COALESCE(activation_level, 'unknown'), LEAST(COALESCE(days_to_first_purchase, 30), 30)
