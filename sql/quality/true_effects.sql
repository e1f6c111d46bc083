-- What is true of the synthetic world? The effects that answers estimate, from what every user did and would have done otherwise.
--
-- - **Unit**: an effect, by the question and the name under which `insights.answers` has it. Of 4.1 the comparisons that are no
--   effects are there, too, with the effect for which they might be taken.
-- - **Population**: the users whom the answer is about. *Nudged* and *offered* are those whom an experiment moves (compliers);
--   outcomes are those of [signup + 30 days, signup + 360 days), of mature users, for whom these days have been observed whole.
-- - **Relative**: the sum of the effects over the sum without them; of a subscription, from the join date on.
-- - **Subscription**: in [signup + 30 days, signup + 180 days), the days that its answers are about; but for the trial offer.
-- - Discounts change neither activation nor what is bought, by the world's construction: 0. Failed payments (3.2) are not
--   there: no outcome without them is on record.
-- - **Null**: never. An effect on nobody is not there, and none is where the truth is unknown, as on one's own data.
WITH orders_as_subscriber AS (
  SELECT
    summary.user_id,
    COUNT(*) AS order_count,
    SUM(orders.total_amount) AS revenue
  FROM marts.dm_user_purchase_summary AS summary
  INNER JOIN clean.orders AS orders ON orders.user_id = summary.user_id
  WHERE
    summary.is_paid_subscriber
    AND orders.payment_status = 'success'
    AND orders.order_date >= summary.subscription_join_date
    AND DATE_DIFF(orders.order_date, summary.signup_date, DAY) >= 30
    AND DATE_DIFF(orders.order_date, summary.signup_date, DAY) < 180
  GROUP BY summary.user_id
),

users AS (
  SELECT
    summary.is_activated,
    summary.order_count_days_31_to_360 IS NOT NULL AS is_mature,
    truth.compliance = 'complier' AS is_nudge_complier,
    truth.plan_if_not_offered = 'Free' AND truth.plan_if_offered != 'Free' AS is_offer_complier,
    COALESCE(summary.is_paid_subscriber AND summary.subscription_join_date IS NOT NULL, FALSE) AS is_subscriber,
    exposures.user_id IS NOT NULL AS is_comparable,
    COALESCE(exposures.is_exposed, FALSE) AS is_exposed,
    CAST(truth.activated_if_nudged AS INT64) - CAST(truth.activated_if_not_nudged AS INT64) AS activated_by_nudge,
    truth.order_count_if_not_activated AS orders_unactivated,
    truth.order_count_if_activated - truth.order_count_if_not_activated AS orders_by_activation,
    truth.revenue_if_activated - truth.revenue_if_not_activated AS revenue_by_activation,
    truth.revenue_if_nudged - truth.revenue_if_not_nudged AS revenue_by_nudge,
    truth.order_count_if_subscribed - truth.order_count_if_not_subscribed AS orders_by_subscription,
    truth.revenue_if_offered - truth.revenue_if_not_offered AS revenue_by_offer,
    truth.joining_order_count_if_subscribed - truth.joining_order_count_if_not_subscribed AS joining_orders_by_subscription,
    truth.joining_revenue_if_subscribed - truth.joining_revenue_if_not_subscribed AS joining_revenue_by_subscription,
    COALESCE(as_subscriber.order_count, 0) AS orders_as_subscriber,
    COALESCE(as_subscriber.revenue, 0) AS revenue_as_subscriber,
    truth.revenue_if_not_exposed AS revenue_unexposed,
    truth.order_count_if_exposed - truth.order_count_if_not_exposed AS orders_by_exposure,
    CAST(truth.order_count_if_exposed > 0 AS INT64) - CAST(truth.order_count_if_not_exposed > 0 AS INT64) AS buyer_by_exposure,
    truth.revenue_if_exposed - truth.revenue_if_not_exposed AS revenue_by_exposure
  FROM raw.world_truth AS truth
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = truth.user_id
  LEFT JOIN insights.discount_exposures AS exposures ON exposures.user_id = truth.user_id
  LEFT JOIN orders_as_subscriber AS as_subscriber ON as_subscriber.user_id = truth.user_id
),

