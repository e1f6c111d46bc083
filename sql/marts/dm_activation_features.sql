-- What did each user do in the first days after signup?
--
-- - **Unit**: user x window. The windows are the first 7 and the first 30 days.
-- - **Window**: half-open days from signup, [signup day, signup day + window_days). Only events inside it count; a session
--   that runs past its end is cut there.
-- - **Clock**: the UTC day of the event, against `observed_until` of the cohort.
-- - **Denominators**: sessions for averages, views for the discount share; null, not 0, when there are none.
-- - **Null**: every feature while the window has not ended, and where the cohort has no event log at all: both are
--   unknown, not zero. A user without events in a cohort that has a log did nothing, and that is 0.
WITH windows AS (
  SELECT 7 AS window_days
  UNION ALL
  SELECT 30 AS window_days
),

cohorts_with_event_log AS (
  SELECT DISTINCT signup_month
  FROM clean.user_events
),

user_windows AS (
  SELECT
    users.user_id,
    users.signup_month,
    windows.window_days,
    cohorts_with_event_log.signup_month IS NOT NULL
    AND COALESCE(DATE_DIFF(observation.observed_until, users.signup_date, DAY) + 1 >= windows.window_days, FALSE)
      AS is_window_observed
  FROM clean.users AS users
  CROSS JOIN windows
  LEFT JOIN raw.observation_windows AS observation ON observation.signup_month = users.signup_month
  LEFT JOIN cohorts_with_event_log ON cohorts_with_event_log.signup_month = users.signup_month
),

-- A window ends with a day, so whatever is inside it is made of whole days: the events are read once.
session_dates AS (
  SELECT
    user_id,
    session_id,
    DATE(event_timestamp) AS event_date,
    MIN(event_timestamp) AS first_at,
    MAX(event_timestamp) AS last_at,
    MIN(referrer) AS referrer,
    COUNT(*) AS event_count,
    COUNTIF(event_type = 'view_product') AS view_count,
    COUNTIF(event_type = 'add_to_cart') AS cart_count,
    COUNTIF(event_type = 'checkout_start') AS checkout_count,
    COUNTIF(event_type = 'payment_attempt') AS payment_attempt_count,
    COUNTIF(event_type = 'purchase') AS purchase_count,
    COUNTIF(event_type = 'view_product' AND is_discount_event) AS discount_view_count,
    COUNTIF(is_discount_event) AS discount_event_count
  FROM clean.user_events
  GROUP BY user_id, session_id, DATE(event_timestamp)
),

session_days AS (
  SELECT
    session_dates.user_id,
    session_dates.session_id,
    DATE_DIFF(session_dates.event_date, users.signup_date, DAY) AS days_since_signup,
    session_dates.first_at,
    session_dates.last_at,
    session_dates.referrer,
    session_dates.event_count,
    session_dates.view_count,
    session_dates.cart_count,
    session_dates.checkout_count,
    session_dates.payment_attempt_count,
    session_dates.purchase_count,
    session_dates.discount_view_count,
    session_dates.discount_event_count
  FROM session_dates
  INNER JOIN clean.users AS users ON users.user_id = session_dates.user_id
),

event_features AS (
  SELECT
    session_days.user_id,
    windows.window_days,
    SUM(session_days.event_count) AS event_count,
    SUM(session_days.view_count) AS view_count,
    SUM(session_days.cart_count) AS cart_count,
    SUM(session_days.checkout_count) AS checkout_count,
    SUM(session_days.payment_attempt_count) AS payment_attempt_count,
    SUM(session_days.purchase_count) AS purchase_count,
    SUM(session_days.discount_view_count) AS discount_view_count,
    SUM(session_days.discount_event_count) AS discount_event_count
  FROM session_days
  INNER JOIN windows
    ON session_days.days_since_signup >= 0 AND session_days.days_since_signup < windows.window_days
  GROUP BY session_days.user_id, windows.window_days
),

sessions AS (
  SELECT
    session_days.user_id,
    windows.window_days,
    session_days.session_id,
    MIN(session_days.first_at) AS session_start,
    MAX(session_days.last_at) AS session_end,
    MIN(session_days.referrer) AS referrer,
    LOGICAL_OR(session_days.cart_count > 0) AS has_cart,
    LOGICAL_OR(session_days.checkout_count > 0) AS has_checkout
  FROM session_days
  INNER JOIN windows
    ON session_days.days_since_signup >= 0 AND session_days.days_since_signup < windows.window_days
  GROUP BY session_days.user_id, windows.window_days, session_days.session_id
),

session_features AS (
  SELECT
    user_id,
    window_days,
    COUNT(*) AS session_count,
    COUNT(DISTINCT referrer) AS distinct_referrers,
    AVG(TIMESTAMP_DIFF(session_end, session_start, MICROSECOND)) / 60000000 AS average_session_minutes,
    SAFE_DIVIDE(TIMESTAMP_DIFF(MAX(session_start), MIN(session_start), MICROSECOND) / 3600000000, COUNT(*) - 1)
      AS average_hours_between_sessions,
    COUNTIF(has_checkout AND NOT has_cart) AS sessions_with_checkout_without_cart
  FROM sessions
  GROUP BY user_id, window_days
),

