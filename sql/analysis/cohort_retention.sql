-- Of the users who signed up in a month, how many come back and buy in each month after signup?
--
-- - **Unit**: signup month x activation level x month since signup. `all` is every user of the cohort, whatever the level.
-- - **Window**: a month since signup is 30 days of the user's own clock: month n is [signup + 30n, signup + 30(n + 1)) days.
-- - **Active**: an event, or an order paid or failed. **Buyer**: a paid order. After the event log ends (the first weeks),
--   activity rests on orders alone, so later months are purchase retention.
-- - **Denominator**: eligible users, those whose whole month n has been observed. Only they count in the numerator.
-- - **Null**: counts and rates of a cell in which no user is eligible yet. `is_complete_cohort` says whether all are.
-- - **Caution**: the level rests on the first @activation_window_days days, which lie inside month 0. Compare levels from
--   month 1 on.
-- - To pool cohorts, add the counts over cells and divide; never average rates.
WITH users AS (
  SELECT
    user_id,
    signup_month AS cohort_month,
    signup_date,
    COALESCE(activation_level, 'unknown') AS activation_level,
    DIV(days_observed, 30) AS whole_months_observed
  FROM marts.dm_user_purchase_summary
),

cohorts AS (
  SELECT cohort_month, activation_level, whole_months_observed, COUNT(*) AS user_count
  FROM users
  GROUP BY cohort_month, activation_level, whole_months_observed
  UNION ALL
  SELECT cohort_month, 'all' AS activation_level, whole_months_observed, COUNT(*) AS user_count
  FROM users
  GROUP BY cohort_month, whole_months_observed
),

last_month AS (
  SELECT GREATEST(MAX(whole_months_observed) - 1, 0) AS latest
  FROM users
),

months AS (
  SELECT months_since_signup
  FROM last_month
  CROSS JOIN UNNEST(GENERATE_ARRAY(0, last_month.latest)) AS months_since_signup
),

cells AS (
  SELECT
    cohorts.cohort_month,
    cohorts.activation_level,
    months.months_since_signup,
    SUM(cohorts.user_count) AS user_count,
    SUM(IF(cohorts.whole_months_observed > months.months_since_signup, cohorts.user_count, 0)) AS eligible_user_count
  FROM cohorts
  CROSS JOIN months
  GROUP BY cohorts.cohort_month, cohorts.activation_level, months.months_since_signup
),

activity AS (
  SELECT
    users.user_id,
    DIV(DATE_DIFF(DATE(events.event_timestamp), users.signup_date, DAY), 30) AS months_since_signup,
    FALSE AS is_paid_order,
    0 AS amount
  FROM clean.user_events AS events
  INNER JOIN users ON users.user_id = events.user_id
  WHERE DATE(events.event_timestamp) >= users.signup_date
  UNION ALL
  SELECT
    users.user_id,
    DIV(DATE_DIFF(orders.order_date, users.signup_date, DAY), 30) AS months_since_signup,
    orders.payment_status = 'success' AS is_paid_order,
    IF(orders.payment_status = 'success', orders.total_amount, 0) AS amount
  FROM clean.orders AS orders
  INNER JOIN users ON users.user_id = orders.user_id
  WHERE orders.order_date >= users.signup_date
),

user_months AS (
  SELECT
    user_id,
    months_since_signup,
    LOGICAL_OR(is_paid_order) AS is_buyer,
    SUM(amount) AS revenue
  FROM activity
  GROUP BY user_id, months_since_signup
),

active_users AS (
  SELECT
    users.cohort_month,
    users.activation_level,
    user_months.months_since_signup,
    COUNT(*) AS active_user_count,
    COUNTIF(user_months.is_buyer) AS buyer_count,
    SUM(user_months.revenue) AS revenue
  FROM user_months
  INNER JOIN users ON users.user_id = user_months.user_id
  WHERE users.whole_months_observed > user_months.months_since_signup
  GROUP BY users.cohort_month, users.activation_level, user_months.months_since_signup
),

active_users_and_all AS (
  SELECT cohort_month, activation_level, months_since_signup, active_user_count, buyer_count, revenue
  FROM active_users
  UNION ALL
  SELECT
    cohort_month,
    'all' AS activation_level,
    months_since_signup,
    SUM(active_user_count) AS active_user_count,
    SUM(buyer_count) AS buyer_count,
    SUM(revenue) AS revenue
  FROM active_users
  GROUP BY cohort_month, months_since_signup
),

filled AS (
  SELECT
    cells.cohort_month,
    cells.activation_level,
    cells.months_since_signup,
    cells.user_count,
    cells.eligible_user_count,
    IF(cells.eligible_user_count > 0, COALESCE(active.active_user_count, 0), NULL) AS active_user_count,
    IF(cells.eligible_user_count > 0, COALESCE(active.buyer_count, 0), NULL) AS buyer_count,
    IF(cells.eligible_user_count > 0, COALESCE(active.revenue, 0), NULL) AS revenue
  FROM cells
  LEFT JOIN active_users_and_all AS active
    ON active.cohort_month = cells.cohort_month
      AND active.activation_level = cells.activation_level
      AND active.months_since_signup = cells.months_since_signup
)

SELECT
  cohort_month,
  activation_level,
  months_since_signup,
  user_count,
  eligible_user_count,
  eligible_user_count = user_count AS is_complete_cohort,
  active_user_count,
  buyer_count,
  revenue,
  SAFE_DIVIDE(active_user_count, eligible_user_count) AS retention_rate,
  SAFE_DIVIDE(buyer_count, eligible_user_count) AS purchase_rate,
  SAFE_DIVIDE(CAST(revenue AS FLOAT64), eligible_user_count) AS revenue_per_eligible_user
FROM filled