sums AS (
  SELECT
    COUNTIF(is_activated IS NOT NULL) AS known,
    SUM(IF(is_activated IS NOT NULL, activated_by_nudge, 0)) AS known_activated_by_nudge,
    COUNTIF(is_mature) AS mature,
    SUM(IF(is_mature, orders_by_activation, 0)) AS mature_orders_by_activation,
    SUM(IF(is_mature, orders_unactivated, 0)) AS mature_orders_unactivated,
    CAST(SUM(IF(is_mature, revenue_by_activation, 0)) AS FLOAT64) AS mature_revenue_by_activation,
    CAST(SUM(IF(is_mature, revenue_by_nudge, 0)) AS FLOAT64) AS mature_revenue_by_nudge,
    CAST(SUM(IF(is_mature, revenue_by_offer, 0)) AS FLOAT64) AS mature_revenue_by_offer,
    COUNTIF(is_mature AND is_nudge_complier) AS nudged,
    SUM(IF(is_mature AND is_nudge_complier, orders_by_activation, 0)) AS nudged_orders_by_activation,
    SUM(IF(is_mature AND is_nudge_complier, orders_unactivated, 0)) AS nudged_orders_unactivated,
    CAST(SUM(IF(is_mature AND is_nudge_complier, revenue_by_activation, 0)) AS FLOAT64) AS nudged_revenue_by_activation,
    COUNTIF(is_mature AND is_offer_complier) AS offered,
    SUM(IF(is_mature AND is_offer_complier, orders_by_subscription, 0)) AS offered_orders_by_subscription,
    COUNTIF(is_mature AND is_subscriber) AS subscribers,
    SUM(IF(is_mature AND is_subscriber, joining_orders_by_subscription, 0)) AS subscribers_orders_gained,
    SUM(IF(is_mature AND is_subscriber, orders_as_subscriber, 0)) AS subscribers_orders,
    CAST(SUM(IF(is_mature AND is_subscriber, joining_revenue_by_subscription, 0)) AS FLOAT64) AS subscribers_revenue_gained,
    CAST(SUM(IF(is_mature AND is_subscriber, revenue_as_subscriber, 0)) AS FLOAT64) AS subscribers_revenue,
    SUM(IF(is_mature AND is_subscriber AND is_activated, joining_orders_by_subscription, 0)) AS activated_orders_gained,
    SUM(IF(is_mature AND is_subscriber AND is_activated, orders_as_subscriber, 0)) AS activated_orders,
    SUM(IF(is_mature AND is_subscriber AND NOT is_activated, joining_orders_by_subscription, 0)) AS others_orders_gained,
    SUM(IF(is_mature AND is_subscriber AND NOT is_activated, orders_as_subscriber, 0)) AS others_orders,
    COUNTIF(is_mature AND is_comparable) AS comparable,
    SUM(IF(is_mature AND is_comparable, orders_by_exposure, 0)) AS comparable_orders_by_exposure,
    SUM(IF(is_mature AND is_comparable, buyer_by_exposure, 0)) AS comparable_buyers_by_exposure,
    CAST(SUM(IF(is_mature AND is_comparable, revenue_by_exposure, 0)) AS FLOAT64) AS comparable_revenue_by_exposure,
    CAST(SUM(IF(is_mature AND is_comparable, revenue_unexposed, 0)) AS FLOAT64) AS comparable_revenue_unexposed,
    CAST(SUM(IF(is_mature AND is_comparable AND NOT is_exposed, revenue_by_exposure, 0)) AS FLOAT64)
      AS unexposed_revenue_by_exposure
  FROM users
),

