-- What is each user worth so far, and what did they do early on?
--
-- - **Unit**: a clean user.
-- - **Clock**: UTC days from signup. Day 0 is the signup day; "now" is `observed_until` of the user's cohort, inclusive.
-- - **Windows**: half-open in days. `first_30_days` is [signup, signup + 30 days). `days_31_to_360` counts the signup day as
--   day 1: [signup + 30 days, signup + 360 days). Outcome windows start where an early window (7 or 30 days) ends. Values
--   in windows are those of `dm_value_windows`, side by side.
-- - **Revenue and orders**: paid orders only. A failed payment is counted in `failed_order_count` and nowhere else.
-- - **Activated**, as adopted (`ecom_platform/tables/activation.py`): sessions >= @activation_sessions and add_to_cart events
--   >= @activation_carts in the first @activation_window_days days. The level says whether neither, one or both hold, and
--   whether checkout_start events >= @activation_checkouts as well.
-- - **Active on a day**: an event or an order, paid or failed. In a cohort without an event log it rests on orders alone.
-- - **Null**: every windowed column until its window has been observed whole; early behaviour also where the cohort has no
--   event log; averages and dates of users who have nothing to average or date. Unknown is never 0.
WITH users AS (
  SELECT
    users.user_id,
    users.signup_date,
    users.device,
    users.region,
    users.marketing_source,
    observation.observed_until,
    DATE_DIFF(observation.observed_until, users.signup_date, DAY) + 1 AS days_observed,
    users.subscription_type,
    users.subscription_join_date,
    users.signup_month
  FROM clean.users AS users
  LEFT JOIN raw.observation_windows AS observation ON observation.signup_month = users.signup_month
),

user_orders AS (
  SELECT
    orders.user_id,
    orders.order_id,
    orders.order_date,
    orders.total_amount,
    orders.payment_status,
    DATE_DIFF(orders.order_date, users.signup_date, DAY) AS days_since_signup
  FROM clean.orders AS orders
  INNER JOIN users ON users.user_id = orders.user_id
),

paid_orders AS (
  SELECT user_id, order_id, order_date, total_amount, days_since_signup
  FROM user_orders
  WHERE payment_status = 'success'
),

purchases AS (
  SELECT
    user_id,
    SUM(total_amount) AS lifetime_revenue,
    COUNT(*) AS successful_order_count,
    MIN(order_date) AS first_purchase_date,
    MAX(order_date) AS last_purchase_date
  FROM paid_orders
  GROUP BY user_id
),

window_values AS (
  SELECT
    user_id,
    MAX(IF(start_day = 0 AND end_day = 7, revenue, NULL)) AS revenue_first_7_days,
    MAX(IF(start_day = 0 AND end_day = 7, order_count, NULL)) AS order_count_first_7_days,
    MAX(IF(start_day = 0 AND end_day = 30, revenue, NULL)) AS revenue_first_30_days,
    MAX(IF(start_day = 0 AND end_day = 30, order_count, NULL)) AS order_count_first_30_days,
    MAX(IF(start_day = 0 AND end_day = 90, revenue, NULL)) AS revenue_first_90_days,
    MAX(IF(start_day = 0 AND end_day = 90, order_count, NULL)) AS order_count_first_90_days,
    MAX(IF(start_day = 0 AND end_day = 180, revenue, NULL)) AS revenue_first_180_days,
    MAX(IF(start_day = 0 AND end_day = 180, order_count, NULL)) AS order_count_first_180_days,
    MAX(IF(start_day = 0 AND end_day = 365, revenue, NULL)) AS revenue_first_365_days,
    MAX(IF(start_day = 0 AND end_day = 365, order_count, NULL)) AS order_count_first_365_days,
    MAX(IF(start_day = 7 AND end_day = 90, revenue, NULL)) AS revenue_days_8_to_90,
    MAX(IF(start_day = 7 AND end_day = 90, order_count, NULL)) AS order_count_days_8_to_90,
    MAX(IF(start_day = 7 AND end_day = 180, revenue, NULL)) AS revenue_days_8_to_180,
    MAX(IF(start_day = 7 AND end_day = 180, order_count, NULL)) AS order_count_days_8_to_180,
    MAX(IF(start_day = 7 AND end_day = 360, revenue, NULL)) AS revenue_days_8_to_360,
    MAX(IF(start_day = 7 AND end_day = 360, order_count, NULL)) AS order_count_days_8_to_360,
    MAX(IF(start_day = 30 AND end_day = 180, revenue, NULL)) AS revenue_days_31_to_180,
    MAX(IF(start_day = 30 AND end_day = 180, order_count, NULL)) AS order_count_days_31_to_180,
    MAX(IF(start_day = 30 AND end_day = 360, revenue, NULL)) AS revenue_days_31_to_360,
    MAX(IF(start_day = 30 AND end_day = 360, order_count, NULL)) AS order_count_days_31_to_360,
    MAX(IF(start_day = 30 AND end_day = 360, high_tier_revenue, NULL)) AS high_tier_revenue_days_31_to_360,
    MAX(IF(start_day = 30 AND end_day = 360, discounted_revenue, NULL)) AS discounted_revenue_days_31_to_360
  FROM marts.dm_value_windows
  GROUP BY user_id
),

