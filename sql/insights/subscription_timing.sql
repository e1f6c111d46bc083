-- Do subscribers buy more from the day they join on than those who will join later do at the same age?
--
-- - **Unit**: plan x activation, of mature users: those observed for 360 days. A plan is that of the last observed day, without
--   one `Free`; `unknown` where the source has none.
-- - **Window**: [signup + 30 days, signup + 180 days). By its end nearly all subscribers have joined, and nobody is left to
--   compare them with.
-- - **Panel**: of users with a join date, a row for every ten days of age in the window. A row is *joined* where the join date
--   is on or before its first day, and *waiting* where it is after its last day; the row with the join date inside is left out.
-- - **Stratum**: plan x activation x ten days of age; those in which fewer than a tenth of the rows wait are left out. Waiting
--   rows are weighted to as many as the joined of their stratum: they say what the joined would have bought without.
-- - **Joined and waiting orders, revenue**: weighted sums over the rows. Their ratio is the ratio of rates.
-- - **Squares and products**: over users, of each user's weighted sum less what the means of the strata would give: for
--   errors that are clustered by user.
-- - **Orders and revenue**: paid, in the window; **subscribed revenue**: of that, from the join date on.
-- - **Null**: never. Orders before day 30 are used nowhere.
-- - **Precision**: a user's weighted sums are rounded to 65,536ths of an order and 16ths of the currency, so that sums over users
--   do not hang on the order in which rows are added.
WITH mature_users AS (
  SELECT
    user_id,
    signup_date,
    CASE
      WHEN subscription_join_date IS NOT NULL AND is_paid_subscriber THEN subscription_type
      WHEN subscription_type IS NULL THEN 'unknown'
      ELSE 'Free'
    END AS plan,
    CASE
      WHEN is_activated THEN 'activated'
      WHEN NOT is_activated THEN 'not_activated'
      ELSE 'unknown'
    END AS activation,
    IF(is_paid_subscriber, days_to_subscription, NULL) AS join_day,
    order_count_days_31_to_180 AS orders,
    revenue_days_31_to_180 AS revenue
  FROM marts.dm_user_purchase_summary
  WHERE days_observed >= 360
),

ages AS (
  SELECT age
  FROM UNNEST(GENERATE_ARRAY(3, 17)) AS age
),

late_orders AS (
  SELECT
    mature_users.user_id,
    DATE_DIFF(orders.order_date, mature_users.signup_date, DAY) AS day,
    mature_users.join_day,
    orders.total_amount
  FROM mature_users
  INNER JOIN clean.orders AS orders ON orders.user_id = mature_users.user_id
  WHERE
    mature_users.join_day IS NOT NULL
    AND orders.payment_status = 'success'
    AND DATE_DIFF(orders.order_date, mature_users.signup_date, DAY) >= 30
    AND DATE_DIFF(orders.order_date, mature_users.signup_date, DAY) < 180
),

bought AS (
  SELECT user_id, DIV(day, 10) AS age, COUNT(*) AS orders, SUM(total_amount) AS revenue
  FROM late_orders
  GROUP BY user_id, DIV(day, 10)
),

panel AS (
  SELECT
    mature_users.user_id,
    mature_users.plan,
    mature_users.activation,
    ages.age,
    mature_users.join_day <= ages.age * 10 AS is_joined,
    CAST(COALESCE(bought.orders, 0) AS FLOAT64) AS orders,
    CAST(COALESCE(bought.revenue, 0) AS FLOAT64) AS revenue
  FROM mature_users
  INNER JOIN ages
    ON mature_users.join_day <= ages.age * 10 OR mature_users.join_day >= ages.age * 10 + 10
  LEFT JOIN bought ON bought.user_id = mature_users.user_id AND bought.age = ages.age
),

strata AS (
  SELECT
    plan,
    activation,
    age,
    COUNTIF(is_joined) AS joined_rows,
    COUNTIF(NOT is_joined) AS waiting_rows,
    AVG(IF(is_joined, orders, NULL)) AS joined_orders,
    AVG(IF(is_joined, NULL, orders)) AS waiting_orders,
    AVG(IF(is_joined, revenue, NULL)) AS joined_revenue,
    AVG(IF(is_joined, NULL, revenue)) AS waiting_revenue
  FROM panel
  GROUP BY plan, activation, age
),

