-- Did users' first payment succeed, what was known before, and what became of them?
--
-- - **Unit**: signup month x outcome x what was known before the outcome; `unknown` where a user has none. A user counts once,
--   with the first session that attempted a payment, however many followed.
-- - **Window**: sessions that began in the activation window, [signup, signup + @activation_window_days days), taken whole.
-- - **Failed**: that session has no purchase.
-- - **Clock**: UTC days from signup. Of two sessions that began at one time, the one with the smaller id is the first.
-- - **Denominators**: users with such a session whose activation is known; of outcomes, users observed to the end of the
--   outcome's window.
-- - **Null**: never; an outcome that is unknown is in no count.
WITH first_numbers AS (
  SELECT
    user_id,
    MIN(session_number) AS first_session_number,
    MIN(IF(payment_attempt_count > 0 OR purchase_count > 0, session_number, NULL)) AS payment_session_number
  FROM marts.dm_funnel_events
  WHERE days_since_signup >= 0 AND days_since_signup < @activation_window_days
  GROUP BY user_id
),

users AS (
  SELECT
    summary.signup_month,
    sessions.purchase_count = 0 AS is_failed,
    sessions.days_since_signup AS day,
    first_numbers.first_session_number = first_numbers.payment_session_number AS is_first_session,
    sessions.is_checkout_without_cart AS is_without_cart,
    COALESCE(summary.device, 'unknown') AS device,
    COALESCE(summary.marketing_source, 'unknown') AS marketing_source,
    summary.is_active_days_31_to_90,
    summary.order_count_days_31_to_360,
    summary.revenue_days_31_to_360
  FROM first_numbers
  INNER JOIN marts.dm_funnel_events AS sessions
    ON sessions.user_id = first_numbers.user_id AND sessions.session_number = first_numbers.payment_session_number
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = first_numbers.user_id
  WHERE summary.is_activated IS NOT NULL
)

SELECT
  is_failed,
  day,
  is_first_session,
  is_without_cart,
  device,
  marketing_source,
  COUNT(*) AS user_count,
  COUNT(is_active_days_31_to_90) AS return_known_user_count,
  COUNTIF(is_active_days_31_to_90 IS TRUE) AS returned_user_count,
  COUNT(order_count_days_31_to_360) AS mature_user_count,
  COALESCE(SUM(order_count_days_31_to_360), 0) AS later_orders,
  COALESCE(SUM(CAST(order_count_days_31_to_360 AS FLOAT64) * order_count_days_31_to_360), 0) AS later_orders_squared,
  COALESCE(SUM(revenue_days_31_to_360), 0) AS later_revenue,
  COALESCE(SUM(CAST(revenue_days_31_to_360 AS FLOAT64) * CAST(revenue_days_31_to_360 AS FLOAT64)), 0) AS later_revenue_squared,
  signup_month
FROM users
GROUP BY signup_month, is_failed, day, is_first_session, is_without_cart, device, marketing_source
