-- How often are events of one stage of the funnel followed by events of the next, session by session and user by user?
--
-- - **Unit**: a step of the funnel, from a stage to the next one.
-- - **Window**: the whole event log, users' first weeks.
-- - **Step**: a session with events of both stages, in whatever order. A session that skips the stage before (a checkout without
--   a cart) is a normal branch and is counted apart.
-- - **Denominator**: users with a session. Squares and products are sums over users, so that a ratio of event counts has an error
--   that is clustered by user.
-- - **Null**: never.
WITH users AS (
  SELECT
    user_id,
    SUM(view_count) AS views,
    SUM(cart_count) AS carts,
    SUM(checkout_count) AS checkouts,
    SUM(payment_attempt_count) AS payment_attempts,
    SUM(purchase_count) AS purchases,
    COUNTIF(view_count > 0) AS view_sessions,
    COUNTIF(cart_count > 0) AS cart_sessions,
    COUNTIF(checkout_count > 0) AS checkout_sessions,
    COUNTIF(payment_attempt_count > 0) AS payment_attempt_sessions,
    COUNTIF(view_count > 0 AND cart_count > 0) AS view_and_cart_sessions,
    COUNTIF(cart_count > 0 AND checkout_count > 0) AS cart_and_checkout_sessions,
    COUNTIF(checkout_count > 0 AND payment_attempt_count > 0) AS checkout_and_payment_attempt_sessions,
    COUNTIF(payment_attempt_count > 0 AND purchase_count > 0) AS payment_attempt_and_purchase_sessions,
    COUNTIF(view_count = 0 AND cart_count > 0) AS cart_without_view_sessions,
    COUNTIF(cart_count = 0 AND checkout_count > 0) AS checkout_without_cart_sessions,
    COUNTIF(checkout_count = 0 AND payment_attempt_count > 0) AS payment_attempt_without_checkout_sessions,
    COUNTIF(payment_attempt_count = 0 AND purchase_count > 0) AS purchase_without_payment_attempt_sessions,
    COUNTIF(cart_count > 1) AS repeated_cart_sessions,
    COUNTIF(checkout_count > 1) AS repeated_checkout_sessions,
    COUNTIF(payment_attempt_count > 1) AS repeated_payment_attempt_sessions,
    COUNTIF(purchase_count > 1) AS repeated_purchase_sessions
  FROM marts.dm_funnel_events
  GROUP BY user_id
),

steps AS (
  SELECT
    'add_to_cart' AS step,
    views AS from_events,
    carts AS to_events,
    view_sessions AS from_sessions,
    view_and_cart_sessions AS step_sessions,
    cart_without_view_sessions AS skipped_sessions,
    repeated_cart_sessions AS repeated_sessions
  FROM users
  UNION ALL
  SELECT
    'checkout_start' AS step,
    carts AS from_events,
    checkouts AS to_events,
    cart_sessions AS from_sessions,
    cart_and_checkout_sessions AS step_sessions,
    checkout_without_cart_sessions AS skipped_sessions,
    repeated_checkout_sessions AS repeated_sessions
  FROM users
  UNION ALL
  SELECT
    'payment_attempt' AS step,
    checkouts AS from_events,
    payment_attempts AS to_events,
    checkout_sessions AS from_sessions,
    checkout_and_payment_attempt_sessions AS step_sessions,
    payment_attempt_without_checkout_sessions AS skipped_sessions,
    repeated_payment_attempt_sessions AS repeated_sessions
  FROM users
  UNION ALL
  SELECT
    'purchase' AS step,
    payment_attempts AS from_events,
    purchases AS to_events,
    payment_attempt_sessions AS from_sessions,
    payment_attempt_and_purchase_sessions AS step_sessions,
    purchase_without_payment_attempt_sessions AS skipped_sessions,
    repeated_purchase_sessions AS repeated_sessions
  FROM users
)

SELECT
  step,
  COUNT(*) AS user_count,
  SUM(from_events) AS from_event_count,
  CAST(SUM(from_events * from_events) AS FLOAT64) AS from_event_count_squared,
  SUM(to_events) AS to_event_count,
  CAST(SUM(to_events * to_events) AS FLOAT64) AS to_event_count_squared,
  CAST(SUM(from_events * to_events) AS FLOAT64) AS from_times_to,
  SUM(from_sessions) AS from_session_count,
  SUM(step_sessions) AS step_session_count,
  SUM(skipped_sessions) AS skipped_session_count,
  SUM(repeated_sessions) AS repeated_session_count
FROM steps
GROUP BY step