effects AS (
  SELECT '4.1' AS question, 'late_orders' AS effect, SAFE_DIVIDE(nudged_orders_by_activation, nudged) AS truth FROM sums
  UNION ALL
  SELECT '4.1', 'late_relative', SAFE_DIVIDE(nudged_orders_by_activation, nudged_orders_unactivated) FROM sums
  UNION ALL
  SELECT '4.1', 'late_revenue', SAFE_DIVIDE(nudged_revenue_by_activation, nudged) FROM sums
  UNION ALL
  SELECT '4.1', 'ate_transported', SAFE_DIVIDE(mature_revenue_by_activation, mature) FROM sums
  UNION ALL
  SELECT '4.1', 'nudge_revenue', SAFE_DIVIDE(mature_revenue_by_nudge, mature) FROM sums
  UNION ALL
  SELECT '4.1', 'landmark_orders', SAFE_DIVIDE(mature_orders_by_activation, mature) FROM sums
  UNION ALL
  SELECT '4.1', 'adjusted_orders', SAFE_DIVIDE(mature_orders_by_activation, mature) FROM sums
  UNION ALL
  SELECT '4.1', 'landmark_relative', SAFE_DIVIDE(mature_orders_by_activation, mature_orders_unactivated) FROM sums
  UNION ALL
  SELECT '4.1', 'landmark_revenue', SAFE_DIVIDE(mature_revenue_by_activation, mature) FROM sums
  UNION ALL
  SELECT '4.1', 'lifetime_difference', SAFE_DIVIDE(mature_revenue_by_activation, mature) FROM sums
  UNION ALL
  SELECT 'S1', 'nudge_activation', SAFE_DIVIDE(known_activated_by_nudge, known) FROM sums
  UNION ALL
  SELECT '6.2', 'orders_relative', SAFE_DIVIDE(subscribers_orders_gained, subscribers_orders - subscribers_orders_gained)
  FROM sums
  UNION ALL
  SELECT '6.2', 'orders_relative_activated', SAFE_DIVIDE(activated_orders_gained, activated_orders - activated_orders_gained)
  FROM sums
  UNION ALL
  SELECT '6.2', 'orders_relative_not_activated', SAFE_DIVIDE(others_orders_gained, others_orders - others_orders_gained)
  FROM sums
  UNION ALL
  SELECT '6.2', 'revenue_relative', SAFE_DIVIDE(subscribers_revenue_gained, subscribers_revenue - subscribers_revenue_gained)
  FROM sums
  UNION ALL
  SELECT '6.2', 'att_revenue', SAFE_DIVIDE(subscribers_revenue_gained, subscribers) FROM sums
  UNION ALL
  SELECT '6.2', 'trial_orders', SAFE_DIVIDE(offered_orders_by_subscription, offered) FROM sums
  UNION ALL
  SELECT 'F3', 'late_orders', SAFE_DIVIDE(comparable_orders_by_exposure, comparable) FROM sums
  UNION ALL
  SELECT 'F3', 'late_buyers', SAFE_DIVIDE(comparable_buyers_by_exposure, comparable) FROM sums
  UNION ALL
  SELECT 'F3', 'late_revenue', SAFE_DIVIDE(comparable_revenue_by_exposure, comparable) FROM sums
  UNION ALL
  SELECT 'F3', 'late_relative', SAFE_DIVIDE(comparable_revenue_by_exposure, comparable_revenue_unexposed) FROM sums
  UNION ALL
  SELECT 'S3', 'nudge', SAFE_DIVIDE(1000 * mature_revenue_by_nudge, mature) FROM sums
  UNION ALL
  SELECT 'S3', 'discount', SAFE_DIVIDE(1000 * unexposed_revenue_by_exposure, mature) FROM sums
  UNION ALL
  SELECT 'S3', 'trial_offer', SAFE_DIVIDE(1000 * mature_revenue_by_offer, mature) FROM sums
  UNION ALL
  SELECT '1.4', 'activation', 0.0 FROM sums
  UNION ALL
  SELECT '5.3', 'discounted_share', 0.0 FROM sums
  UNION ALL
  SELECT DISTINCT '5.3', CONCAT('category_', LOWER(REPLACE(category, ' ', '_'))), 0.0
  FROM clean.products
)

SELECT question, effect, truth
FROM effects
WHERE truth IS NOT NULL AND EXISTS (SELECT truth.user_id FROM raw.world_truth AS truth)
