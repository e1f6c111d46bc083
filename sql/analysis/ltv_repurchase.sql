-- How much has a user brought in by 30, 90, 180 and 365 days after signup, and how many have bought again by then?
--
-- - **Unit**: signup month x activation level x horizon. `all` is every user of the cohort, whatever the level.
-- - **Window**: [signup, signup + horizon days), each user on their own clock. LTV is cumulative and paid revenue only.
-- - **Denominators**: eligible users (the horizon has been observed whole) for LTV and the buyer rate, buyers for the
--   repurchase rate, paid orders for AOV, pairs of consecutive paid orders inside the horizon for the days between orders.
-- - **Null**: everything while no user is eligible; a rate or mean whose denominator is 0.
-- - **Caution**: a horizon cuts long gaps off, so days between orders grow with the horizon: compare at the same horizon.
--   The level rests on the first @activation_window_days days, which every horizon includes: for what follows activation use
--   the outcome windows of `dm_value_windows`.
-- - To pool cohorts, add the counts and sums and divide; never average rates.
WITH users AS (
  SELECT
    user_id,
    signup_month AS cohort_month,
    signup_date,
    days_observed,
    COALESCE(activation_level, 'unknown') AS activation_level
  FROM marts.dm_user_purchase_summary
),

horizons AS (
  SELECT horizon_days
  FROM UNNEST([30, 90, 180, 365]) AS horizon_days
),

values_by_level AS (
  SELECT
    users.cohort_month,
    users.activation_level,
    horizons.horizon_days,
    COUNT(*) AS user_count,
    COUNT(value_windows.order_count) AS eligible_user_count,
    COUNTIF(value_windows.order_count >= 1) AS buyer_count,
    COUNTIF(value_windows.order_count >= 2) AS repeat_buyer_count,
    SUM(value_windows.order_count) AS order_count,
    SUM(value_windows.revenue) AS revenue
  FROM marts.dm_value_windows AS value_windows
  INNER JOIN horizons ON horizons.horizon_days = value_windows.end_day
  INNER JOIN users ON users.user_id = value_windows.user_id
  WHERE value_windows.start_day = 0
  GROUP BY users.cohort_month, users.activation_level, horizons.horizon_days
),

successive_orders AS (
  SELECT
    users.cohort_month,
    users.activation_level,
    users.days_observed,
    DATE_DIFF(orders.order_date, users.signup_date, DAY) AS days_since_signup,
    DATE_DIFF(
      orders.order_date,
      LAG(orders.order_date) OVER (PARTITION BY orders.user_id ORDER BY orders.order_date, orders.order_id),
      DAY
    ) AS days_since_previous_order
  FROM clean.orders AS orders
  INNER JOIN users ON users.user_id = orders.user_id
  WHERE orders.payment_status = 'success' AND orders.order_date >= users.signup_date
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
    totals.cohort_month,
    totals.activation_level,
    totals.horizon_days,
    totals.user_count,
    totals.eligible_user_count,
    totals.buyer_count,
    totals.repeat_buyer_count,
    totals.order_count,
    totals.revenue,
    COALESCE(gaps.order_gap_count, 0) AS order_gap_count,
    COALESCE(gaps.order_gap_days, 0) AS order_gap_days
  FROM values_by_level AS totals
  LEFT JOIN gaps_by_level AS gaps
    ON gaps.cohort_month = totals.cohort_month
      AND gaps.activation_level = totals.activation_level
      AND gaps.horizon_days = totals.horizon_days
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
