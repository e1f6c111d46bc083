-- What is wrong with events, and what is done about it. Decided within a signup month.
--
-- The *owner* of a session is the user of most of its events, events without a session less than an hour from it counted
-- in; where two have as many, the one whose device the session has and who had signed up by then. An event without a
-- session belongs to the session of the same user's nearest other event, when that is less than an hour away: a session's
-- events are at most 20 minutes apart, sessions at least an hour. Stages are judged within the sessions so completed,
-- whatever their order in time. A checkout without a cart is normal, and so is a purchase whose cart was in an earlier
-- session. Shoppers go back a page, begin a checkout again and pay twice, so stages out of order are behaviour, reported by
-- the check `consistency` of raw.user_events and left as they are. Only what nobody can do is an error: a stage that was
-- reached once, less than 5 seconds before the only occurrence of the stage that leads to it. An event that arrived several
-- times, equal in every column, counts once.
--
-- | kind | when | remediation |
-- |---|---|---|
-- | `user_id_mismatch` | the event's user is not its session's owner | the owner |
-- | `missing_user` | `user_id` is null | the session's owner; without, quarantine |
-- | `orphan_user` | the user, repaired if need be, is not among the month's users | quarantine |
-- | `user_quarantined` | the user, repaired if need be, is quarantined | quarantine, or the clean layer would refer to nobody |
-- | `session_id_null` | `session_id` is null or empty | the session it belongs to; without, quarantine |
-- | `event_before_signup` | the event's day is before the signup of its user, both repaired if need be | quarantine: it belongs to no day since signup |
-- | `payment_without_checkout` | a payment_attempt in a session without checkout_start | view_product, if its page is one for browsing; else quarantine |
-- | `purchase_without_payment` | a purchase in a session without a payment_attempt, or whose payment had no checkout | likewise |
-- | `timestamp_reversed` | the session's one purchase less than 5 s before its one payment_attempt, or its one payment_attempt less than 5 s before its one checkout_start | the time of the event it must follow: the least change that puts it right |
-- | `unknown_device` | `device` is not accepted (null is no error) | the user's; without, emptied |
WITH disputed_sessions AS (
  SELECT session_id, signup_month
  FROM raw.user_events
  WHERE session_id <> ''
  GROUP BY session_id, signup_month
  HAVING MIN(user_id) <> MAX(user_id) OR COUNT(user_id) < COUNT(*)
),

lost AS (
  SELECT DISTINCT event_id, user_id, event_timestamp, signup_month
  FROM raw.user_events
  WHERE session_id IS NULL OR session_id = ''
),

disputed_events AS (
  SELECT DISTINCT
    e.event_id,
    e.user_id,
    e.session_id,
    e.event_timestamp,
    e.signup_month,
    IF(u.device = e.device AND TIMESTAMP(u.signup_date) <= e.event_timestamp, 1, 0) AS fits
  FROM raw.user_events AS e
  JOIN disputed_sessions AS d ON d.session_id = e.session_id AND d.signup_month = e.signup_month
  LEFT JOIN clean.users AS u ON u.user_id = e.user_id AND u.signup_month = e.signup_month
),

claims AS (
  SELECT
    session_id,
    signup_month,
    user_id,
    COUNT(*) AS events,
    SUM(fits) AS fits,
    TIMESTAMP_SUB(MIN(event_timestamp), INTERVAL 1 HOUR) AS since,
    TIMESTAMP_ADD(MAX(event_timestamp), INTERVAL 1 HOUR) AS until
  FROM disputed_events
  WHERE user_id IS NOT NULL
  GROUP BY session_id, signup_month, user_id
),

owners AS (
  SELECT c.session_id, c.signup_month, c.user_id
  FROM claims AS c
  LEFT JOIN lost AS l
    ON l.user_id = c.user_id AND l.signup_month = c.signup_month
      AND l.event_timestamp > c.since AND l.event_timestamp < c.until
  GROUP BY c.session_id, c.signup_month, c.user_id, c.events, c.fits
  QUALIFY ROW_NUMBER() OVER (
      PARTITION BY c.session_id, c.signup_month
      ORDER BY c.events + COUNT(l.event_id) DESC, c.fits DESC, c.user_id ASC
    ) = 1
),

