-- On which day did users meet each definition of activation that could be adopted, and what did they do later?
--
-- - **Definitions**: at least so many sessions, at least so many events of one type (views, carts or checkouts), or both; each
--   count from 1 to 8. One session beside an event is no condition of its own and left out. Whoever did nothing is in the
--   definition that asks for nothing alone, which all users meet on day 0.
-- - **Unit**: signup month x definition x day on which the last of its conditions was met x which condition that was.
-- - **Window**: the days [0, 30) after signup. A user who does not meet a definition in them is in no cell of it.
-- - **Clock**: UTC days from signup; a session counts on the day of its first event.
-- - **Later**: paid orders in [signup + 30, signup + 360); returned is an event or an order in [signup + 30, signup + 90).
-- - **Denominator**: mature users, whose outcome window has been observed whole and who have an event log; without those whom
--   the onboarding nudge was shown: it puts carts where there would have been none.
-- - **Null**: never.
WITH users AS (
  SELECT
    summary.user_id,
    summary.signup_date,
    summary.order_count_days_31_to_360 AS later_orders,
    summary.is_active_days_31_to_90 AS has_returned,
    COALESCE(summary.device, 'unknown') AS device,
    COALESCE(summary.marketing_source, 'unknown') AS marketing_source,
    summary.signup_month
  FROM marts.dm_user_purchase_summary AS summary
  LEFT JOIN clean.experiment_assignments AS nudges
    ON
      nudges.user_id = summary.user_id
      AND nudges.experiment = 'onboarding_nudge'
      AND nudges.arm = 'treatment'
  WHERE
    summary.order_count_days_31_to_360 IS NOT NULL
    AND summary.is_activated IS NOT NULL
    AND nudges.user_id IS NULL
),

sessions AS (
  SELECT
    funnel.user_id,
    funnel.days_since_signup AS day,
    ROW_NUMBER() OVER (PARTITION BY funnel.user_id ORDER BY funnel.session_start, funnel.session_id) AS session_count
  FROM marts.dm_funnel_events AS funnel
  INNER JOIN users ON users.user_id = funnel.user_id
  WHERE funnel.days_since_signup >= 0 AND funnel.days_since_signup < 30
),

events AS (
  SELECT
    log.user_id,
    log.event_type,
    DATE_DIFF(DATE(log.event_timestamp), users.signup_date, DAY) AS day,
    ROW_NUMBER() OVER (PARTITION BY log.user_id, log.event_type ORDER BY log.event_timestamp, log.event_id) AS event_count
  FROM clean.user_events AS log
  INNER JOIN users ON users.user_id = log.user_id
  WHERE
    log.event_type IN ('view_product', 'add_to_cart', 'checkout_start')
    AND DATE_DIFF(DATE(log.event_timestamp), users.signup_date, DAY) >= 0
    AND DATE_DIFF(DATE(log.event_timestamp), users.signup_date, DAY) < 30
),

met AS (
  SELECT user_id, 0 AS session_count, 'none' AS event_type, 0 AS event_count, 0 AS day, 'session' AS last_condition
  FROM users
  UNION ALL
  SELECT user_id, session_count, 'none', 0, day, 'session'
  FROM sessions
  WHERE session_count <= 8
  UNION ALL
  SELECT user_id, 0, event_type, event_count, day, 'event'
  FROM events
  WHERE event_count <= 8
  UNION ALL
  SELECT
    sessions.user_id,
    sessions.session_count,
    events.event_type,
    events.event_count,
    GREATEST(sessions.day, events.day),
    IF(sessions.day > events.day, 'session', 'event')
  FROM sessions
  INNER JOIN events ON events.user_id = sessions.user_id
  WHERE sessions.session_count >= 2 AND sessions.session_count <= 8 AND events.event_count <= 8
)

SELECT
  met.session_count,
  met.event_type,
  met.event_count,
  met.day,
  met.last_condition,
  COUNT(*) AS mature_user_count,
  SUM(users.later_orders) AS later_orders,
  SUM(CAST(users.later_orders * users.later_orders AS FLOAT64)) AS later_orders_squared,
  COUNTIF(users.has_returned) AS returned_user_count,
  COUNTIF(users.device = 'iOS') AS ios_user_count,
  COUNTIF(users.device = 'Android') AS android_user_count,
  COUNTIF(users.marketing_source = 'Organic') AS organic_user_count,
  COUNTIF(users.marketing_source = 'Paid') AS paid_user_count,
  users.signup_month
FROM met
INNER JOIN users ON users.user_id = met.user_id
GROUP BY
  users.signup_month, met.session_count, met.event_type, met.event_count, met.day, met.last_condition
