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
-- | `missing_key` | `user_id` is null or empty | quarantine |
-- | `duplicate_key` | several rows have the `user_id`: none can be told to be the right one | quarantine all |
-- | `signup_in_future` | `signup_date` is after the month's last observed day | effective signup; without events, quarantine |
-- | `missing_signup_date` | `signup_date` is null | effective signup; without events, quarantine |
-- | `signup_outside_month` | `signup_date` lies in another month than `signup_month`, and not in the future | effective signup; without events, quarantine |
-- | `join_before_signup` | `subscription_join_date` is before the effective signup | no such day: the date is emptied, a paid type is Free |
-- | `join_in_future` | `subscription_join_date` is after the last observed day | not yet: the date is emptied, a paid type is Free |
-- | `paid_without_join_date` | Plus or Premium, but no `subscription_join_date` | the type is Free |
-- | `free_with_join_date` | Free, but with a `subscription_join_date` | the date is emptied |
-- | `unknown_subscription` | `subscription_type` is none of Free, Plus, Premium (null is not an error: a source may have none) | emptied |
-- | `unknown_device` | `device` is none of iOS, Android, Web (null is not an error) | the device of most of the user's events; without, emptied |
-- | `unknown_marketing_source` | `marketing_source` is none of Organic, Paid, Referral (null is not an error) | emptied |
-- | `missing_region` | `region` is null or empty | 'Unknown' |
WITH keys AS (
  SELECT IFNULL(user_id, '') AS row_key, signup_month, COUNT(*) AS copies
  FROM raw.users
  GROUP BY row_key, signup_month
),
broken_keys AS (
  SELECT row_key, signup_month, IF(row_key = '', 'missing_key', 'duplicate_key') AS kind
  FROM keys
  WHERE row_key = '' OR copies > 1
),
sound AS (
  SELECT
    u.user_id,
    u.signup_date,
    u.device,
    u.region,
    u.marketing_source,
    u.subscription_type,
    u.subscription_join_date,
    u.signup_month,
    w.observed_until,
    CASE
      WHEN u.signup_date IS NULL THEN 'missing_signup_date'
      WHEN u.signup_date > w.observed_until THEN 'signup_in_future'
      WHEN DATE_TRUNC(u.signup_date, MONTH) <> u.signup_month THEN 'signup_outside_month'
    END AS signup_fault,
    u.device IS NOT NULL AND u.device NOT IN ('iOS', 'Android', 'Web') AS device_fault
  FROM raw.users AS u
  LEFT JOIN broken_keys AS b ON b.row_key = IFNULL(u.user_id, '') AND b.signup_month = u.signup_month
  LEFT JOIN raw.observation_windows AS w ON w.signup_month = u.signup_month
  WHERE b.row_key IS NULL
),
in_need AS (
  SELECT user_id, signup_month FROM sound WHERE signup_fault IS NOT NULL OR device_fault
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
  SELECT user_id, signup_month, device
  FROM their_events
  WHERE device IN ('iOS', 'Android', 'Web')
  GROUP BY user_id, signup_month, device
  QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id, signup_month ORDER BY COUNT(*) DESC, device) = 1
),
effective AS (
  SELECT
    s.user_id,
    s.signup_date,
    s.device,
    s.region,
    s.marketing_source,
    s.subscription_type,
    s.subscription_join_date,
    s.signup_month,
    s.observed_until,
    s.signup_fault,
    s.device_fault,
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
    region,
    marketing_source,
    subscription_type,
    subscription_join_date,
    signup_month,
    signup_fault,
    device_fault,
    first_day,
    usual_device,
    CASE
      WHEN subscription_join_date > observed_until THEN 'join_in_future'
      WHEN subscription_join_date < signup THEN 'join_before_signup'
      WHEN subscription_type = 'Free' AND subscription_join_date IS NOT NULL THEN 'free_with_join_date'
      WHEN subscription_type IN ('Plus', 'Premium') AND subscription_join_date IS NULL THEN 'paid_without_join_date'
    END AS join_fault
  FROM effective
)
SELECT row_key, kind, 'quarantine' AS remediation, 'user_id' AS column_name, row_key AS original_value,
  CAST(NULL AS STRING) AS repaired_value, signup_month
FROM broken_keys
UNION ALL
SELECT user_id, signup_fault, IF(first_day IS NULL, 'quarantine', 'repair'), 'signup_date', CAST(signup_date AS STRING),
  CAST(first_day AS STRING), signup_month
FROM judged
WHERE signup_fault IS NOT NULL
UNION ALL
SELECT user_id, join_fault, 'repair', 'subscription_join_date', CAST(subscription_join_date AS STRING), CAST(NULL AS STRING),
  signup_month
FROM judged
WHERE join_fault IS NOT NULL AND subscription_join_date IS NOT NULL
UNION ALL
SELECT user_id, join_fault, 'repair', 'subscription_type', subscription_type, 'Free', signup_month
FROM judged
WHERE join_fault IS NOT NULL AND subscription_type IN ('Plus', 'Premium')
UNION ALL
SELECT user_id, 'unknown_subscription', 'repair', 'subscription_type', subscription_type, CAST(NULL AS STRING), signup_month
FROM judged
WHERE subscription_type NOT IN ('Free', 'Plus', 'Premium')
UNION ALL
SELECT user_id, 'unknown_device', 'repair', 'device', device, usual_device, signup_month
FROM judged
WHERE device_fault
UNION ALL
SELECT user_id, 'unknown_marketing_source', 'repair', 'marketing_source', marketing_source, CAST(NULL AS STRING), signup_month
FROM judged
WHERE marketing_source NOT IN ('Organic', 'Paid', 'Referral')
UNION ALL
SELECT user_id, 'missing_region', 'repair', 'region', region, 'Unknown', signup_month
FROM judged
WHERE region IS NULL OR region = ''
