-- Which categories did users buy later who met a discounted product on the signup day, and those who did not?
--
-- - **Unit**: discount mask x weekday of the signup x category, of mature users with a paid order line of the category.
-- - **Revenue**: paid order lines in [signup + 30 days, signup + 360 days). Mature users are those for whom these days have
--   been observed whole.
-- - **Denominator**: none here: the users and their revenue in all categories are in `insights.discount_cells`. Users who
--   bought nothing of the category are there, and are 0 here.
-- - **Null**: never.
WITH mature_users AS (
  SELECT
    exposures.user_id,
    exposures.discount_mask,
    exposures.signup_weekday,
    summary.signup_date,
    summary.revenue_days_31_to_360 AS revenue
  FROM insights.discount_exposures AS exposures
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = exposures.user_id
  WHERE summary.revenue_days_31_to_360 > 0
),

bought AS (
  SELECT
    mature_users.user_id,
    mature_users.discount_mask,
    mature_users.signup_weekday,
    items.category,
    mature_users.revenue,
    SUM(items.line_amount) AS category_revenue
  FROM mature_users
  INNER JOIN clean.orders AS orders ON orders.user_id = mature_users.user_id
  INNER JOIN clean.order_items AS items ON items.order_id = orders.order_id
  WHERE
    orders.payment_status = 'success'
    AND DATE_DIFF(orders.order_date, mature_users.signup_date, DAY) >= 30
    AND DATE_DIFF(orders.order_date, mature_users.signup_date, DAY) < 360
  GROUP BY
    mature_users.user_id,
    mature_users.discount_mask,
    mature_users.signup_weekday,
    items.category,
    mature_users.revenue
)

SELECT
  discount_mask,
  signup_weekday,
  category,
  SUM(category_revenue) AS category_revenue,
  SUM(CAST(category_revenue AS FLOAT64) * CAST(category_revenue AS FLOAT64)) AS category_revenue_squared,
  SUM(CAST(category_revenue AS FLOAT64) * CAST(revenue AS FLOAT64)) AS category_revenue_times_revenue
FROM bought
GROUP BY discount_mask, signup_weekday, category
