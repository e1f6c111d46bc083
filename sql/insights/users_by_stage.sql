-- How deep did users get into the funnel in the activation window, and what became of them?
--
-- - **Unit**: signup month x deepest stage of the first session x deepest stage of the window.
-- - **Window**: the activation window, [signup, signup + @activation_window_days days). The window's stage counts events inside
--   it; the first session is the first that began in it, taken whole.
-- - **Clock**: UTC days from signup. A session that began before the signup day is none of the user's first sessions.
-- - **Denominators**: users whose activation is known; of outcomes, users observed to the end of the outcome's window.
-- - **Null**: never; an outcome that is unknown is in no count.
WITH first_numbers AS (
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
    sessions.furthest_stage
  FROM marts.dm_funnel_events AS sessions
  INNER JOIN first_numbers
    ON first_numbers.user_id = sessions.user_id AND first_numbers.session_number = sessions.session_number
),

users AS (
  SELECT
    summary.signup_month,
    COALESCE(first_sessions.furthest_stage, 'none') AS first_session_stage,
    CASE
      WHEN features.purchase_count > 0 THEN 'purchase'
      WHEN features.payment_attempt_count > 0 THEN 'payment_attempt'
      WHEN features.checkout_count > 0 THEN 'checkout_start'
      WHEN features.cart_count > 0 THEN 'add_to_cart'
      WHEN features.session_count > 0 THEN 'view_product'
      ELSE 'none'
    END AS furthest_stage,
    summary.is_activated,
    features.session_count,
    summary.is_active_days_31_to_90,
    summary.order_count_days_31_to_360,
    summary.revenue_days_31_to_360
  FROM marts.dm_user_purchase_summary AS summary
  INNER JOIN marts.dm_activation_features AS features
    ON features.user_id = summary.user_id AND features.window_days = @activation_window_days
  LEFT JOIN first_sessions ON first_sessions.user_id = summary.user_id
  WHERE summary.is_activated IS NOT NULL
)

SELECT
  first_session_stage,
  furthest_stage,
  COUNT(*) AS user_count,
  COUNTIF(is_activated) AS activated_user_count,
  COUNTIF(session_count >= @activation_sessions) AS users_with_enough_sessions,
  COUNT(is_active_days_31_to_90) AS return_known_user_count,
  COUNTIF(is_active_days_31_to_90 IS TRUE) AS returned_user_count,
  COUNT(order_count_days_31_to_360) AS mature_user_count,
  COALESCE(SUM(order_count_days_31_to_360), 0) AS later_orders,
  COALESCE(SUM(CAST(order_count_days_31_to_360 AS FLOAT64) * order_count_days_31_to_360), 0) AS later_orders_squared,
  COALESCE(SUM(revenue_days_31_to_360), 0) AS later_revenue,
  COALESCE(SUM(CAST(revenue_days_31_to_360 AS FLOAT64) * CAST(revenue_days_31_to_360 AS FLOAT64)), 0) AS later_revenue_squared,
  signup_month
FROM users
GROUP BY signup_month, first_session_stage, furthest_stage
