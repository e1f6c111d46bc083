-- How do early behaviours and later value go together, pair by pair?
--
-- - **Unit**: signup month.
-- - **Window**: behaviour in [signup, signup + 7 days), but orders in [signup, signup + 30 days); later orders and revenue are paid
--   and of [signup + 30 days, signup + 360 days).
-- - **Denominator**: mature users, whose outcome window has been observed whole, of cohorts with an event log.
-- - **Null**: never.
WITH users AS (
  SELECT
    signup_month,
    CAST(session_count_first_7_days AS FLOAT64) AS sessions,
    CAST(active_day_count_first_7_days AS FLOAT64) AS active_days,
    CAST(view_count_first_7_days AS FLOAT64) AS views,
    CAST(cart_count_first_7_days AS FLOAT64) AS carts,
    CAST(checkout_count_first_7_days AS FLOAT64) AS checkouts,
    CAST(distinct_categories_viewed_first_7_days AS FLOAT64) AS categories,
    CAST(order_count_first_30_days AS FLOAT64) AS orders,
    CAST(order_count_days_31_to_360 AS FLOAT64) AS later_orders,
    CAST(revenue_days_31_to_360 AS FLOAT64) AS later_revenue
  FROM marts.dm_user_purchase_summary
  WHERE revenue_days_31_to_360 IS NOT NULL AND session_count_first_7_days IS NOT NULL
)

SELECT
  COUNT(*) AS mature_user_count,
  SUM(sessions) AS sessions,
  SUM(active_days) AS active_days,
  SUM(views) AS views,
  SUM(carts) AS carts,
  SUM(checkouts) AS checkouts,
  SUM(categories) AS categories,
  SUM(orders) AS orders,
  SUM(later_orders) AS later_orders,
  SUM(later_revenue) AS later_revenue,
  SUM(sessions * sessions) AS sessions_times_sessions,
  SUM(sessions * active_days) AS sessions_times_active_days,
  SUM(sessions * views) AS sessions_times_views,
  SUM(sessions * carts) AS sessions_times_carts,
  SUM(sessions * checkouts) AS sessions_times_checkouts,
  SUM(sessions * categories) AS sessions_times_categories,
  SUM(sessions * orders) AS sessions_times_orders,
  SUM(sessions * later_orders) AS sessions_times_later_orders,
  SUM(sessions * later_revenue) AS sessions_times_later_revenue,
  SUM(active_days * active_days) AS active_days_times_active_days,
  SUM(active_days * views) AS active_days_times_views,
  SUM(active_days * carts) AS active_days_times_carts,
  SUM(active_days * checkouts) AS active_days_times_checkouts,
  SUM(active_days * categories) AS active_days_times_categories,
  SUM(active_days * orders) AS active_days_times_orders,
  SUM(active_days * later_orders) AS active_days_times_later_orders,
  SUM(active_days * later_revenue) AS active_days_times_later_revenue,
  SUM(views * views) AS views_times_views,
  SUM(views * carts) AS views_times_carts,
  SUM(views * checkouts) AS views_times_checkouts,
  SUM(views * categories) AS views_times_categories,
  SUM(views * orders) AS views_times_orders,
  SUM(views * later_orders) AS views_times_later_orders,
  SUM(views * later_revenue) AS views_times_later_revenue,
  SUM(carts * carts) AS carts_times_carts,
  SUM(carts * checkouts) AS carts_times_checkouts,
  SUM(carts * categories) AS carts_times_categories,
  SUM(carts * orders) AS carts_times_orders,
  SUM(carts * later_orders) AS carts_times_later_orders,
  SUM(carts * later_revenue) AS carts_times_later_revenue,
  SUM(checkouts * checkouts) AS checkouts_times_checkouts,
  SUM(checkouts * categories) AS checkouts_times_categories,
  SUM(checkouts * orders) AS checkouts_times_orders,
  SUM(checkouts * later_orders) AS checkouts_times_later_orders,
  SUM(checkouts * later_revenue) AS checkouts_times_later_revenue,
  SUM(categories * categories) AS categories_times_categories,
  SUM(categories * orders) AS categories_times_orders,
  SUM(categories * later_orders) AS categories_times_later_orders,
  SUM(categories * later_revenue) AS categories_times_later_revenue,
  SUM(orders * orders) AS orders_times_orders,
  SUM(orders * later_orders) AS orders_times_later_orders,
  SUM(orders * later_revenue) AS orders_times_later_revenue,
  SUM(later_orders * later_orders) AS later_orders_times_later_orders,
  SUM(later_orders * later_revenue) AS later_orders_times_later_revenue,
  SUM(later_revenue * later_revenue) AS later_revenue_times_later_revenue,
  signup_month
FROM users
GROUP BY signup_month
