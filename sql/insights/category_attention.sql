-- Of the users who looked at a category, how many put something of it in the cart?
--
-- - **Unit**: signup month x category; `all` is the sum over categories, in which a user counts once for each.
-- - **Window**: view_product and add_to_cart events in [signup, signup + 30). Who put something of a category in the cart has
--   looked at it, whether the view was logged or not.
-- - **Denominator**: users whose first 30 days are known. Products are sums over users, for errors that are clustered by user.
-- - **Null**: never. A category that nobody looked at has no row.
WITH seen AS (
  SELECT
    summary.signup_month,
    events.user_id,
    products.category,
    MAX(IF(events.event_type = 'add_to_cart', 1, 0)) AS is_carted
  FROM clean.user_events AS events
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = events.user_id
  INNER JOIN clean.products AS products ON products.product_id = events.product_id
  WHERE
    events.event_type IN ('view_product', 'add_to_cart')
    AND summary.session_count_first_30_days IS NOT NULL
    AND DATE_DIFF(DATE(events.event_timestamp), summary.signup_date, DAY) >= 0
    AND DATE_DIFF(DATE(events.event_timestamp), summary.signup_date, DAY) < 30
  GROUP BY summary.signup_month, events.user_id, products.category
),

users AS (
  SELECT signup_month, user_id, COUNT(*) AS all_viewed, SUM(is_carted) AS all_carted
  FROM seen
  GROUP BY signup_month, user_id
),

parts AS (
  SELECT
    seen.signup_month,
    seen.category,
    1 AS viewed,
    seen.is_carted AS carted,
    users.all_viewed,
    users.all_carted
  FROM seen
  INNER JOIN users ON users.user_id = seen.user_id
  UNION ALL
  SELECT signup_month, 'all' AS category, all_viewed AS viewed, all_carted AS carted, all_viewed, all_carted
  FROM users
)

SELECT
  category,
  COUNT(*) AS user_count,
  SUM(viewed) AS viewed_count,
  SUM(carted) AS carted_count,
  SUM(CAST(viewed AS FLOAT64) * all_viewed) AS viewed_times_all_viewed,
  SUM(CAST(viewed AS FLOAT64) * all_carted) AS viewed_times_all_carted,
  SUM(CAST(carted AS FLOAT64) * all_viewed) AS carted_times_all_viewed,
  SUM(CAST(carted AS FLOAT64) * all_carted) AS carted_times_all_carted,
  signup_month
FROM parts
GROUP BY signup_month, category
