-- How did users come to their first checkout, with a cart or without, and how did they go on?
--
-- - **Unit**: signup month x whether the first checkout's session had a cart x attributes; `unknown` where there is none.
-- - **Window**: first session with a checkout among those that began in the activation window,
--   [signup, signup + @activation_window_days days), taken whole; sessions and carts of activation count inside the window.
-- - **Clock**: UTC days from signup. Of two sessions that began at one time, the one with the smaller id is the first.
-- - **Denominators**: users with such a session whose activation is known; of outcomes, users observed to the end of the
--   outcome's window.
-- - **Null**: never; an outcome that is unknown is in no count.
WITH first_numbers AS (
  SELECT
    user_id,
    MIN(session_number) AS first_session_number,
    MIN(IF(checkout_count > 0, session_number, NULL)) AS checkout_session_number
  FROM marts.dm_funnel_events
  WHERE days_since_signup >= 0 AND days_since_signup < @activation_window_days
  GROUP BY user_id
),

users AS (
  SELECT
    summary.signup_month,
    sessions.is_checkout_without_cart AS is_without_cart,
    COALESCE(summary.device, 'unknown') AS device,
    COALESCE(NULLIF(summary.region, 'Unknown'), 'unknown') AS region,
    COALESCE(summary.marketing_source, 'unknown') AS marketing_source,
    COALESCE(sessions.referrer, 'unknown') AS referrer,
    sessions.payment_attempt_count,
    sessions.purchase_count,
    sessions.is_discount_session,
    first_numbers.first_session_number = first_numbers.checkout_session_number AS is_first_session,
    features.session_count,
    features.cart_count,
    summary.is_activated,
    summary.is_active_days_31_to_90,
    summary.order_count_days_31_to_360,
    summary.revenue_days_31_to_360
  FROM first_numbers
  INNER JOIN marts.dm_funnel_events AS sessions
    ON sessions.user_id = first_numbers.user_id AND sessions.session_number = first_numbers.checkout_session_number
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = first_numbers.user_id
  INNER JOIN marts.dm_activation_features AS features
    ON features.user_id = first_numbers.user_id AND features.window_days = @activation_window_days
  WHERE summary.is_activated IS NOT NULL
)

SELECT
  is_without_cart,
  device,
  region,
  marketing_source,
  referrer,
  COUNT(*) AS user_count,
  COUNTIF(payment_attempt_count > 0) AS users_paying_in_session,
  COUNTIF(purchase_count > 0) AS users_buying_in_session,
  COUNTIF(is_discount_session) AS users_in_discount_session,
  COUNTIF(is_first_session) AS users_in_first_session,
  COUNTIF(session_count >= @activation_sessions) AS users_with_enough_sessions,
  COUNTIF(cart_count >= @activation_carts) AS users_with_enough_carts,
  COUNTIF(is_activated) AS activated_user_count,
  COUNT(is_active_days_31_to_90) AS return_known_user_count,
  COUNTIF(is_active_days_31_to_90 IS TRUE) AS returned_user_count,
  COUNT(order_count_days_31_to_360) AS mature_user_count,
  COALESCE(SUM(order_count_days_31_to_360), 0) AS later_orders,
  COALESCE(SUM(CAST(order_count_days_31_to_360 AS FLOAT64) * order_count_days_31_to_360), 0) AS later_orders_squared,
  COALESCE(SUM(revenue_days_31_to_360), 0) AS later_revenue,
  COALESCE(SUM(CAST(revenue_days_31_to_360 AS FLOAT64) * CAST(revenue_days_31_to_360 AS FLOAT64)), 0) AS later_revenue_squared,
  signup_month
FROM users
GROUP BY signup_month, is_without_cart, device, region, marketing_source, referrer
