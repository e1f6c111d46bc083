-- What is wrong with orders, and what is done about it. Decided within a signup month.
--
-- A *sound line* of an order is one that `violations.order_items` would not quarantine for a fault of its own. The *lines'
-- sum* is the sum over the sound lines of `line_amount`, or of price x qty where that is missing or wrong; an order whose
-- lines were never delivered (it has none at all) has no sum, and its amount is taken as it is. A product of a rounded price
-- misses what was paid by up to qty + 1 half cents (`violations.order_items`), and the sum may miss the total by as much. The *missing order day* of a user is the one day on which the (clean) event log
-- has one session with a payment more than there are orders; it is the date of the user's one order without a
-- possible date.
--
-- | kind | when | remediation |
-- |---|---|---|
-- | `cancelled_order` | `payment_status` is 'cancelled'; its amounts are not judged | quarantine: it is no sale |
-- | `unknown_payment_status` | null, or neither accepted nor 'cancelled' | failed if the event log has the user's payment attempt on that day and no purchase; else success, as most orders are |
-- | `missing_order_date` | `order_date` is null | the user's missing order day; without, quarantine |
-- | `order_before_signup` | `order_date` is before the user's signup, repaired if need be | likewise |
-- | `order_in_future` | `order_date` is after the month's last observed day | likewise |
-- | `missing_amount` | `total_amount` is null | the lines' sum; without, quarantine |
-- | `negative_amount` | `total_amount` is below zero | the lines' sum; without, quarantine |
-- | `no_sound_line` | it has lines, and none is sound | quarantine: nothing was sold |
-- | `amount_mismatch` | `total_amount` is not negative and misses the lines' sum by more than rounding explains | the lines' sum: a total is computed, lines are recorded |
--
-- An order or a line that arrived several times, equal in every column, counts once.
WITH sound_orders AS (
  SELECT DISTINCT
    o.order_id,
    o.user_id,
    o.order_date,
    o.total_amount,
    o.payment_status,
    o.signup_month,
    a.value IS NULL AND IFNULL(o.payment_status <> 'cancelled', TRUE) AS status_fault
  FROM raw.orders AS o
  LEFT JOIN broken_keys AS b ON b.row_key = IFNULL(o.order_id, '') AND b.signup_month = o.signup_month
  LEFT JOIN accepted_values AS a ON a.column_name = 'payment_status' AND a.value = o.payment_status
  WHERE b.row_key IS NULL
),

-- Lines that are equal in all but their key count once, so this groups by all the others.
sound_lines AS (
  SELECT
    i.order_id,
    i.signup_month,
    i.price * i.qty AS product,
    IF(ABS(i.line_amount - i.price * i.qty) * @half_cents <= i.qty + 1, i.line_amount, NULL) AS recorded,
    i.qty + 1 AS half_cents
  FROM raw.order_items AS i
  LEFT JOIN broken_keys_of_order_items AS b
    ON b.row_key = IFNULL(i.order_item_id, '') AND b.signup_month = i.signup_month
  LEFT JOIN clean.products AS p ON p.product_id = i.product_id
  CROSS JOIN (SELECT COUNT(*) AS products FROM raw.products) AS g
  WHERE i.price > 0 AND i.qty > 0
    AND b.row_key IS NULL
    AND (p.product_id IS NOT NULL OR (i.product_id IS NOT NULL AND g.products = 0))
  GROUP BY i.order_id, i.signup_month, i.product_id, i.category, i.price, i.price_tier, i.qty, i.line_amount, i.is_discounted
),

sums AS (
  SELECT
    order_id,
    signup_month,
    SUM(IFNULL(recorded, product)) AS lines_sum,
    SUM(IF(recorded IS NULL, half_cents, 0)) AS half_cents
  FROM sound_lines
  GROUP BY order_id, signup_month
),

orders_with_lines AS (
  SELECT order_id, signup_month
  FROM raw.order_items
  GROUP BY order_id, signup_month
),