reassigned AS (
  SELECT e.event_id, e.signup_month, e.user_id, o.user_id AS owner
  FROM disputed_events AS e
  JOIN owners AS o ON o.session_id = e.session_id AND o.signup_month = e.signup_month
  WHERE e.user_id IS NULL OR e.user_id <> o.user_id
),

their_users AS (
  SELECT DISTINCT user_id, signup_month FROM lost
  WHERE user_id IS NOT NULL
),

-- Only the events of users who have an event without a session.
neighbours AS (
  SELECT DISTINCT
    e.event_id,
    e.signup_month,
    e.event_timestamp,
    NULLIF(e.session_id, '') AS session_id,
    IF(e.session_id <> '', e.event_timestamp, NULL) AS known_at,
    e.user_id
  FROM raw.user_events AS e
  JOIN their_users AS u ON u.user_id = e.user_id AND u.signup_month = e.signup_month
  LEFT JOIN reassigned AS r ON r.event_id = e.event_id AND r.signup_month = e.signup_month
  WHERE r.event_id IS NULL AND e.event_timestamp IS NOT NULL
),

around AS (
  SELECT
    event_id,
    signup_month,
    event_timestamp,
    session_id,
    LAST_VALUE(session_id IGNORE NULLS) OVER before AS session_before,
    LAST_VALUE(known_at IGNORE NULLS) OVER before AS time_before,
    FIRST_VALUE(session_id IGNORE NULLS) OVER after AS session_after,
    FIRST_VALUE(known_at IGNORE NULLS) OVER after AS time_after
  FROM neighbours
  WINDOW before AS (
    PARTITION BY user_id, signup_month ORDER BY event_timestamp, event_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ),
  after AS (
    PARTITION BY user_id, signup_month ORDER BY event_timestamp, event_id
    ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
  )
),

distances AS (
  SELECT
    event_id,
    signup_month,
    session_before,
    session_after,
    TIMESTAMP_DIFF(event_timestamp, time_before, SECOND) AS seconds_before,
    TIMESTAMP_DIFF(time_after, event_timestamp, SECOND) AS seconds_after
  FROM around
  WHERE session_id IS NULL
),

attributed AS (
  SELECT
    event_id,
    signup_month,
    IF(IFNULL(seconds_after, 3600) < IFNULL(seconds_before, 3600), session_after, session_before) AS session_id
  FROM distances
  WHERE seconds_before < 3600 OR seconds_after < 3600
),

stages AS (
  SELECT event_id, event_type, event_timestamp, page, session_id, signup_month
  FROM raw.user_events
  WHERE event_type IN ('checkout_start', 'payment_attempt', 'purchase') AND session_id <> ''
  UNION DISTINCT
  SELECT e.event_id, e.event_type, e.event_timestamp, e.page, a.session_id, e.signup_month
  FROM raw.user_events AS e
  JOIN attributed AS a ON a.event_id = e.event_id AND a.signup_month = e.signup_month
  WHERE e.event_type IN ('checkout_start', 'payment_attempt', 'purchase')
),

sessions AS (
  SELECT
    session_id,
    signup_month,
    MIN(IF(event_type = 'checkout_start', event_timestamp, NULL)) AS first_checkout,
    MIN(IF(event_type = 'payment_attempt', event_timestamp, NULL)) AS first_payment,
    COUNTIF(event_type = 'checkout_start') AS checkouts,
    COUNTIF(event_type = 'payment_attempt') AS payments,
    COUNTIF(event_type = 'purchase') AS purchases
  FROM stages
  GROUP BY session_id, signup_month
),

