-- How many customers came back on day 1, day 7 and day 30?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x day.
-- - **Clock**: the signup day is day 0; day n is that day alone (bounded retention).
-- - **Active**: an event, or an order paid or failed.
-- - **Denominator**: users for whom the whole day has been observed.
-- - **Null**: never.
-- - **Caution**: the level rests on the first @activation_window_days days, in which day 1 lies.
WITH users AS (
  SELECT
    user_id,
    signup_month,
    COALESCE(device, 'unknown') AS device,
    COALESCE(region, 'unknown') AS region,
    COALESCE(marketing_source, 'unknown') AS marketing_source,
    COALESCE(subscription_type, 'unknown') AS subscription_type,
    COALESCE(activation_level, 'unknown') AS activation_level,
    is_active_day_1,
    is_active_day_7,
    is_active_day_30
  FROM marts.dm_user_purchase_summary
),

days AS (
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
      WHEN 1 THEN users.is_active_day_1
      WHEN 7 THEN users.is_active_day_7
      WHEN 30 THEN users.is_active_day_30
    END AS is_active
  FROM users
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
