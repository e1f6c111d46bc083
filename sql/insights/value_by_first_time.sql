-- What did users buy later, by the day of their first cart and of their first purchase?
--
-- - **Unit**: signup month x milestone x day.
-- - **Landmark**: day 30, at which the outcome window begins. A milestone reached on day 30 or later counts as not reached
--   (day 30): nobody is sorted by what lies in the outcome window.
-- - **Clock**: UTC days from signup; day 0 is the signup day.
-- - **Denominator**: mature users; for the first cart, those whose activation is known, which says that there is an event log.
-- - **Null**: never; who is not mature is in no cell, and neither is a milestone dated before signup.
WITH milestones AS (
  SELECT 'first_cart' AS milestone
  UNION ALL
  SELECT 'first_purchase' AS milestone
),

users AS (
  SELECT
    summary.signup_month,
    milestones.milestone,
    LEAST(
      COALESCE(
        IF(milestones.milestone = 'first_cart', summary.days_to_first_cart, summary.days_to_first_purchase), 30
      ),
      30
    ) AS day,
    summary.order_count_days_31_to_360 AS orders,
    summary.revenue_days_31_to_360 AS revenue
  FROM marts.dm_user_purchase_summary AS summary
  CROSS JOIN milestones
  WHERE
    summary.order_count_days_31_to_360 IS NOT NULL
    AND (milestones.milestone = 'first_purchase' OR summary.is_activated IS NOT NULL)
)

SELECT
  milestone,
  day,
  COUNT(*) AS mature_user_count,
  SUM(orders) AS later_orders,
  SUM(CAST(orders AS FLOAT64) * orders) AS later_orders_squared,
  SUM(revenue) AS later_revenue,
  SUM(CAST(revenue AS FLOAT64) * CAST(revenue AS FLOAT64)) AS later_revenue_squared,
  signup_month
FROM users
WHERE day >= 0
GROUP BY signup_month, milestone, day
