-- What does cleaning leave behind? Key figures of the marts beside those of the same world without errors.
--
-- The world without errors is rebuilt from the raw rows by putting back the value that each injected error replaced.
--
-- - **true_value**: the figure in that world. **cleaned_value**: the figure in the mart.
-- - **best_value**: the figure with everything repaired that the data reveals, whatever the rules did. What it does not reveal:
--   an order whose user was replaced by nobody (`orphan_user`) is lost; so is one that was dated before the signup
--   (`order_before_signup`), unless the user's event log has a payment on its day and no other order of the user is missing
--   its payment; and a lost payment status (`unknown_payment_status`) is success, unless the event log has a payment on the
--   order's day.
-- - **Revenue**: total_amount of orders with payment_status 'success'. **LTV**: revenue over users. **Funnel rates**: ratios of
--   event counts. A segment is a subscription type, or a marketing source, as it truly is on the true side.
-- - Empty where the truth is unknown.
WITH user_labels AS (
  SELECT
    row_key,
    LOGICAL_OR(column_name = 'subscription_type') AS has_type,
    MAX(IF(column_name = 'subscription_type', clean_value, NULL)) AS subscription_type
  FROM raw.injected_anomalies
  WHERE table_name = 'users'
  GROUP BY row_key
),

users AS (
  SELECT
    u.user_id,
    u.marketing_source,
    IF(l.has_type, l.subscription_type, u.subscription_type) AS subscription_type
  FROM raw.users AS u
  LEFT JOIN user_labels AS l ON l.row_key = u.user_id
),

order_labels AS (
  SELECT
    row_key,
    LOGICAL_OR(kind = 'orphan_user') AS is_orphan,
    LOGICAL_OR(kind = 'order_before_signup') AS is_misdated,
    LOGICAL_OR(kind = 'unknown_payment_status') AS has_no_status,
    MAX(IF(column_name = 'user_id', clean_value, NULL)) AS user_id,
    MAX(IF(column_name = 'order_date', clean_value, NULL)) AS order_date,
    MAX(IF(column_name = 'total_amount', clean_value, NULL)) AS total_amount,
    MAX(IF(column_name = 'payment_status', clean_value, NULL)) AS payment_status
  FROM raw.injected_anomalies
  WHERE table_name = 'orders'
  GROUP BY row_key
),

orders AS (
  SELECT
    o.order_id,
    IFNULL(l.user_id, o.user_id) AS user_id,
    IFNULL(SAFE_CAST(l.order_date AS DATE), o.order_date) AS order_date,
    IFNULL(SAFE_CAST(l.total_amount AS NUMERIC), o.total_amount) AS total_amount,
    IFNULL(l.payment_status, o.payment_status) AS payment_status,
    IFNULL(l.is_orphan, FALSE) AS is_orphan,
    IFNULL(l.is_misdated, FALSE) AS is_misdated,
    IFNULL(l.has_no_status, FALSE) AS has_no_status
  FROM raw.orders AS o
  LEFT JOIN order_labels AS l ON l.row_key = o.order_id
),

event_labels AS (
  SELECT
    row_key,
    MAX(IF(column_name = 'event_type', clean_value, NULL)) AS event_type,
    MAX(IF(column_name = 'user_id', clean_value, NULL)) AS user_id
  FROM raw.injected_anomalies
  WHERE table_name = 'user_events' AND column_name IN ('event_type', 'user_id')
  GROUP BY row_key
),

events AS (
  SELECT
    IFNULL(l.event_type, e.event_type) AS event_type,
    IFNULL(l.user_id, e.user_id) AS user_id,
    -- No error moves an event to another day.
    DATE(e.event_timestamp) AS day
  FROM raw.user_events AS e
  LEFT JOIN event_labels AS l ON l.row_key = e.event_id
  WHERE e.signup_month >= DATE '1900-01-01'
),

payments AS (
  SELECT DISTINCT user_id, day FROM events
  WHERE event_type = 'payment_attempt'
),

damaged AS (
  SELECT
    o.order_id,
    o.is_orphan,
    p.day IS NOT NULL AS is_in_log,
    COUNT(p.day) OVER (PARTITION BY o.user_id) AS missing_from_log
  FROM orders AS o
  LEFT JOIN payments AS p ON p.user_id = o.user_id AND p.day = o.order_date
  WHERE o.is_orphan OR o.is_misdated
),

seen AS (
  SELECT o.order_id
  FROM orders AS o
  JOIN payments AS p ON p.user_id = o.user_id AND p.day = o.order_date
  WHERE o.has_no_status
),

sales AS (
  SELECT
    o.user_id,
    IF(o.payment_status = 'success', CAST(o.total_amount AS FLOAT64), 0) AS true_revenue,
    CASE
      WHEN d.is_orphan OR (d.order_id IS NOT NULL AND NOT (d.is_in_log AND d.missing_from_log = 1)) THEN 0
      WHEN o.has_no_status AND s.order_id IS NULL THEN CAST(o.total_amount AS FLOAT64)
      WHEN o.payment_status = 'success' THEN CAST(o.total_amount AS FLOAT64)
      ELSE 0
    END AS best_revenue
  FROM orders AS o
  LEFT JOIN damaged AS d ON d.order_id = o.order_id
  LEFT JOIN seen AS s ON s.order_id = o.order_id
),

sales_of_users AS (
  SELECT user_id, SUM(true_revenue) AS true_revenue, SUM(best_revenue) AS best_revenue
  FROM sales
  GROUP BY user_id
),

