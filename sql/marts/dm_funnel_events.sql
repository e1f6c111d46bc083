-- How far did each session get towards a purchase, and where did it stop?
--
-- - **Unit**: a session of a user (a session id shared by two users is two sessions).
-- - **Clock**: UTC; the session begins with its first event. Sessions are numbered per user in that order.
-- - **Stages**: view_product, add_to_cart, checkout_start, payment_attempt, purchase. The furthest stage is the deepest with
--   an event; the drop-off stage is the same, and null for a session that purchased.
-- - **Normalised stage times**: a stage's time is the earliest event of that stage *or of any deeper one*, so the times never
--   decrease with depth, whatever the order in which events were logged. A stage without an event of its own stays null: a
--   checkout without a cart is a normal branch, and no cart is invented for it.
-- - **Null**: times of stages not reached; the drop-off stage of sessions with a purchase; the furthest and the drop-off stage
--   of sessions without any stage, in which only other things were done; device and referrer when unknown.
WITH sessions AS (
  SELECT
    user_id,
    session_id,
    signup_month,
    MIN(device) AS device,
    MIN(referrer) AS referrer,
    MIN(event_timestamp) AS session_start,
    MAX(event_timestamp) AS session_end,
    COUNT(*) AS event_count,
    COUNTIF(event_type = 'view_product') AS view_count,
    COUNTIF(event_type = 'add_to_cart') AS cart_count,
    COUNTIF(event_type = 'checkout_start') AS checkout_count,
    COUNTIF(event_type = 'payment_attempt') AS payment_attempt_count,
    COUNTIF(event_type = 'purchase') AS purchase_count,
    -- The earliest event of the stage or of a deeper one.
    MIN(
      IF(
        event_type IN ('view_product', 'add_to_cart', 'checkout_start', 'payment_attempt', 'purchase'), event_timestamp, NULL
      )
    ) AS view_or_deeper_at,
    MIN(IF(event_type IN ('add_to_cart', 'checkout_start', 'payment_attempt', 'purchase'), event_timestamp, NULL))
      AS cart_or_deeper_at,
    MIN(IF(event_type IN ('checkout_start', 'payment_attempt', 'purchase'), event_timestamp, NULL)) AS checkout_or_deeper_at,
    MIN(IF(event_type IN ('payment_attempt', 'purchase'), event_timestamp, NULL)) AS payment_or_deeper_at,
    MIN(IF(event_type = 'purchase', event_timestamp, NULL)) AS purchase_at,
    COUNTIF(is_discount_event) AS discount_event_count
  FROM clean.user_events
  GROUP BY user_id, session_id, signup_month
),

staged AS (
  SELECT
    sessions.user_id,
    sessions.session_id,
    ROW_NUMBER() OVER (PARTITION BY sessions.user_id ORDER BY sessions.session_start, sessions.session_id) AS session_number,
    sessions.session_start,
    sessions.session_end,
    sessions.device,
    sessions.referrer,
    DATE_DIFF(DATE(sessions.session_start), users.signup_date, DAY) AS days_since_signup,
    sessions.event_count,
    sessions.view_count,
    sessions.cart_count,
    sessions.checkout_count,
    sessions.payment_attempt_count,
    sessions.purchase_count,
    IF(sessions.view_count > 0, sessions.view_or_deeper_at, NULL) AS view_at,
    IF(sessions.cart_count > 0, sessions.cart_or_deeper_at, NULL) AS cart_at,
    IF(sessions.checkout_count > 0, sessions.checkout_or_deeper_at, NULL) AS checkout_at,
    IF(sessions.payment_attempt_count > 0, sessions.payment_or_deeper_at, NULL) AS payment_attempt_at,
    sessions.purchase_at,
    CASE
      WHEN sessions.purchase_count > 0 THEN 'purchase'
      WHEN sessions.payment_attempt_count > 0 THEN 'payment_attempt'
      WHEN sessions.checkout_count > 0 THEN 'checkout_start'
      WHEN sessions.cart_count > 0 THEN 'add_to_cart'
      WHEN sessions.view_count > 0 THEN 'view_product'
    END AS furthest_stage,
    sessions.discount_event_count > 0 AS is_discount_session,
    sessions.signup_month
  FROM sessions
  LEFT JOIN clean.users AS users ON users.user_id = sessions.user_id
)

SELECT
  user_id,
  session_id,
  session_number,
  session_start,
  session_end,
  TIMESTAMP_DIFF(session_end, session_start, MICROSECOND) / 1000000 AS duration_seconds,
  device,
  referrer,
  days_since_signup,
  days_since_signup >= 0 AND days_since_signup < 7 AS is_in_first_7_days,
  days_since_signup >= 0 AND days_since_signup < 30 AS is_in_first_30_days,
  event_count,
  view_count,
  cart_count,
  checkout_count,
  payment_attempt_count,
  purchase_count,
  view_at,
  cart_at,
  checkout_at,
  payment_attempt_at,
  purchase_at,
  furthest_stage,
  IF(furthest_stage = 'purchase', NULL, furthest_stage) AS drop_off_stage,
  checkout_count > 0 AND cart_count = 0 AS is_checkout_without_cart,
  is_discount_session,
  signup_month
FROM staged
