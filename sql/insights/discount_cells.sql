-- What followed from a discounted product on the signup day, among users who saw the same and signed up on the same weekday?
--
-- - **Unit**: discount mask x weekday of the signup, which together decide the exposure.
-- - **Activation**: of users for whom it is known. **Later orders and revenue**: paid, in [signup + 30 days,
--   signup + 360 days), of mature users: those for whom these days have been observed whole.
-- - **Later discounted revenue**: of the later revenue, order lines bought on the product's discount day.
-- - **Null**: never; who is not mature, or of unknown activation, adds to `user_count` alone.
-- - **Caution**: not by signup month, so that cells stay few whatever the number of users.
SELECT
  exposures.discount_mask,
  exposures.signup_weekday,
  exposures.is_exposed,
  COUNT(*) AS user_count,
  COUNTIF(summary.is_activated IS NOT NULL) AS activation_known_user_count,
  COUNTIF(COALESCE(summary.is_activated, FALSE)) AS activated_user_count,
  COUNTIF(summary.order_count_days_31_to_360 IS NOT NULL) AS mature_user_count,
  COUNTIF(COALESCE(summary.order_count_days_31_to_360 >= 1, FALSE)) AS later_buyer_count,
  COALESCE(SUM(summary.order_count_days_31_to_360), 0) AS later_orders,
  COALESCE(SUM(CAST(summary.order_count_days_31_to_360 * summary.order_count_days_31_to_360 AS FLOAT64)), 0)
    AS later_orders_squared,
  COALESCE(SUM(summary.revenue_days_31_to_360), 0) AS later_revenue,
  COALESCE(SUM(CAST(summary.revenue_days_31_to_360 AS FLOAT64) * CAST(summary.revenue_days_31_to_360 AS FLOAT64)), 0)
    AS later_revenue_squared,
  COALESCE(SUM(summary.discounted_revenue_days_31_to_360), 0) AS discounted_revenue,
  COALESCE(
    SUM(
      CAST(summary.discounted_revenue_days_31_to_360 AS FLOAT64) * CAST(summary.discounted_revenue_days_31_to_360 AS FLOAT64)
    ),
    0
  ) AS discounted_revenue_squared,
  COALESCE(
    SUM(CAST(summary.discounted_revenue_days_31_to_360 AS FLOAT64) * CAST(summary.revenue_days_31_to_360 AS FLOAT64)), 0
  ) AS discounted_revenue_times_revenue
FROM insights.discount_exposures AS exposures
INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = exposures.user_id
GROUP BY exposures.discount_mask, exposures.signup_weekday, exposures.is_exposed