values_of_users AS (
  SELECT
    u.subscription_type,
    u.marketing_source,
    IFNULL(s.true_revenue, 0) AS true_revenue,
    IFNULL(s.best_revenue, 0) AS best_revenue
  FROM users AS u
  LEFT JOIN sales_of_users AS s ON s.user_id = u.user_id
),

true_sides AS (
  SELECT
    'dm_user_purchase_summary' AS mart, 'revenue' AS figure, 'all' AS segment,
    SUM(true_revenue) AS true_value, SUM(best_revenue) AS best_value
  FROM values_of_users
  UNION ALL
  SELECT
    'dm_user_purchase_summary', 'LTV', CONCAT('subscription ', subscription_type),
    SAFE_DIVIDE(SUM(true_revenue), COUNT(*)), SAFE_DIVIDE(SUM(best_revenue), COUNT(*))
  FROM values_of_users
  WHERE subscription_type IS NOT NULL
  GROUP BY subscription_type
  UNION ALL
  SELECT
    'dm_user_purchase_summary', 'LTV', CONCAT('source ', marketing_source),
    SAFE_DIVIDE(SUM(true_revenue), COUNT(*)), SAFE_DIVIDE(SUM(best_revenue), COUNT(*))
  FROM values_of_users
  WHERE marketing_source IS NOT NULL
  GROUP BY marketing_source
),

stages AS (
  SELECT
    COUNTIF(event_type = 'view_product') AS views,
    COUNTIF(event_type = 'add_to_cart') AS carts,
    COUNTIF(event_type = 'checkout_start') AS checkouts,
    COUNTIF(event_type = 'payment_attempt') AS payments,
    COUNTIF(event_type = 'purchase') AS purchases
  FROM events
),

cleaned_stages AS (
  SELECT
    SUM(view_count) AS views,
    SUM(cart_count) AS carts,
    SUM(checkout_count) AS checkouts,
    SUM(payment_attempt_count) AS payments,
    SUM(purchase_count) AS purchases
  FROM marts.dm_funnel_events
),

cleaned_sides AS (
  SELECT
    'dm_user_purchase_summary' AS mart, 'revenue' AS figure, 'all' AS segment,
    CAST(SUM(lifetime_revenue) AS FLOAT64) AS cleaned_value
  FROM marts.dm_user_purchase_summary
  UNION ALL
  SELECT
    'dm_user_purchase_summary', 'LTV', CONCAT('subscription ', subscription_type),
    SAFE_DIVIDE(CAST(SUM(lifetime_revenue) AS FLOAT64), COUNT(*))
  FROM marts.dm_user_purchase_summary
  WHERE subscription_type IS NOT NULL
  GROUP BY subscription_type
  UNION ALL
  SELECT
    'dm_user_purchase_summary', 'LTV', CONCAT('source ', marketing_source),
    SAFE_DIVIDE(CAST(SUM(lifetime_revenue) AS FLOAT64), COUNT(*))
  FROM marts.dm_user_purchase_summary
  WHERE marketing_source IS NOT NULL
  GROUP BY marketing_source
),

figures AS (
  SELECT t.mart, t.figure, t.segment, t.true_value, c.cleaned_value, t.best_value
  FROM true_sides AS t
  LEFT JOIN cleaned_sides AS c ON c.mart = t.mart AND c.figure = t.figure AND c.segment = t.segment
  UNION ALL
  SELECT
    'dm_funnel_events', 'view to cart', 'all', SAFE_DIVIDE(t.carts, t.views), SAFE_DIVIDE(c.carts, c.views),
    SAFE_DIVIDE(t.carts, t.views)
  FROM stages AS t
  CROSS JOIN cleaned_stages AS c
  UNION ALL
  SELECT
    'dm_funnel_events', 'cart to checkout', 'all', SAFE_DIVIDE(t.checkouts, t.carts), SAFE_DIVIDE(c.checkouts, c.carts),
    SAFE_DIVIDE(t.checkouts, t.carts)
  FROM stages AS t
  CROSS JOIN cleaned_stages AS c
  UNION ALL
  SELECT
    'dm_funnel_events', 'checkout to payment', 'all', SAFE_DIVIDE(t.payments, t.checkouts),
    SAFE_DIVIDE(c.payments, c.checkouts), SAFE_DIVIDE(t.payments, t.checkouts)
  FROM stages AS t
  CROSS JOIN cleaned_stages AS c
  UNION ALL
  SELECT
    'dm_funnel_events', 'payment to purchase', 'all', SAFE_DIVIDE(t.purchases, t.payments),
    SAFE_DIVIDE(c.purchases, c.payments), SAFE_DIVIDE(t.purchases, t.payments)
  FROM stages AS t
  CROSS JOIN cleaned_stages AS c
)

SELECT
  f.mart,
  f.figure,
  f.segment,
  f.true_value,
  f.cleaned_value,
  f.best_value,
  SAFE_DIVIDE(f.cleaned_value, f.true_value) - 1 AS error,
  SAFE_DIVIDE(f.best_value, f.true_value) - 1 AS unrecoverable,
  SAFE_DIVIDE(f.cleaned_value - f.best_value, f.true_value) AS avoidable
FROM figures AS f
CROSS JOIN (SELECT COUNT(*) > 0 AS is_known FROM raw.world_truth) AS t
WHERE t.is_known
