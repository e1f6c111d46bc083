-- What is wrong with users, and what is done about it. Decided within a signup month.
--
-- The *effective signup* of a user is `signup_date`, or, where that cannot be, the day of their first event: the event
-- log starts on the signup day. Only days of the signup month count, and events that are not alone in both their session
-- and their day, where there are any (a single event may be a stranger's that carries the wrong user).
--
-- A user is Free until the day of joining, so a paid type that no possible day goes with is Free. A source that knows no
-- joining days leaves `subscription_type` null.
--
-- | kind | when | remediation |
-- |---|---|---|
-- | `signup_in_future` | `signup_date` is after the month's last observed day | effective signup; without events, quarantine |
-- | `missing_signup_date` | `signup_date` is null | effective signup; without events, quarantine |
-- | `signup_outside_month` | `signup_date` lies in another month than `signup_month`, and not in the future | effective signup; without events, quarantine |
-- | `join_before_signup` | `subscription_join_date` is before the effective signup | no such day: the date is emptied, a paid type is Free |
-- | `join_in_future` | `subscription_join_date` is after the last observed day | not yet: the date is emptied, a paid type is Free |
-- | `paid_without_join_date` | an accepted type other than Free, but no `subscription_join_date` | the type is Free |
-- | `free_with_join_date` | Free, but with a `subscription_join_date` | the date is emptied |
-- | `unknown_device` | `device` is not accepted (null is no error) | the device of most of the user's events; without, emptied |
WITH sound AS (
  SELECT
    u.user_id,
    u.signup_date,
    u.device,
    u.subscription_type,
    u.subscription_join_date,
    u.signup_month,
    w.observed_until,
    CASE
      WHEN u.signup_date IS NULL THEN 'missing_signup_date'
      WHEN u.signup_date > w.observed_until THEN 'signup_in_future'
      WHEN DATE_TRUNC(u.signup_date, MONTH) <> u.signup_month THEN 'signup_outside_month'
    END AS signup_fault,
    u.device IS NOT NULL AND d.value IS NULL AS device_fault,
    t.value <> 'Free' AS is_paid
  FROM raw.users AS u
  LEFT JOIN broken_keys AS b ON b.row_key = IFNULL(u.user_id, '') AND b.signup_month = u.signup_month
  LEFT JOIN accepted_values AS d ON d.column_name = 'device' AND d.value = u.device
  LEFT JOIN accepted_values AS t ON t.column_name = 'subscription_type' AND t.value = u.subscription_type
  LEFT JOIN raw.observation_windows AS w ON w.signup_month = u.signup_month
  WHERE b.row_key IS NULL
),

in_need AS (
  SELECT DISTINCT user_id, signup_month FROM sound
  WHERE signup_fault IS NOT NULL OR device_fault
),

their_events AS (
  SELECT
    e.user_id,
    e.signup_month,
    e.device,
    DATE(e.event_timestamp) AS day,
    GREATEST(
      COUNT(*) OVER (PARTITION BY e.user_id, e.signup_month, e.session_id),
      COUNT(*) OVER (PARTITION BY e.user_id, e.signup_month, DATE(e.event_timestamp))
    ) AS events
  FROM raw.user_events AS e
  JOIN in_need AS n ON n.user_id = e.user_id AND n.signup_month = e.signup_month
),

first_days AS (
  SELECT user_id, signup_month, IFNULL(MIN(IF(events > 1, day, NULL)), MIN(day)) AS day
  FROM their_events
  WHERE DATE_TRUNC(day, MONTH) = signup_month
  GROUP BY user_id, signup_month
),

devices AS (
  SELECT e.user_id, e.signup_month, e.device
  FROM their_events AS e
  JOIN accepted_values AS a ON a.column_name = 'device' AND a.value = e.device
  GROUP BY e.user_id, e.signup_month, e.device
  QUALIFY ROW_NUMBER() OVER (PARTITION BY e.user_id, e.signup_month ORDER BY COUNT(*) DESC, e.device) = 1
),

effective AS (
  SELECT
    s.user_id,
    s.signup_date,
    s.device,
    s.subscription_type,
    s.subscription_join_date,
    s.signup_month,
    s.observed_until,
    s.signup_fault,
    s.device_fault,
    s.is_paid,
    f.day AS first_day,
    d.device AS usual_device,
    IF(s.signup_fault IS NULL, s.signup_date, f.day) AS signup
  FROM sound AS s
  LEFT JOIN first_days AS f ON f.user_id = s.user_id AND f.signup_month = s.signup_month
  LEFT JOIN devices AS d ON d.user_id = s.user_id AND d.signup_month = s.signup_month
),

judged AS (
  SELECT
    user_id,
    signup_date,
    device,
    subscription_type,
    subscription_join_date,
    signup_month,
    signup_fault,
    device_fault,
    is_paid,
    first_day,
    usual_device,
    CASE
      WHEN subscription_join_date > observed_until THEN 'join_in_future'
      WHEN subscription_join_date < signup THEN 'join_before_signup'
      WHEN subscription_type = 'Free' AND subscription_join_date IS NOT NULL THEN 'free_with_join_date'
      WHEN is_paid AND subscription_join_date IS NULL THEN 'paid_without_join_date'
    END AS join_fault
  FROM effective
)

SELECT
  user_id AS row_key, signup_fault AS kind, IF(first_day IS NULL, 'quarantine', 'repair') AS remediation,
  'signup_date' AS column_name, CAST(signup_date AS STRING) AS original_value, CAST(first_day AS STRING) AS repaired_value,
  signup_month
FROM judged
WHERE signup_fault IS NOT NULL
UNION ALL
SELECT
  user_id, join_fault, 'repair', 'subscription_join_date', CAST(subscription_join_date AS STRING), CAST(NULL AS STRING),
  signup_month
FROM judged
WHERE join_fault IS NOT NULL AND subscription_join_date IS NOT NULL
UNION ALL
SELECT user_id, join_fault, 'repair', 'subscription_type', subscription_type, 'Free', signup_month
FROM judged
WHERE join_fault IS NOT NULL AND is_paid
UNION ALL
SELECT user_id, 'unknown_device', 'repair', 'device', device, usual_device, signup_month
FROM judged
WHERE device_fault