judged AS (
  SELECT
    o.order_id,
    o.user_id,
    o.order_date,
    o.total_amount,
    o.payment_status,
    o.signup_month,
    s.lines_sum,
    u.user_id IS NOT NULL AS has_user,
    o.status_fault,
    CASE
      WHEN o.order_date IS NULL THEN 'missing_order_date'
      WHEN o.order_date < u.signup_date THEN 'order_before_signup'
      WHEN o.order_date > w.observed_until THEN 'order_in_future'
    END AS date_fault,
    CASE
      WHEN o.payment_status = 'cancelled' THEN CAST(NULL AS STRING)
      WHEN l.order_id IS NOT NULL AND s.lines_sum IS NULL THEN 'no_sound_line'
      WHEN o.total_amount IS NULL THEN 'missing_amount'
      WHEN o.total_amount < 0 THEN 'negative_amount'
      WHEN ABS(o.total_amount - s.lines_sum) * @half_cents > s.half_cents THEN 'amount_mismatch'
    END AS amount_fault
  FROM sound_orders AS o
  LEFT JOIN sums AS s ON s.order_id = o.order_id AND s.signup_month = o.signup_month
  LEFT JOIN orders_with_lines AS l ON l.order_id = o.order_id AND l.signup_month = o.signup_month
  LEFT JOIN clean.users AS u ON u.user_id = o.user_id AND u.signup_month = o.signup_month
  LEFT JOIN raw.observation_windows AS w ON w.signup_month = o.signup_month
),

users_in_need AS (
  SELECT
    user_id,
    signup_month,
    COUNTIF(date_fault IS NOT NULL) AS lost_orders
  FROM judged
  WHERE has_user AND (date_fault IS NOT NULL OR status_fault)
  GROUP BY user_id, signup_month
),

-- One row per session in which such a user attempted payment; its order is dated by the last step.
attempts AS (
  SELECT
    e.user_id,
    e.signup_month,
    e.session_id,
    DATE(MAX(e.event_timestamp)) AS day,
    LOGICAL_OR(e.event_type = 'purchase') AS bought
  FROM clean.user_events AS e
  JOIN users_in_need AS n ON n.user_id = e.user_id AND n.signup_month = e.signup_month
  WHERE e.event_type IN ('payment_attempt', 'purchase')
  GROUP BY e.user_id, e.signup_month, e.session_id
),

attempt_days AS (
  SELECT user_id, signup_month, day, COUNT(*) AS attempts, LOGICAL_OR(bought) AS bought
  FROM attempts
  GROUP BY user_id, signup_month, day
),

order_days AS (
  SELECT j.user_id, j.signup_month, j.order_date AS day, COUNT(*) AS orders
  FROM judged AS j
  JOIN users_in_need AS n ON n.user_id = j.user_id AND n.signup_month = j.signup_month
  WHERE j.date_fault IS NULL
  GROUP BY j.user_id, j.signup_month, j.order_date
),

missing_days AS (
  SELECT a.user_id, a.signup_month, MIN(a.day) AS day
  FROM attempt_days AS a
  JOIN users_in_need AS n ON n.user_id = a.user_id AND n.signup_month = a.signup_month AND n.lost_orders = 1
  LEFT JOIN order_days AS o ON o.user_id = a.user_id AND o.signup_month = a.signup_month AND o.day = a.day
  WHERE a.attempts > IFNULL(o.orders, 0)
  GROUP BY a.user_id, a.signup_month
  HAVING SUM(a.attempts - IFNULL(o.orders, 0)) = 1
),

dated AS (
  SELECT
    j.order_id,
    j.user_id,
    j.order_date,
    j.total_amount,
    j.payment_status,
    j.signup_month,
    j.lines_sum,
    j.date_fault,
    j.status_fault,
    j.amount_fault,
    m.day AS missing_day,
    IF(j.date_fault IS NULL, j.order_date, m.day) AS day
  FROM judged AS j
  LEFT JOIN missing_days AS m
    ON m.user_id = j.user_id AND m.signup_month = j.signup_month AND j.date_fault IS NOT NULL
)

SELECT
  order_id AS row_key, 'cancelled_order' AS kind, 'quarantine' AS remediation, 'payment_status' AS column_name,
  payment_status AS original_value, CAST(NULL AS STRING) AS repaired_value, signup_month
FROM dated
WHERE payment_status = 'cancelled'
UNION ALL
SELECT
  m.order_id, 'unknown_payment_status', 'repair', 'payment_status', m.payment_status,
  IF(a.bought, 'success', IF(a.bought IS NULL, 'success', 'failed')), m.signup_month
FROM dated AS m
LEFT JOIN attempt_days AS a ON a.user_id = m.user_id AND a.signup_month = m.signup_month AND a.day = m.day
WHERE m.status_fault
UNION ALL
SELECT
  order_id, date_fault, IF(missing_day IS NULL, 'quarantine', 'repair'), 'order_date', CAST(order_date AS STRING),
  CAST(missing_day AS STRING), signup_month
FROM dated
WHERE date_fault IS NOT NULL
UNION ALL
SELECT
  order_id, amount_fault, IF(lines_sum IS NULL, 'quarantine', 'repair'), 'total_amount', CAST(total_amount AS STRING),
  CAST(lines_sum AS STRING), signup_month
FROM dated
WHERE amount_fault IS NOT NULL
