-- How much has a user brought in by 30, 90, 180 and 365 days after signup, and how many have bought again by then?
--
-- - **Unit**: signup month x activation level x horizon. `all` is every user of the cohort, whatever the level.
-- - **Window**: [signup, signup + horizon days), each user on their own clock. LTV is cumulative and paid revenue only.
-- - **Denominators**: eligible users (the horizon has been observed whole) for LTV and the buyer rate, buyers for the
--   repurchase rate, paid orders for AOV, pairs of consecutive paid orders inside the horizon for the days between orders.
-- - **Null**: everything while no user is eligible; a rate or mean whose denominator is 0.
-- - **Caution**: a horizon cuts long gaps off, so days between orders grow with the horizon: compare at the same horizon.
--   The level is made of the first 7 days, which every horizon includes: for what follows activation use the mart's outcome
--   windows.
-- - To pool cohorts, add the counts and sums and divide; never average rates.
WITH user_horizons AS (
  SELECT
    user_id,
    signup_month AS cohort_month,
    activation_level,
    30 AS horizon_days,
    order_count_first_30_days AS order_count,
    revenue_first_30_days AS revenue
  FROM marts.dm_user_purchase_summary
  UNION ALL
  SELECT
    user_id,
    signup_month AS cohort_month,
    activation_level,
    90 AS horizon_days,
    order_count_first_90_days AS order_count,
    revenue_first_90_days AS revenue
  FROM marts.dm_user_purchase_summary
  UNION ALL
  SELECT
    user_id,
    signup_month AS cohort_month,
    activation_level,
    180 AS horizon_days,
    order_count_first_180_days AS order_count,
    revenue_first_180_days AS revenue
  FROM marts.dm_user_purchase_summary
  UNION ALL
  SELECT
    user_id,
    signup_month AS cohort_month,
    activation_level,
    365 AS horizon_days,
    order_count_first_365_days AS order_count,
    revenue_first_365_days AS revenue
  FROM marts.dm_user_purchase_summary
),

values_by_level AS (
  SELECT
    cohort_month,
    COALESCE(activation_level, 'unknown') AS activation_level,
    horizon_days,
    COUNT(*) AS user_count,
    COUNT(order_count) AS eligible_user_count,
    COUNTIF(order_count >= 1) AS buyer_count,
    COUNTIF(order_count >= 2) AS repeat_buyer_count,
    SUM(order_count) AS order_count,
    SUM(revenue) AS revenue
  FROM user_horizons
  GROUP BY cohort_month, COALESCE(activation_level, 'unknown'), horizon_days
),

successive_orders AS (
  SELECT
    users.user_id,
    users.signup_month AS cohort_month,
    COALESCE(users.activation_level, 'unknown') AS activation_level,
    users.days_observed,
    DATE_DIFF(orders.order_date, users.signup_date, DAY) AS days_since_signup,
    DATE_DIFF(
      orders.order_date,
      LAG(orders.order_date) OVER (PARTITION BY orders.user_id ORDER BY orders.order_date, orders.order_id),
      DAY
    ) AS days_since_previous_order
  FROM clean.orders AS orders
  INNER JOIN marts.dm_user_purchase_summary AS users ON users.user_id = orders.user_id
  WHERE orders.payment_status = 'success' AND orders.order_date >= users.signup_date
),

horizons AS (
  SELECT DISTINCT horizon_days
  FROM user_horizons
),

gaps_by_level AS (
  SELECT
    successive_orders.cohort_month,
    successive_orders.activation_level,
    horizons.horizon_days,
    COUNT(*) AS order_gap_count,
    SUM(successive_orders.days_since_previous_order) AS order_gap_days
  FROM successive_orders
  INNER JOIN horizons
    ON successive_orders.days_since_signup < horizons.horizon_days
    AND successive_orders.days_observed >= horizons.horizon_days
  WHERE successive_orders.days_since_previous_order IS NOT NULL
  GROUP BY successive_orders.cohort_month, successive_orders.activation_level, horizons.horizon_days
),

levels AS (
  SELECT
    users.cohort_month,
    users.activation_level,
    users.horizon_days,
    users.user_count,
    users.eligible_user_count,
    users.buyer_count,
    users.repeat_buyer_count,
    users.order_count,
    users.revenue,
    COALESCE(gaps.order_gap_count, 0) AS order_gap_count,
    COALESCE(gaps.order_gap_days, 0) AS order_gap_days
  FROM values_by_level AS users
  LEFT JOIN gaps_by_level AS gaps
    ON gaps.cohort_month = users.cohort_month
    AND gaps.activation_level = users.activation_level
    AND gaps.horizon_days = users.horizon_days
),

levels_and_all AS (
  SELECT
    cohort_month,
    activation_level,
    horizon_days,
    user_count,
    eligible_user_count,
    buyer_count,
    repeat_buyer_count,
    order_count,
    revenue,
    order_gap_count,
    order_gap_days
  FROM levels
  UNION ALL
  SELECT
    cohort_month,
    'all' AS activation_level,
    horizon_days,
    SUM(user_count) AS user_count,
    SUM(eligible_user_count) AS eligible_user_count,
    SUM(buyer_count) AS buyer_count,
    SUM(repeat_buyer_count) AS repeat_buyer_count,
    SUM(order_count) AS order_count,
    SUM(revenue) AS revenue,
    SUM(order_gap_count) AS order_gap_count,
    SUM(order_gap_days) AS order_gap_days
  FROM levels
  GROUP BY cohort_month, horizon_days
)

SELECT
  cohort_month,
  activation_level,
  horizon_days,
  user_count,
  eligible_user_count,
  IF(eligible_user_count > 0, buyer_count, NULL) AS buyer_count,
  IF(eligible_user_count > 0, repeat_buyer_count, NULL) AS repeat_buyer_count,
  order_count,
  revenue,
  SAFE_DIVIDE(CAST(revenue AS FLOAT64), eligible_user_count) AS lifetime_value_per_user,
  SAFE_DIVIDE(buyer_count, eligible_user_count) AS buyer_rate,
  SAFE_DIVIDE(repeat_buyer_count, buyer_count) AS repurchase_rate,
  SAFE_DIVIDE(CAST(revenue AS FLOAT64), order_count) AS average_order_value,
  IF(eligible_user_count > 0, order_gap_count, NULL) AS order_gap_count,
  SAFE_DIVIDE(order_gap_days, order_gap_count) AS average_days_between_orders
FROM levels_and_all
