-- How do the sessions of activated users differ from the others', pattern by pattern?
--
-- - **Unit**: signup month x pattern x whether activated.
-- - **Window**: the activation window, [signup, signup + @activation_window_days days), where sessions are cut at its end; the
--   first session is the first that began in it, taken whole.
-- - **Clock**: UTC; minutes from a session's first event to its last, hours from one session's start to the next one's.
-- - **Denominator**: users whose activation is known and who have the pattern: a session, or two for the hours between them.
-- - **Null**: never; a user without the pattern is in no cell of it.
-- - **Precision**: means and minutes are cut to 1,024ths, whose sums are exact: the order in which rows are added changes nothing.
WITH patterns AS (
  SELECT 'session_count' AS pattern
  UNION ALL
  SELECT 'active_day_count'
  UNION ALL
  SELECT 'session_minutes'
  UNION ALL
  SELECT 'session_events'
  UNION ALL
  SELECT 'hours_between_sessions'
  UNION ALL
  SELECT 'products_viewed'
  UNION ALL
  SELECT 'categories_viewed'
  UNION ALL
  SELECT 'referrers'
  UNION ALL
  SELECT 'first_session_minutes'
  UNION ALL
  SELECT 'first_session_events'
),

first_numbers AS (
  SELECT
    user_id,
    MIN(session_number) AS session_number
  FROM marts.dm_funnel_events
  WHERE days_since_signup >= 0 AND days_since_signup < @activation_window_days
  GROUP BY user_id
),

first_sessions AS (
  SELECT
    sessions.user_id,
    sessions.duration_seconds,
    sessions.event_count
  FROM marts.dm_funnel_events AS sessions
  INNER JOIN first_numbers
    ON first_numbers.user_id = sessions.user_id AND first_numbers.session_number = sessions.session_number
),

measured AS (
  SELECT
    summary.signup_month,
    patterns.pattern,
    summary.is_activated,
    CASE patterns.pattern
      WHEN 'session_count' THEN CAST(features.session_count AS FLOAT64)
      WHEN 'active_day_count' THEN CAST(features.active_day_count AS FLOAT64)
      WHEN 'session_minutes' THEN FLOOR(features.average_session_minutes * 1024) / 1024
      WHEN 'session_events' THEN FLOOR(features.average_events_per_session * 1024) / 1024
      WHEN 'hours_between_sessions' THEN FLOOR(features.average_hours_between_sessions * 1024) / 1024
      WHEN 'products_viewed' THEN CAST(features.distinct_products_viewed AS FLOAT64)
      WHEN 'categories_viewed' THEN CAST(features.distinct_categories_viewed AS FLOAT64)
      WHEN 'referrers' THEN CAST(features.distinct_referrers AS FLOAT64)
      WHEN 'first_session_minutes' THEN FLOOR(first_sessions.duration_seconds * 1024 / 60) / 1024
      ELSE CAST(first_sessions.event_count AS FLOAT64)
    END AS value
  FROM marts.dm_user_purchase_summary AS summary
  INNER JOIN marts.dm_activation_features AS features
    ON features.user_id = summary.user_id AND features.window_days = @activation_window_days
  LEFT JOIN first_sessions ON first_sessions.user_id = summary.user_id
  CROSS JOIN patterns
  WHERE summary.is_activated IS NOT NULL
)

SELECT
  pattern,
  is_activated,
  COUNT(*) AS user_count,
  SUM(value) AS value,
  SUM(value * value) AS value_squared,
  signup_month
FROM measured
WHERE value IS NOT NULL
GROUP BY signup_month, pattern, is_activated
