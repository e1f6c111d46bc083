-- Of the users who signed up in a month, which were worth most, and what had they been and done early on?
--
-- - **Unit**: signup month x value tier x activation level x channel x device x early subscription.
-- - **Tier**: the third of the signup month in which a user's paid revenue of [signup + 30, signup + 360) ranks. Users of
--   equal revenue share their middle rank, so they share a tier, and thirds are as unequal as ties make them.
-- - **Traits**: [signup, signup + 7), and activity on day 7 itself; before anything that the tier counts. An early subscriber
--   joined in [signup, signup + 30).
-- - **Denominator**: mature users, whose outcome window has been observed whole; nobody else is ranked.
-- - **Null**: never. Where the activation level is `unknown`, the counts of traits are 0 and mean nothing.
WITH ranked AS (
  SELECT
    user_id,
    2 * RANK() OVER (PARTITION BY signup_month ORDER BY revenue_days_31_to_360)
    + COUNT(*) OVER (PARTITION BY signup_month, revenue_days_31_to_360) - 2 AS twice_users_below,
    COUNT(*) OVER (PARTITION BY signup_month) AS users_of_month
  FROM marts.dm_user_purchase_summary
  WHERE revenue_days_31_to_360 IS NOT NULL
),

users AS (
  SELECT
    summary.signup_month,
    CASE
      WHEN 3 * ranked.twice_users_below < 2 * ranked.users_of_month THEN 'Low'
      WHEN 3 * ranked.twice_users_below < 4 * ranked.users_of_month THEN 'Mid'
      ELSE 'High'
    END AS value_tier,
    COALESCE(summary.activation_level, 'unknown') AS activation_level,
    COALESCE(summary.marketing_source, 'unknown') AS marketing_source,
    COALESCE(summary.device, 'unknown') AS device,
    COALESCE(summary.days_to_subscription < 30, FALSE) AS is_early_subscriber,
    summary.revenue_days_31_to_360 AS later_revenue,
    summary.session_count_first_7_days,
    summary.active_day_count_first_7_days,
    summary.cart_count_first_7_days,
    summary.checkout_count_first_7_days,
    summary.distinct_categories_viewed_first_7_days,
    summary.has_discount_exposure_first_7_days,
    summary.is_active_day_7
  FROM marts.dm_user_purchase_summary AS summary
  INNER JOIN ranked ON ranked.user_id = summary.user_id
)

SELECT
  value_tier,
  activation_level,
  marketing_source,
  device,
  is_early_subscriber,
  COUNT(*) AS mature_user_count,
  SUM(later_revenue) AS later_revenue,
  SUM(CAST(later_revenue AS FLOAT64) * CAST(later_revenue AS FLOAT64)) AS later_revenue_squared,
  COUNTIF(session_count_first_7_days >= 2) AS came_twice_user_count,
  COUNTIF(active_day_count_first_7_days >= 3) AS active_three_days_user_count,
  COUNTIF(cart_count_first_7_days >= 1) AS carted_user_count,
  COUNTIF(checkout_count_first_7_days >= 1) AS checked_out_user_count,
  COUNTIF(distinct_categories_viewed_first_7_days >= 3) AS saw_three_categories_user_count,
  COUNTIF(has_discount_exposure_first_7_days) AS saw_discount_user_count,
  COUNTIF(is_active_day_7 AND activation_level != 'unknown') AS back_on_day_7_user_count,
  signup_month
FROM users
GROUP BY signup_month, value_tier, activation_level, marketing_source, device, is_early_subscriber
