-- What is wrong with the lines of orders, and what is done about it. Decided within a signup month.
--
-- A price is rounded to two decimals, and so is a line's amount, so price x qty may miss the amount by half a cent a unit and
-- half a cent for itself: qty + 1 half cents, `@half_cents` of which are 1. Within that the amount that was recorded is right.
--
-- | kind | when | remediation |
-- |---|---|---|
-- | `zero_price` | `price` is 0 | quarantine: a gift or a correction, not a sale |
-- | `duplicate_line` | an earlier line of the order, by key, is equal in all other columns | quarantine all but the first |
-- | `missing_line_amount` | `line_amount` is null, price and qty are sound | price x qty |
-- | `line_amount_mismatch` | `line_amount` misses price x qty, both sound, by more than rounding explains | price x qty: the product is computed, the factors are recorded |
WITH faults AS (
  SELECT
    order_item_id,
    price,
    qty,
    line_amount,
    signup_month,
    CASE
      WHEN price > 0 AND qty > 0 AND line_amount IS NULL THEN 'missing_line_amount'
      WHEN price > 0 AND qty > 0 AND ABS(line_amount - price * qty) * @half_cents > qty + 1 THEN 'line_amount_mismatch'
    END AS amount_fault
  FROM raw.order_items
  WHERE price = 0 OR line_amount IS NULL OR line_amount <> price * qty
),

orders_with_repetition AS (
  SELECT DISTINCT order_id, signup_month
  FROM (
    SELECT order_id, signup_month
    FROM raw.order_items
    GROUP BY order_id, signup_month, product_id, category, price, price_tier, qty, line_amount, is_discounted
    HAVING COUNT(*) > 1
  ) AS repeated
),

repetitions AS (
  SELECT i.order_item_id, i.order_id, i.signup_month
  FROM raw.order_items AS i
  JOIN orders_with_repetition AS o ON o.order_id = i.order_id AND o.signup_month = i.signup_month
  LEFT JOIN broken_keys AS b ON b.row_key = IFNULL(i.order_item_id, '') AND b.signup_month = i.signup_month
  WHERE b.row_key IS NULL
  -- Copies of one line have one rank.
  QUALIFY RANK() OVER (
      PARTITION BY
        i.order_id, i.signup_month, i.product_id, i.category, i.price, i.price_tier, i.qty, i.line_amount,
        i.is_discounted
      ORDER BY i.order_item_id
    ) > 1
)

SELECT
  order_item_id AS row_key, 'zero_price' AS kind, 'quarantine' AS remediation, 'price' AS column_name,
  CAST(price AS STRING) AS original_value, CAST(NULL AS STRING) AS repaired_value, signup_month
FROM faults
WHERE price = 0
UNION ALL
SELECT
  order_item_id, amount_fault, 'repair', 'line_amount', CAST(line_amount AS STRING), CAST(price * qty AS STRING),
  signup_month
FROM faults
WHERE amount_fault IS NOT NULL
UNION ALL
SELECT order_item_id, 'duplicate_line', 'quarantine', 'order_item_id', order_item_id, CAST(NULL AS STRING), signup_month
FROM repetitions