weighted AS (
  SELECT
    panel.user_id,
    panel.plan,
    panel.activation,
    panel.is_joined,
    IF(panel.is_joined, 1.0, SAFE_DIVIDE(strata.joined_rows, strata.waiting_rows)) AS weight,
    panel.orders,
    panel.revenue,
    panel.orders - IF(panel.is_joined, strata.joined_orders, strata.waiting_orders) AS excess_orders,
    panel.revenue - IF(panel.is_joined, strata.joined_revenue, strata.waiting_revenue) AS excess_revenue
  FROM panel
  INNER JOIN strata
    ON strata.plan = panel.plan AND strata.activation = panel.activation AND strata.age = panel.age
  WHERE strata.joined_rows > 0 AND strata.waiting_rows * 9 >= strata.joined_rows
),

user_sums AS (
  SELECT
    user_id,
    plan,
    activation,
    ROUND(SUM(IF(is_joined, weight * orders, 0)) * 65536) / 65536 AS joined_orders,
    ROUND(SUM(IF(is_joined, 0, weight * orders)) * 65536) / 65536 AS waiting_orders,
    ROUND(SUM(IF(is_joined, weight * excess_orders, 0)) * 65536) / 65536 AS joined_excess_orders,
    ROUND(SUM(IF(is_joined, 0, weight * excess_orders)) * 65536) / 65536 AS waiting_excess_orders,
    ROUND(SUM(IF(is_joined, weight * revenue, 0)) * 16) / 16 AS joined_revenue,
    ROUND(SUM(IF(is_joined, 0, weight * revenue)) * 16) / 16 AS waiting_revenue,
    ROUND(SUM(IF(is_joined, weight * excess_revenue, 0)) * 16) / 16 AS joined_excess_revenue,
    ROUND(SUM(IF(is_joined, 0, weight * excess_revenue)) * 16) / 16 AS waiting_excess_revenue
  FROM weighted
  GROUP BY user_id, plan, activation
),

subscribed AS (
  SELECT user_id, SUM(total_amount) AS subscribed_revenue
  FROM late_orders
  WHERE day >= join_day
  GROUP BY user_id
)

SELECT
  mature_users.plan,
  mature_users.activation,
  COUNT(*) AS mature_user_count,
  SUM(mature_users.orders) AS orders,
  SUM(CAST(mature_users.orders * mature_users.orders AS FLOAT64)) AS orders_squared,
  SUM(mature_users.revenue) AS revenue,
  SUM(CAST(mature_users.revenue AS FLOAT64) * CAST(mature_users.revenue AS FLOAT64)) AS revenue_squared,
  SUM(COALESCE(subscribed.subscribed_revenue, 0)) AS subscribed_revenue,
  SUM(
    CAST(COALESCE(subscribed.subscribed_revenue, 0) AS FLOAT64) * CAST(COALESCE(subscribed.subscribed_revenue, 0) AS FLOAT64)
  ) AS subscribed_revenue_squared,
  COUNT(user_sums.user_id) AS panel_user_count,
  SUM(COALESCE(user_sums.joined_orders, 0)) AS joined_orders,
  SUM(COALESCE(user_sums.waiting_orders, 0)) AS waiting_orders,
  SUM(COALESCE(user_sums.joined_excess_orders * user_sums.joined_excess_orders, 0)) AS joined_orders_squared,
  SUM(COALESCE(user_sums.waiting_excess_orders * user_sums.waiting_excess_orders, 0)) AS waiting_orders_squared,
  SUM(COALESCE(user_sums.joined_excess_orders * user_sums.waiting_excess_orders, 0)) AS joined_orders_times_waiting,
  SUM(COALESCE(user_sums.joined_revenue, 0)) AS joined_revenue,
  SUM(COALESCE(user_sums.waiting_revenue, 0)) AS waiting_revenue,
  SUM(COALESCE(user_sums.joined_excess_revenue * user_sums.joined_excess_revenue, 0)) AS joined_revenue_squared,
  SUM(COALESCE(user_sums.waiting_excess_revenue * user_sums.waiting_excess_revenue, 0)) AS waiting_revenue_squared,
  SUM(COALESCE(user_sums.joined_excess_revenue * user_sums.waiting_excess_revenue, 0)) AS joined_revenue_times_waiting
FROM mature_users
LEFT JOIN user_sums ON user_sums.user_id = mature_users.user_id
LEFT JOIN subscribed ON subscribed.user_id = mature_users.user_id
GROUP BY mature_users.plan, mature_users.activation
