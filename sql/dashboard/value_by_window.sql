-- What have customers brought in within fixed windows after signup?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x window.
-- - **Window**: [signup + start_day, signup + end_day), each user on their own clock. Those that start at 0 are cumulative
--   and overlap: take one. What follows activation is in the windows that start after it, such as [30, 360).
-- - **Denominator**: users for whom the whole window has been observed; the others are in no sum.
-- - **Null**: never.
SELECT
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  windows.start_day,
  windows.end_day,
  COUNT(*) AS eligible_user_count,
  COUNTIF(windows.order_count > 0) AS buyer_count,
  SUM(windows.order_count) AS order_count,
  SUM(windows.revenue) AS revenue,
  SUM(CAST(windows.revenue AS FLOAT64) * CAST(windows.revenue AS FLOAT64)) AS revenue_squared,
  users.signup_month
FROM marts.dm_value_windows AS windows
INNER JOIN marts.dm_customer_segments AS users ON users.user_id = windows.user_id
WHERE windows.is_window_observed
GROUP BY
  users.signup_month,
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  windows.start_day,
  windows.end_day
