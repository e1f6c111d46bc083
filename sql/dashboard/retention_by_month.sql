-- Of the customers who signed up in a month, how many came back and bought in each month after signup?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x month since signup.
-- - **Window**: a month since signup is 30 days of the user's own clock: month n is [signup + 30n, signup + 30(n + 1)) days.
-- - **Active**: an event, or an order paid or failed. After the event log ends (the first weeks), it rests on orders alone.
-- - **Denominator**: eligible users, those whose whole month n has been observed. Only they count in the numerator.
-- - **Null**: never. Months that no user of the row could have completed have no row.
-- - **To pool**: add the counts over customers and divide; months overlap in their users.
WITH users AS (
  SELECT user_id, signup_date, DIV(days_observed, 30) AS whole_months_observed
  FROM marts.dm_user_purchase_summary
),

activity AS (
  SELECT
    users.user_id,
    DIV(DATE_DIFF(DATE(events.event_timestamp), users.signup_date, DAY), 30) AS months_since_signup,
    0 AS paid_orders,
    CAST(0 AS NUMERIC) AS amount
  FROM clean.user_events AS events
  INNER JOIN users ON users.user_id = events.user_id
  WHERE DATE(events.event_timestamp) >= users.signup_date
  UNION ALL
  SELECT
    users.user_id,
    DIV(DATE_DIFF(orders.order_date, users.signup_date, DAY), 30) AS months_since_signup,
    IF(orders.payment_status = 'success', 1, 0) AS paid_orders,
    IF(orders.payment_status = 'success', orders.total_amount, 0) AS amount
  FROM clean.orders AS orders
  INNER JOIN users ON users.user_id = orders.user_id
  WHERE orders.order_date >= users.signup_date
),

user_months AS (
  SELECT
    user_id,
    months_since_signup,
    1 AS active_users,
    IF(SUM(paid_orders) > 0, 1, 0) AS buyers,
    SUM(amount) AS revenue
  FROM activity
  GROUP BY user_id, months_since_signup
),

eligible AS (
  SELECT users.user_id, months_since_signup
  FROM users
  CROSS JOIN UNNEST(GENERATE_ARRAY(0, users.whole_months_observed - 1)) AS months_since_signup
),

cells AS (
  SELECT
    users.device,
    users.region,
    users.marketing_source,
    users.subscription_type,
    users.activation_level,
    eligible.months_since_signup,
    COUNT(*) AS eligible_user_count,
    SUM(COALESCE(user_months.active_users, 0)) AS active_user_count,
    SUM(COALESCE(user_months.buyers, 0)) AS buyer_count,
    SUM(COALESCE(user_months.revenue, 0)) AS revenue,
    users.signup_month
  FROM eligible
  INNER JOIN marts.dm_customer_segments AS users ON users.user_id = eligible.user_id
  LEFT JOIN user_months
    ON user_months.user_id = eligible.user_id AND user_months.months_since_signup = eligible.months_since_signup
  GROUP BY
    users.signup_month,
    users.device,
    users.region,
    users.marketing_source,
    users.subscription_type,
    users.activation_level,
    eligible.months_since_signup
),

kinds AS (
  SELECT
    signup_month,
    device,
    region,
    marketing_source,
    subscription_type,
    activation_level,
    COUNT(*) AS user_count
  FROM marts.dm_customer_segments
  GROUP BY signup_month, device, region, marketing_source, subscription_type, activation_level
)

SELECT
  cells.device,
  cells.region,
  cells.marketing_source,
  cells.subscription_type,
  cells.activation_level,
  cells.months_since_signup,
  kinds.user_count,
  cells.eligible_user_count,
  cells.active_user_count,
  cells.buyer_count,
  cells.revenue,
  cells.signup_month
FROM cells
INNER JOIN kinds
  ON kinds.signup_month = cells.signup_month
    AND kinds.device = cells.device
    AND kinds.region = cells.region
    AND kinds.marketing_source = cells.marketing_source
    AND kinds.subscription_type = cells.subscription_type
    AND kinds.activation_level = cells.activation_level
