-- How much of each behaviour do users show early on, and what did those users buy later?
--
-- - **Unit**: early behaviour x amount x later outcome x its value, in hundredths cut to two figures. A user is counted once for
--   each behaviour and outcome.
-- - **Window**: behaviour in [signup, signup + 7 days), but orders in [signup, signup + 30 days); outcomes are paid orders and paid
--   revenue of [signup + 30 days, signup + 360 days).
-- - **Denominator**: mature users, whose outcome window has been observed whole; of a behaviour in the event log, those whose
--   cohort has one.
-- - **Null**: never.
-- - **Caution**: early orders are no cause to adjust for: what raises later orders is at work in the first days already.
WITH users AS (
  SELECT
    session_count_first_7_days AS sessions,
    active_day_count_first_7_days AS active_days,
    view_count_first_7_days AS views,
    cart_count_first_7_days AS carts,
    checkout_count_first_7_days AS checkouts,
    distinct_categories_viewed_first_7_days AS categories,
    order_count_first_30_days AS orders,
    order_count_days_31_to_360 * 100 AS later_orders,
    CAST(revenue_days_31_to_360 * 100 AS INT64) AS later_revenue
  FROM marts.dm_user_purchase_summary
  WHERE revenue_days_31_to_360 IS NOT NULL
),

cut AS (
  SELECT
    sessions,
    active_days,
    views,
    carts,
    checkouts,
    categories,
    orders,
    later_orders,
    later_revenue,
    CAST(POW(10, GREATEST(LENGTH(CAST(later_orders AS STRING)) - 2, 0)) AS INT64) AS unit_of_orders,
    CAST(POW(10, GREATEST(LENGTH(CAST(later_revenue AS STRING)) - 2, 0)) AS INT64) AS unit_of_revenue
  FROM users
),

behaviors AS (
  SELECT 'sessions' AS behavior
  UNION ALL
  SELECT 'active_days' AS behavior
  UNION ALL
  SELECT 'views' AS behavior
  UNION ALL
  SELECT 'carts' AS behavior
  UNION ALL
  SELECT 'checkouts' AS behavior
  UNION ALL
  SELECT 'categories' AS behavior
  UNION ALL
  SELECT 'orders' AS behavior
),

outcomes AS (
  SELECT 'orders' AS outcome
  UNION ALL
  SELECT 'revenue' AS outcome
),

measured AS (
  SELECT
    behaviors.behavior,
    CASE behaviors.behavior
      WHEN 'sessions' THEN cut.sessions
      WHEN 'active_days' THEN cut.active_days
      WHEN 'views' THEN cut.views
      WHEN 'carts' THEN cut.carts
      WHEN 'checkouts' THEN cut.checkouts
      WHEN 'categories' THEN cut.categories
      ELSE cut.orders
    END AS amount,
    outcomes.outcome,
    IF(outcomes.outcome = 'orders', cut.later_orders, cut.later_revenue) AS hundredths,
    IF(outcomes.outcome = 'orders', cut.unit_of_orders, cut.unit_of_revenue) AS unit
  FROM cut
  CROSS JOIN behaviors
  CROSS JOIN outcomes
)

SELECT
  behavior,
  amount,
  outcome,
  hundredths - MOD(hundredths, NULLIF(unit, 0)) AS value_group,
  COUNT(*) AS user_count,
  SUM(hundredths) / 100 AS value_total
FROM measured
WHERE amount IS NOT NULL
GROUP BY behavior, amount, outcome, hundredths - MOD(hundredths, NULLIF(unit, 0))