failed_payments AS (
  SELECT
    user_id,
    COUNT(*) AS failed_order_count
  FROM user_orders
  WHERE payment_status = 'failed'
  GROUP BY user_id
),

purchased_items AS (
  SELECT
    paid_orders.user_id,
    SUM(IF(items.price_tier = 'High', items.line_amount, 0)) AS high_tier_revenue,
    SUM(IF(items.is_discounted, items.line_amount, 0)) AS discounted_revenue,
    COUNT(DISTINCT items.category) AS distinct_categories_bought
  FROM clean.order_items AS items
  INNER JOIN paid_orders ON paid_orders.order_id = items.order_id
  GROUP BY paid_orders.user_id
),

first_times AS (
  SELECT
    user_id,
    MIN(event_timestamp) AS first_event_at,
    MIN(IF(event_type = 'add_to_cart', event_timestamp, NULL)) AS first_cart_at
  FROM clean.user_events
  GROUP BY user_id
),

activity AS (
  SELECT
    events.user_id,
    DATE_DIFF(DATE(events.event_timestamp), users.signup_date, DAY) AS days_since_signup
  FROM clean.user_events AS events
  INNER JOIN users ON users.user_id = events.user_id
  UNION ALL
  SELECT user_id, days_since_signup
  FROM user_orders
),

returns AS (
  SELECT
    user_id,
    LOGICAL_OR(days_since_signup = 1) AS is_active_day_1,
    LOGICAL_OR(days_since_signup = 7) AS is_active_day_7,
    LOGICAL_OR(days_since_signup = 30) AS is_active_day_30,
    LOGICAL_OR(days_since_signup >= 7 AND days_since_signup < 30) AS is_active_days_8_to_30,
    LOGICAL_OR(days_since_signup >= 30 AND days_since_signup < 90) AS is_active_days_31_to_90
  FROM activity
  GROUP BY user_id
)

