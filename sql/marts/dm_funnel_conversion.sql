-- What share of sessions reaches each stage of the purchase funnel, by day, device and referrer?
--
-- - **Unit**: day of the session's start (UTC) x device x referrer; `unknown` where a session has none. Sessions that reached
--   no stage at all are not counted.
-- - **Reached**: the session has an event of that stage or of a deeper one, so the counts never grow with depth even though a
--   checkout without a cart is normal.
-- - **Denominators**: each rate divides by the sessions that reached the stage before. To pool rows, add the counts and
--   divide; never average the rates.
-- - **Null**: a rate whose denominator is 0.
--
-- A separate table, because a conversion rate belongs to a group of sessions, not to a session.
WITH sessions AS (
  SELECT
    DATE(session_start) AS session_date,
    COALESCE(device, 'unknown') AS device,
    COALESCE(referrer, 'unknown') AS referrer,
    furthest_stage
  FROM marts.dm_funnel_events
  WHERE furthest_stage IS NOT NULL
),

reached AS (
  SELECT
    session_date,
    device,
    referrer,
    COUNT(*) AS session_count,
    COUNTIF(furthest_stage IN ('add_to_cart', 'checkout_start', 'payment_attempt', 'purchase')) AS sessions_reaching_cart,
    COUNTIF(furthest_stage IN ('checkout_start', 'payment_attempt', 'purchase')) AS sessions_reaching_checkout,
    COUNTIF(furthest_stage IN ('payment_attempt', 'purchase')) AS sessions_reaching_payment_attempt,
    COUNTIF(furthest_stage = 'purchase') AS sessions_reaching_purchase
  FROM sessions
  GROUP BY session_date, device, referrer
)

SELECT
  session_date,
  device,
  referrer,
  session_count,
  sessions_reaching_cart,
  sessions_reaching_checkout,
  sessions_reaching_payment_attempt,
  sessions_reaching_purchase,
  SAFE_DIVIDE(sessions_reaching_cart, session_count) AS session_to_cart_rate,
  SAFE_DIVIDE(sessions_reaching_checkout, sessions_reaching_cart) AS cart_to_checkout_rate,
  SAFE_DIVIDE(sessions_reaching_payment_attempt, sessions_reaching_checkout) AS checkout_to_payment_attempt_rate,
  SAFE_DIVIDE(sessions_reaching_purchase, sessions_reaching_payment_attempt) AS payment_attempt_to_purchase_rate,
  SAFE_DIVIDE(sessions_reaching_purchase, session_count) AS session_to_purchase_rate
FROM reached
