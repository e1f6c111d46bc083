-- Which kinds of customers are there by what they do, and what is each kind worth?
--
-- - **Unit**: segmentation x segment. Two segmentations, each covering every user once; in each, the first rule that holds
--   applies, in the order of `segment_number`. `definition` states the rules.
-- - **purchase_history**: recency (days from the last paid order to `observed_until`) and frequency (paid orders to date).
-- - **early_behavior**: the deepest thing done in the first 7 days. `unknown` while they have not been observed, or without
--   an event log.
-- - **Denominators**: users for shares and per-user values, paid orders for AOV, users whose activation is known for the
--   activated share. Sums over sums.
-- - **Null**: a rate whose denominator is 0.
-- - **Caution**: values are to date and segments differ in age (`average_days_observed`); purchase history is defined by the
--   very orders that are then counted as its value.
WITH users AS (
  SELECT
    days_observed,
    lifetime_revenue,
    successful_order_count,
    DATE_DIFF(observed_until, last_purchase_date, DAY) AS days_since_last_purchase,
    is_activated,
    event_count_first_7_days,
    discount_view_share_first_7_days,
    cart_count_first_7_days,
    checkout_count_first_7_days,
    purchase_count_first_7_days
  FROM marts.dm_user_purchase_summary
),

numbered AS (
  SELECT
    'purchase_history' AS segmentation,
    CASE
      WHEN successful_order_count >= 6 AND days_since_last_purchase <= 90 THEN 1
      WHEN successful_order_count >= 3 AND days_since_last_purchase <= 180 THEN 2
      WHEN successful_order_count >= 1 AND days_since_last_purchase <= 90 THEN 3
      WHEN successful_order_count >= 3 THEN 4
      WHEN successful_order_count >= 1 THEN 5
      ELSE 6
    END AS segment_number,
    days_observed,
    lifetime_revenue,
    successful_order_count,
    is_activated
  FROM users
  UNION ALL
  SELECT
    'early_behavior' AS segmentation,
    CASE
      WHEN event_count_first_7_days IS NULL THEN 7
      WHEN purchase_count_first_7_days >= 1 THEN 1
      WHEN checkout_count_first_7_days >= 1 THEN 2
      WHEN cart_count_first_7_days >= 1 THEN 3
      WHEN discount_view_share_first_7_days >= 0.5 THEN 4
      WHEN event_count_first_7_days >= 1 THEN 5
      ELSE 6
    END AS segment_number,
    days_observed,
    lifetime_revenue,
    successful_order_count,
    is_activated
  FROM users
),

segments AS (
  SELECT
    'purchase_history' AS segmentation,
    1 AS segment_number,
    'champion' AS segment,
    'at least 6 paid orders, the last within 90 days' AS definition
  UNION ALL
  SELECT 'purchase_history', 2, 'loyal', 'at least 3 paid orders, the last within 180 days'
  UNION ALL
  SELECT 'purchase_history', 3, 'recent', '1 or 2 paid orders, the last within 90 days'
  UNION ALL
  SELECT 'purchase_history', 4, 'at_risk', 'at least 3 paid orders, the last over 180 days ago'
  UNION ALL
  SELECT 'purchase_history', 5, 'lapsed', '1 or 2 paid orders, the last over 90 days ago'
  UNION ALL
  SELECT 'purchase_history', 6, 'never_purchased', 'no paid order'
  UNION ALL
  SELECT 'early_behavior', 1, 'early_buyer', 'a purchase in the first 7 days'
  UNION ALL
  SELECT 'early_behavior', 2, 'checkout_abandoner', 'a checkout and no purchase in the first 7 days'
  UNION ALL
  SELECT 'early_behavior', 3, 'cart_abandoner', 'a cart and no checkout in the first 7 days'
  UNION ALL
  SELECT
    'early_behavior', 4, 'discount_browser', 'views only in the first 7 days, at least half of them on discount days'
  UNION ALL
  SELECT 'early_behavior', 5, 'browser', 'other events in the first 7 days'
  UNION ALL
  SELECT 'early_behavior', 6, 'inactive', 'no event in the first 7 days'
  UNION ALL
  SELECT 'early_behavior', 7, 'unknown', 'the first 7 days are not observed'
),

totals AS (
  SELECT
    segmentation,
    segment_number,
    COUNT(*) AS user_count,
    COUNTIF(successful_order_count >= 1) AS buyer_count,
    SUM(successful_order_count) AS order_count,
    SUM(lifetime_revenue) AS revenue,
    SUM(days_observed) AS observed_user_days,
    COUNT(is_activated) AS users_with_known_activation,
    COUNTIF(is_activated) AS activated_user_count
  FROM numbered
  GROUP BY segmentation, segment_number
)

SELECT
  totals.segmentation,
  totals.segment_number,
  segments.segment,
  segments.definition,
  totals.user_count,
  SAFE_DIVIDE(totals.user_count, SUM(totals.user_count) OVER (PARTITION BY totals.segmentation)) AS user_share,
  totals.buyer_count,
  totals.order_count,
  totals.revenue,
  SAFE_DIVIDE(CAST(totals.revenue AS FLOAT64), SUM(totals.revenue) OVER (PARTITION BY totals.segmentation)) AS revenue_share,
  SAFE_DIVIDE(CAST(totals.revenue AS FLOAT64), totals.user_count) AS lifetime_value_per_user,
  SAFE_DIVIDE(totals.order_count, totals.user_count) AS orders_per_user,
  SAFE_DIVIDE(CAST(totals.revenue AS FLOAT64), totals.order_count) AS average_order_value,
  SAFE_DIVIDE(totals.observed_user_days, totals.user_count) AS average_days_observed,
  SAFE_DIVIDE(totals.activated_user_count, totals.users_with_known_activation) AS activated_user_share
FROM totals
INNER JOIN segments
  ON segments.segmentation = totals.segmentation AND segments.segment_number = totals.segment_number