active_days AS (
  SELECT DISTINCT user_id, days_since_signup
  FROM session_days
),

day_features AS (
  SELECT
    active_days.user_id,
    windows.window_days,
    COUNT(*) AS active_day_count
  FROM active_days
  INNER JOIN windows
    ON active_days.days_since_signup >= 0 AND active_days.days_since_signup < windows.window_days
  GROUP BY active_days.user_id, windows.window_days
),

-- A product or category counts in a window when it is first viewed in it.
first_product_views AS (
  SELECT
    events.user_id,
    events.product_id,
    MIN(DATE_DIFF(DATE(events.event_timestamp), users.signup_date, DAY)) AS days_since_signup
  FROM clean.user_events AS events
  INNER JOIN clean.users AS users ON users.user_id = events.user_id
  WHERE
    events.event_type = 'view_product'
    AND events.product_id IS NOT NULL
    AND DATE(events.event_timestamp) >= users.signup_date
  GROUP BY events.user_id, events.product_id
),

first_category_views AS (
  SELECT
    first_product_views.user_id,
    products.category,
    MIN(first_product_views.days_since_signup) AS days_since_signup
  FROM first_product_views
  INNER JOIN clean.products AS products ON products.product_id = first_product_views.product_id
  GROUP BY first_product_views.user_id, products.category
),

product_features AS (
  SELECT
    first_product_views.user_id,
    windows.window_days,
    COUNT(*) AS distinct_products_viewed
  FROM first_product_views
  INNER JOIN windows ON first_product_views.days_since_signup < windows.window_days
  GROUP BY first_product_views.user_id, windows.window_days
),

category_features AS (
  SELECT
    first_category_views.user_id,
    windows.window_days,
    COUNT(*) AS distinct_categories_viewed
  FROM first_category_views
  INNER JOIN windows ON first_category_views.days_since_signup < windows.window_days
  GROUP BY first_category_views.user_id, windows.window_days
)

SELECT
  user_windows.user_id,
  user_windows.window_days,
  user_windows.is_window_observed,
  IF(user_windows.is_window_observed, COALESCE(session_features.session_count, 0), NULL) AS session_count,
  IF(user_windows.is_window_observed, COALESCE(event_features.event_count, 0), NULL) AS event_count,
  IF(user_windows.is_window_observed, COALESCE(event_features.view_count, 0), NULL) AS view_count,
  IF(user_windows.is_window_observed, COALESCE(event_features.cart_count, 0), NULL) AS cart_count,
  IF(user_windows.is_window_observed, COALESCE(event_features.checkout_count, 0), NULL) AS checkout_count,
  IF(user_windows.is_window_observed, COALESCE(event_features.payment_attempt_count, 0), NULL) AS payment_attempt_count,
  IF(user_windows.is_window_observed, COALESCE(event_features.purchase_count, 0), NULL) AS purchase_count,
  IF(user_windows.is_window_observed, COALESCE(day_features.active_day_count, 0), NULL) AS active_day_count,
  IF(user_windows.is_window_observed, COALESCE(product_features.distinct_products_viewed, 0), NULL)
    AS distinct_products_viewed,
  IF(user_windows.is_window_observed, COALESCE(category_features.distinct_categories_viewed, 0), NULL)
    AS distinct_categories_viewed,
  IF(user_windows.is_window_observed, COALESCE(session_features.distinct_referrers, 0), NULL) AS distinct_referrers,
  IF(user_windows.is_window_observed, session_features.average_session_minutes, NULL) AS average_session_minutes,
  IF(user_windows.is_window_observed, SAFE_DIVIDE(event_features.event_count, session_features.session_count), NULL)
    AS average_events_per_session,
  IF(user_windows.is_window_observed, session_features.average_hours_between_sessions, NULL)
    AS average_hours_between_sessions,
  IF(user_windows.is_window_observed, COALESCE(session_features.sessions_with_checkout_without_cart, 0), NULL)
    AS sessions_with_checkout_without_cart,
  IF(user_windows.is_window_observed, COALESCE(event_features.discount_view_count, 0), NULL) AS discount_view_count,
  IF(user_windows.is_window_observed, SAFE_DIVIDE(event_features.discount_view_count, event_features.view_count), NULL)
    AS discount_view_share,
  IF(user_windows.is_window_observed, COALESCE(event_features.discount_event_count, 0) > 0, NULL) AS has_discount_exposure,
  user_windows.signup_month
FROM user_windows
LEFT JOIN event_features
  ON event_features.user_id = user_windows.user_id AND event_features.window_days = user_windows.window_days
LEFT JOIN session_features
  ON session_features.user_id = user_windows.user_id AND session_features.window_days = user_windows.window_days
LEFT JOIN day_features
  ON day_features.user_id = user_windows.user_id AND day_features.window_days = user_windows.window_days
LEFT JOIN product_features
  ON product_features.user_id = user_windows.user_id AND product_features.window_days = user_windows.window_days
LEFT JOIN category_features
  ON category_features.user_id = user_windows.user_id AND category_features.window_days = user_windows.window_days