SELECT
  users.user_id,
  users.signup_date,
  users.device,
  users.region,
  users.marketing_source,
  users.observed_until,
  users.days_observed,
  users.subscription_type,
  users.subscription_join_date,
  users.subscription_type IN ('Plus', 'Premium') AS is_paid_subscriber,
  DATE_DIFF(users.subscription_join_date, users.signup_date, DAY) AS days_to_subscription,
  COALESCE(purchases.lifetime_revenue, 0) AS lifetime_revenue,
  COALESCE(purchases.successful_order_count, 0) AS successful_order_count,
  COALESCE(failed_payments.failed_order_count, 0) AS failed_order_count,
  purchases.first_purchase_date,
  purchases.last_purchase_date,
  DATE_DIFF(purchases.first_purchase_date, users.signup_date, DAY) AS days_to_first_purchase,
  SAFE_DIVIDE(CAST(purchases.lifetime_revenue AS FLOAT64), purchases.successful_order_count) AS average_order_value,
  COALESCE(purchased_items.high_tier_revenue, 0) AS high_tier_revenue,
  COALESCE(purchased_items.discounted_revenue, 0) AS discounted_revenue,
  COALESCE(purchased_items.distinct_categories_bought, 0) AS distinct_categories_bought,
  window_values.revenue_first_7_days,
  window_values.order_count_first_7_days,
  window_values.revenue_first_30_days,
  window_values.order_count_first_30_days,
  window_values.revenue_first_90_days,
  window_values.order_count_first_90_days,
  window_values.revenue_first_180_days,
  window_values.order_count_first_180_days,
  window_values.revenue_first_365_days,
  window_values.order_count_first_365_days,
  window_values.revenue_days_8_to_90,
  window_values.order_count_days_8_to_90,
  window_values.revenue_days_8_to_180,
  window_values.order_count_days_8_to_180,
  window_values.revenue_days_8_to_360,
  window_values.order_count_days_8_to_360,
  window_values.revenue_days_31_to_180,
  window_values.order_count_days_31_to_180,
  window_values.revenue_days_31_to_360,
  window_values.order_count_days_31_to_360,
  window_values.high_tier_revenue_days_31_to_360,
  window_values.discounted_revenue_days_31_to_360,
  activation.session_count >= @activation_sessions AND activation.cart_count >= @activation_carts AS is_activated,
  CASE
    WHEN activation.session_count IS NULL THEN NULL
    WHEN activation.session_count < @activation_sessions AND activation.cart_count < @activation_carts THEN 'none'
    WHEN activation.session_count < @activation_sessions OR activation.cart_count < @activation_carts THEN 'low'
    WHEN activation.checkout_count < @activation_checkouts THEN 'medium'
    ELSE 'high'
  END AS activation_level,
  first_times.first_event_at,
  first_times.first_cart_at,
  TIMESTAMP_DIFF(first_times.first_cart_at, first_times.first_event_at, MICROSECOND) / 3600000000 AS hours_to_first_cart,
  DATE_DIFF(DATE(first_times.first_cart_at), users.signup_date, DAY) AS days_to_first_cart,
  first_7_days.session_count AS session_count_first_7_days,
  first_7_days.event_count AS event_count_first_7_days,
  first_7_days.view_count AS view_count_first_7_days,
  first_7_days.cart_count AS cart_count_first_7_days,
  first_7_days.checkout_count AS checkout_count_first_7_days,
  first_7_days.payment_attempt_count AS payment_attempt_count_first_7_days,
  first_7_days.purchase_count AS purchase_count_first_7_days,
  first_7_days.active_day_count AS active_day_count_first_7_days,
  first_7_days.distinct_products_viewed AS distinct_products_viewed_first_7_days,
  first_7_days.distinct_categories_viewed AS distinct_categories_viewed_first_7_days,
  first_7_days.distinct_referrers AS distinct_referrers_first_7_days,
  first_7_days.average_session_minutes AS average_session_minutes_first_7_days,
  first_7_days.average_events_per_session AS average_events_per_session_first_7_days,
  first_7_days.average_hours_between_sessions AS average_hours_between_sessions_first_7_days,
  first_7_days.sessions_with_checkout_without_cart AS sessions_with_checkout_without_cart_first_7_days,
  first_7_days.discount_view_count AS discount_view_count_first_7_days,
  first_7_days.discount_view_share AS discount_view_share_first_7_days,
  first_7_days.has_discount_exposure AS has_discount_exposure_first_7_days,
  first_30_days.session_count AS session_count_first_30_days,
  first_30_days.event_count AS event_count_first_30_days,
  first_30_days.view_count AS view_count_first_30_days,
  first_30_days.cart_count AS cart_count_first_30_days,
  first_30_days.checkout_count AS checkout_count_first_30_days,
  first_30_days.payment_attempt_count AS payment_attempt_count_first_30_days,
  first_30_days.purchase_count AS purchase_count_first_30_days,
  first_30_days.active_day_count AS active_day_count_first_30_days,
  first_30_days.distinct_products_viewed AS distinct_products_viewed_first_30_days,
  first_30_days.distinct_categories_viewed AS distinct_categories_viewed_first_30_days,
  first_30_days.distinct_referrers AS distinct_referrers_first_30_days,
  first_30_days.average_session_minutes AS average_session_minutes_first_30_days,
  first_30_days.average_events_per_session AS average_events_per_session_first_30_days,
  first_30_days.average_hours_between_sessions AS average_hours_between_sessions_first_30_days,
  first_30_days.sessions_with_checkout_without_cart AS sessions_with_checkout_without_cart_first_30_days,
  first_30_days.discount_view_count AS discount_view_count_first_30_days,
  first_30_days.discount_view_share AS discount_view_share_first_30_days,
  first_30_days.has_discount_exposure AS has_discount_exposure_first_30_days,
  IF(users.days_observed >= 2, COALESCE(returns.is_active_day_1, FALSE), NULL) AS is_active_day_1,
  IF(users.days_observed >= 8, COALESCE(returns.is_active_day_7, FALSE), NULL) AS is_active_day_7,
  IF(users.days_observed >= 31, COALESCE(returns.is_active_day_30, FALSE), NULL) AS is_active_day_30,
  IF(users.days_observed >= 30, COALESCE(returns.is_active_days_8_to_30, FALSE), NULL) AS is_active_days_8_to_30,
  IF(users.days_observed >= 90, COALESCE(returns.is_active_days_31_to_90, FALSE), NULL) AS is_active_days_31_to_90,
  users.signup_month
FROM users
LEFT JOIN purchases ON purchases.user_id = users.user_id
LEFT JOIN window_values ON window_values.user_id = users.user_id
LEFT JOIN failed_payments ON failed_payments.user_id = users.user_id
LEFT JOIN purchased_items ON purchased_items.user_id = users.user_id
LEFT JOIN first_times ON first_times.user_id = users.user_id
LEFT JOIN returns ON returns.user_id = users.user_id
LEFT JOIN marts.dm_activation_features AS first_7_days
  ON first_7_days.user_id = users.user_id AND first_7_days.window_days = 7
LEFT JOIN marts.dm_activation_features AS first_30_days
  ON first_30_days.user_id = users.user_id AND first_30_days.window_days = 30
LEFT JOIN marts.dm_activation_features AS activation
  ON activation.user_id = users.user_id AND activation.window_days = @activation_window_days
