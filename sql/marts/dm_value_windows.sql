-- What did each user buy in fixed windows after signup?
--
-- - **Unit**: user x window. A window is half-open in days since signup, [start_day, end_day); the signup day is day 0.
--   Windows from day 0 accumulate value; those from day 7 or 30 begin where an early window ends and hold what followed.
-- - **Orders and revenue**: paid orders by the day of the order. A failed payment counts nowhere.
-- - **Clock**: UTC days, against `observed_until` of the cohort.
-- - **Null**: every amount until the window's last day has been observed. A user who bought nothing in an observed window
--   has 0.
-- - **Caution**: windows overlap: add rows of one window over users, never rows of one user over windows.
WITH windows AS (
  SELECT 0 AS start_day, 7 AS end_day
  UNION ALL
  SELECT 0, 30
  UNION ALL
  SELECT 0, 90
  UNION ALL
  SELECT 0, 180
  UNION ALL
  SELECT 0, 365
  UNION ALL
  SELECT 7, 90
  UNION ALL
  SELECT 7, 180
  UNION ALL
  SELECT 7, 360
  UNION ALL
  SELECT 30, 180
  UNION ALL
  SELECT 30, 360
),

users AS (
  SELECT
    users.user_id,
    users.signup_date,
    users.signup_month,
    COALESCE(DATE_DIFF(observation.observed_until, users.signup_date, DAY) + 1, 0) AS days_observed
  FROM clean.users AS users
  LEFT JOIN raw.observation_windows AS observation ON observation.signup_month = users.signup_month
),

line_totals AS (
  SELECT
    order_id,
    SUM(IF(price_tier = 'High', line_amount, 0)) AS high_tier_revenue,
    SUM(IF(is_discounted, line_amount, 0)) AS discounted_revenue
  FROM clean.order_items
  WHERE price_tier = 'High' OR is_discounted
  GROUP BY order_id
),

paid_orders AS (
  SELECT
    orders.user_id,
    DATE_DIFF(orders.order_date, users.signup_date, DAY) AS days_since_signup,
    orders.total_amount,
    line_totals.high_tier_revenue,
    line_totals.discounted_revenue
  FROM clean.orders AS orders
  INNER JOIN users ON users.user_id = orders.user_id
  LEFT JOIN line_totals ON line_totals.order_id = orders.order_id
  WHERE orders.payment_status = 'success'
),

purchases AS (
  SELECT
    paid_orders.user_id,
    windows.start_day,
    windows.end_day,
    COUNT(*) AS order_count,
    SUM(paid_orders.total_amount) AS revenue,
    SUM(paid_orders.high_tier_revenue) AS high_tier_revenue,
    SUM(paid_orders.discounted_revenue) AS discounted_revenue
  FROM paid_orders
  INNER JOIN windows
    ON paid_orders.days_since_signup >= windows.start_day AND paid_orders.days_since_signup < windows.end_day
  GROUP BY paid_orders.user_id, windows.start_day, windows.end_day
)

SELECT
  users.user_id,
  windows.start_day,
  windows.end_day,
  users.days_observed >= windows.end_day AS is_window_observed,
  IF(users.days_observed >= windows.end_day, COALESCE(purchases.order_count, 0), NULL) AS order_count,
  IF(users.days_observed >= windows.end_day, COALESCE(purchases.revenue, 0), NULL) AS revenue,
  IF(users.days_observed >= windows.end_day, COALESCE(purchases.high_tier_revenue, 0), NULL) AS high_tier_revenue,
  IF(users.days_observed >= windows.end_day, COALESCE(purchases.discounted_revenue, 0), NULL) AS discounted_revenue,
  users.signup_month
FROM users
CROSS JOIN windows
LEFT JOIN purchases
  ON purchases.user_id = users.user_id
    AND purchases.start_day = windows.start_day
    AND purchases.end_day = windows.end_day
