-- How many customers came back on day 1, day 7 and day 30?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x day.
-- - **Clock**: the signup day is day 0; day n is that day alone (bounded retention).
-- - **Active**: an event, or an order paid or failed.
-- - **Denominator**: users for whom the whole day has been observed.
-- - **Null**: never.
-- - **Caution**: the level rests on the first @activation_window_days days, in which day 1 lies.
WITH days AS (
  SELECT days_since_signup
  FROM UNNEST([1, 7, 30]) AS days_since_signup
),

returns AS (
  SELECT
    users.signup_month,
    users.device,
    users.region,
    users.marketing_source,
    users.subscription_type,
    users.activation_level,
    days.days_since_signup,
    CASE days.days_since_signup
      WHEN 1 THEN summaries.is_active_day_1
      WHEN 7 THEN summaries.is_active_day_7
      WHEN 30 THEN summaries.is_active_day_30
    END AS is_active
  FROM marts.dm_customer_segments AS users
  INNER JOIN marts.dm_user_purchase_summary AS summaries ON summaries.user_id = users.user_id
  CROSS JOIN days
)

SELECT
  device,
  region,
  marketing_source,
  subscription_type,
  activation_level,
  days_since_signup,
  COUNT(is_active) AS eligible_user_count,
  COUNTIF(is_active) AS active_user_count,
  signup_month
FROM returns
GROUP BY signup_month, device, region, marketing_source, subscription_type, activation_level, days_since_signup
