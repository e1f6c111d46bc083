-- Which categories did users of each kind buy after a landmark, and how many bought again?
--
-- - **Unit**: signup month x landmark x activation level x subscription x category, and `all` for every category together.
-- - **Window**: [signup + start_day, signup + 360), start_day being 30 (after activation) or 180. Somebody is a subscriber
--   whose paid subscription began before the landmark, so nobody is one by having stayed. Windows overlap: take one.
-- - **Revenue**: line amounts of paid orders, by the day of the order.
-- - **Denominator**: mature users, observed for 360 days; a share is the category's revenue over that of `all`. Squares and
--   products are sums over users, for errors that are clustered by user.
-- - **Null**: never. A category that nobody of the cell bought has no row.
WITH landmarks AS (
  SELECT 30 AS start_day
  UNION ALL
  SELECT 180
),

users AS (
  SELECT
    summary.user_id,
    summary.signup_date,
    summary.signup_month,
    landmarks.start_day,
    COALESCE(summary.activation_level, 'unknown') AS activation_level,
    CASE
      WHEN summary.subscription_type IS NULL THEN 'unknown'
      WHEN summary.days_to_subscription < landmarks.start_day THEN 'subscriber'
      ELSE 'free'
    END AS subscription
  FROM marts.dm_user_purchase_summary AS summary
  CROSS JOIN landmarks
  WHERE summary.days_observed >= 360
),

lines_bought AS (
  SELECT
    users.user_id,
    users.start_day,
    items.category,
    orders.order_id,
    items.line_amount
  FROM users
  INNER JOIN clean.orders AS orders ON orders.user_id = users.user_id
  INNER JOIN clean.order_items AS items ON items.order_id = orders.order_id
  WHERE
    orders.payment_status = 'success'
    AND DATE_DIFF(orders.order_date, users.signup_date, DAY) >= users.start_day
    AND DATE_DIFF(orders.order_date, users.signup_date, DAY) < 360
),

spent AS (
  SELECT user_id, start_day, category, COUNT(DISTINCT order_id) AS order_count, SUM(line_amount) AS revenue
  FROM lines_bought
  GROUP BY user_id, start_day, category
),

spent_in_all AS (
  SELECT user_id, start_day, COUNT(DISTINCT order_id) AS order_count, SUM(line_amount) AS revenue
  FROM lines_bought
  GROUP BY user_id, start_day
),

parts AS (
  SELECT
    users.signup_month,
    users.start_day,
    users.activation_level,
    users.subscription,
    spent.category,
    0 AS user_count,
    spent.order_count,
    spent.revenue,
    spent_in_all.revenue AS total_revenue
  FROM users
  INNER JOIN spent ON spent.user_id = users.user_id AND spent.start_day = users.start_day
  INNER JOIN spent_in_all ON spent_in_all.user_id = users.user_id AND spent_in_all.start_day = users.start_day
  UNION ALL
  SELECT
    users.signup_month,
    users.start_day,
    users.activation_level,
    users.subscription,
    'all' AS category,
    1 AS user_count,
    COALESCE(spent_in_all.order_count, 0) AS order_count,
    COALESCE(spent_in_all.revenue, 0) AS revenue,
    COALESCE(spent_in_all.revenue, 0) AS total_revenue
  FROM users
  LEFT JOIN spent_in_all ON spent_in_all.user_id = users.user_id AND spent_in_all.start_day = users.start_day
)

SELECT
  start_day,
  activation_level,
  subscription,
  category,
  SUM(user_count) AS user_count,
  COUNTIF(order_count >= 1) AS buyer_count,
  COUNTIF(order_count >= 2) AS repeat_buyer_count,
  SUM(revenue) AS revenue,
  SUM(CAST(revenue AS FLOAT64) * CAST(revenue AS FLOAT64)) AS revenue_squared,
  SUM(CAST(revenue AS FLOAT64) * CAST(total_revenue AS FLOAT64)) AS revenue_times_total,
  signup_month
FROM parts
GROUP BY signup_month, start_day, activation_level, subscription, category