steps AS (
  SELECT
    e.event_id,
    e.event_type,
    e.event_timestamp,
    e.page,
    e.signup_month,
    s.first_checkout IS NULL OR (e.event_type = 'purchase' AND s.first_payment IS NULL) AS groundless,
    IF(e.event_type = 'purchase', GREATEST(s.first_payment, s.first_checkout), s.first_checkout) AS earliest,
    IF(e.event_type = 'purchase', s.payments = 1 AND s.purchases = 1, s.checkouts = 1 AND s.payments = 1)
    AND e.event_timestamp < IF(e.event_type = 'purchase', s.first_payment, s.first_checkout)
    AND TIMESTAMP_ADD(e.event_timestamp, INTERVAL 5 SECOND)
    > IF(e.event_type = 'purchase', s.first_payment, s.first_checkout) AS reversed
  FROM stages AS e
  JOIN sessions AS s ON s.session_id = e.session_id AND s.signup_month = e.signup_month
  WHERE e.event_type IN ('payment_attempt', 'purchase')
),

values_at_fault AS (
  SELECT
    e.event_id,
    e.user_id,
    e.event_timestamp,
    e.device,
    e.signup_month,
    u.user_id IS NULL AS user_fault,
    u.device AS device_of_user,
    DATE(e.event_timestamp) < u.signup_date AS is_early,
    e.device IS NOT NULL AND a.value IS NULL AS device_fault,
    r.owner
  FROM raw.user_events AS e
  LEFT JOIN reassigned AS r ON r.event_id = e.event_id AND r.signup_month = e.signup_month
  LEFT JOIN clean.users AS u ON u.user_id = IFNULL(r.owner, e.user_id) AND u.signup_month = e.signup_month
  LEFT JOIN accepted_values AS a ON a.column_name = 'device' AND a.value = e.device
  WHERE u.user_id IS NULL
    OR DATE(e.event_timestamp) < u.signup_date
    OR (e.device IS NOT NULL AND a.value IS NULL)
)

SELECT
  event_id AS row_key, IF(user_id IS NULL, 'missing_user', 'user_id_mismatch') AS kind, 'repair' AS remediation,
  'user_id' AS column_name, user_id AS original_value, owner AS repaired_value, signup_month
FROM reassigned
UNION ALL
SELECT
  v.event_id,
  CASE
    WHEN v.user_id IS NULL AND v.owner IS NULL THEN 'missing_user'
    WHEN q.user_id IS NULL THEN 'orphan_user'
    ELSE 'user_quarantined'
  END,
  'quarantine', 'user_id', v.user_id, CAST(NULL AS STRING), v.signup_month
FROM values_at_fault AS v
LEFT JOIN (SELECT DISTINCT user_id, signup_month FROM quarantine.users) AS q
  ON q.user_id = IFNULL(v.owner, v.user_id) AND q.signup_month = v.signup_month
WHERE v.user_fault
UNION ALL
SELECT
  l.event_id, 'session_id_null', IF(a.session_id IS NULL, 'quarantine', 'repair'), 'session_id', CAST(NULL AS STRING),
  a.session_id, l.signup_month
FROM lost AS l
LEFT JOIN attributed AS a ON a.event_id = l.event_id AND a.signup_month = l.signup_month
UNION ALL
SELECT
  event_id, IF(event_type = 'purchase', 'purchase_without_payment', 'payment_without_checkout'),
  IF(page IN ('home', 'category', 'search', 'product'), 'repair', 'quarantine'), 'event_type', event_type,
  IF(page IN ('home', 'category', 'search', 'product'), 'view_product', NULL), signup_month
FROM steps
WHERE groundless
UNION ALL
SELECT
  event_id, 'timestamp_reversed', 'repair', 'event_timestamp', FORMAT_TIMESTAMP('%F %H:%M:%E6S', event_timestamp),
  FORMAT_TIMESTAMP('%F %H:%M:%E6S', earliest), signup_month
FROM steps
WHERE reversed AND NOT groundless
UNION ALL
SELECT
  event_id, 'event_before_signup', 'quarantine', 'event_timestamp',
  FORMAT_TIMESTAMP('%F %H:%M:%E6S', event_timestamp), CAST(NULL AS STRING), signup_month
FROM values_at_fault
WHERE is_early
UNION ALL
SELECT event_id, 'unknown_device', 'repair', 'device', device, device_of_user, signup_month
FROM values_at_fault
WHERE device_fault
