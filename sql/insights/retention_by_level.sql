-- Who came back on which days, by activation level?
--
-- - **Unit**: signup month x activation level x window of return.
-- - **Window**: exactly day 1, 7 or 30 after signup; days 31 to 90, the signup day counted as day 1: [signup + 30, signup + 90).
-- - **Clock**: UTC days from signup; day 0 is the signup day. Active is an event or an order, paid or failed.
-- - **Denominator**: users whose level is known and whose window has been observed whole. Add cells and divide.
-- - **Null**: never; who is not known to have returned or not is in no cell.
WITH windows AS (
  SELECT 'day_1' AS return_window
  UNION ALL
  SELECT 'day_7'
  UNION ALL
  SELECT 'day_30'
  UNION ALL
  SELECT 'days_31_to_90'
),

users AS (
  SELECT
    summary.signup_month,
    summary.activation_level,
    windows.return_window,
    CASE windows.return_window
      WHEN 'day_1' THEN summary.is_active_day_1
      WHEN 'day_7' THEN summary.is_active_day_7
      WHEN 'day_30' THEN summary.is_active_day_30
      ELSE summary.is_active_days_31_to_90
    END AS is_active
  FROM marts.dm_user_purchase_summary AS summary
  CROSS JOIN windows
  WHERE summary.activation_level IS NOT NULL
)

SELECT
  activation_level,
  return_window,
  COUNT(*) AS user_count,
  COUNTIF(is_active) AS returned_user_count,
  signup_month
FROM users
WHERE is_active IS NOT NULL
GROUP BY signup_month, activation_level, return_window
