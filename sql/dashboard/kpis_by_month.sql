-- What did customers do in each calendar month?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x calendar month.
-- - **Clock**: calendar months, UTC: the day of the order, of the event, of the session's start, of the signup.
-- - **Active**: an event, or an order paid or failed. **Buyer**: a paid order. **Repeat buyer**: a buyer of the month who had
--   a paid order before, in an earlier month or in this one. **Sessions**: those that reached a stage of the funnel.
-- - **To pool**: every column adds up over customers. Orders, revenue, sessions and new users also add up over months; users
--   of several months are user-months.
-- - **Null**: never.
WITH happened AS (
  SELECT
    user_id,
    signup_month AS calendar_month,
    1 AS signups,
    0 AS activities,
    0 AS paid_orders,
    0 AS failed_orders,
    CAST(0 AS NUMERIC) AS revenue,
    0 AS sessions,
    0 AS purchase_sessions
  FROM marts.dm_user_purchase_summary
  UNION ALL
  SELECT
    user_id,
    DATE_TRUNC(order_date, MONTH) AS calendar_month,
    0 AS signups,
    1 AS activities,
    IF(payment_status = 'success', 1, 0) AS paid_orders,
    IF(payment_status = 'failed', 1, 0) AS failed_orders,
    IF(payment_status = 'success', total_amount, 0) AS revenue,
    0 AS sessions,
    0 AS purchase_sessions
  FROM clean.orders
  UNION ALL
  SELECT
    user_id,
    DATE_TRUNC(DATE(event_timestamp), MONTH) AS calendar_month,
    0 AS signups,
    1 AS activities,
    0 AS paid_orders,
    0 AS failed_orders,
    CAST(0 AS NUMERIC) AS revenue,
    0 AS sessions,
    0 AS purchase_sessions
  FROM clean.user_events
  UNION ALL
  SELECT
    user_id,
    DATE_TRUNC(DATE(session_start), MONTH) AS calendar_month,
    0 AS signups,
    0 AS activities,
    0 AS paid_orders,
    0 AS failed_orders,
    CAST(0 AS NUMERIC) AS revenue,
    1 AS sessions,
    IF(furthest_stage = 'purchase', 1, 0) AS purchase_sessions
  FROM marts.dm_funnel_events
  WHERE furthest_stage IS NOT NULL
),

user_months AS (
  SELECT
    user_id,
    calendar_month,
    SUM(signups) AS signups,
    SUM(activities) AS activities,
    SUM(paid_orders) AS paid_orders,
    SUM(failed_orders) AS failed_orders,
    SUM(revenue) AS revenue,
    SUM(sessions) AS sessions,
    SUM(purchase_sessions) AS purchase_sessions
  FROM happened
  GROUP BY user_id, calendar_month
),

histories AS (
  SELECT
    user_id,
    calendar_month,
    signups,
    activities,
    paid_orders,
    failed_orders,
    revenue,
    sessions,
    purchase_sessions,
    SUM(paid_orders) OVER (PARTITION BY user_id ORDER BY calendar_month) AS paid_orders_to_date
  FROM user_months
)

SELECT
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  histories.calendar_month,
  SUM(histories.signups) AS new_user_count,
  SUM(IF(summaries.is_activated, histories.signups, 0)) AS activated_user_count,
  SUM(IF(summaries.is_activated IS NULL, 0, histories.signups)) AS activation_known_user_count,
  COUNTIF(histories.activities > 0) AS active_user_count,
  COUNTIF(histories.paid_orders > 0) AS buyer_count,
  COUNTIF(histories.paid_orders > 0 AND histories.paid_orders_to_date > 1) AS repeat_buyer_count,
  SUM(histories.paid_orders) AS order_count,
  SUM(histories.failed_orders) AS failed_order_count,
  SUM(histories.revenue) AS revenue,
  SUM(histories.sessions) AS session_count,
  SUM(histories.purchase_sessions) AS purchase_session_count,
  users.signup_month
FROM histories
INNER JOIN marts.dm_customer_segments AS users ON users.user_id = histories.user_id
INNER JOIN marts.dm_user_purchase_summary AS summaries ON summaries.user_id = histories.user_id
GROUP BY
  users.signup_month,
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  histories.calendar_month
