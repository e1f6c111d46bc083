-- What is wrong with the lines of orders, and what is done about it. Decided within a signup month.
--
-- | kind | when | remediation |
-- |---|---|---|
-- | `missing_key` | `order_item_id` is null or empty | quarantine |
-- | `duplicate_key` | several rows have the `order_item_id`: none can be told to be the right one | quarantine all |
-- | `missing_order` | `order_id` is null | quarantine |
-- | `orphan_order` | `order_id` is not among the month's orders | quarantine: nothing tells who bought when |
-- | `order_quarantined` | its order is quarantined | quarantine, or the clean layer would refer to no order |
-- | `missing_product` | `product_id` is null | quarantine |
-- | `orphan_product` | `product_id` is not in clean.products (where raw.products has any row) | quarantine |
-- | `missing_price`, `zero_price`, `negative_price` | `price` is null, 0, below 0 | quarantine: a gift or a correction, no sale |
-- | `missing_qty`, `non_positive_qty` | `qty` is null; 0 or below | quarantine: likewise |
-- | `duplicate_line` | an earlier line of the order, by key, is equal in all other columns | quarantine all but the first |
-- | `missing_line_amount` | `line_amount` is null, price and qty are sound | price x qty |
-- | `line_amount_mismatch` | `line_amount` is not price x qty, both sound | price x qty: the product is computed, the factors are recorded |
WITH keys AS (
  SELECT IFNULL(order_item_id, '') AS row_key, signup_month, COUNT(*) AS copies
  FROM raw.order_items
  GROUP BY row_key, signup_month
),
broken_keys AS (
  SELECT row_key, signup_month, IF(row_key = '', 'missing_key', 'duplicate_key') AS kind
  FROM keys
  WHERE row_key = '' OR copies > 1
),
faults AS (
  SELECT
    i.order_item_id,
    i.order_id,
    i.product_id,
    i.price,
    i.qty,
    i.line_amount,
    i.signup_month,
    CASE
      WHEN i.order_id IS NULL THEN 'missing_order'
      WHEN o.order_id IS NULL THEN 'orphan_order'
    END AS order_fault,
    CASE
      WHEN i.product_id IS NULL THEN 'missing_product'
      WHEN p.product_id IS NULL AND g.products > 0 THEN 'orphan_product'
    END AS product_fault,
    CASE
      WHEN i.price IS NULL THEN 'missing_price'
      WHEN i.price = 0 THEN 'zero_price'
      WHEN i.price < 0 THEN 'negative_price'
    END AS price_fault,
    CASE
      WHEN i.qty IS NULL THEN 'missing_qty'
      WHEN i.qty <= 0 THEN 'non_positive_qty'
    END AS qty_fault,
    CASE
      WHEN i.price > 0 AND i.qty > 0 AND i.line_amount IS NULL THEN 'missing_line_amount'
      WHEN i.price > 0 AND i.qty > 0 AND i.line_amount <> i.price * i.qty THEN 'line_amount_mismatch'
    END AS amount_fault
  FROM raw.order_items AS i
  LEFT JOIN clean.orders AS o ON o.order_id = i.order_id AND o.signup_month = i.signup_month
  LEFT JOIN clean.products AS p ON p.product_id = i.product_id
  CROSS JOIN (SELECT COUNT(*) AS products FROM raw.products) AS g
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
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY i.order_id, i.signup_month, i.product_id, i.category, i.price, i.price_tier, i.qty, i.line_amount,
      i.is_discounted
    ORDER BY i.order_item_id
  ) > 1
),
found AS (
  SELECT f.order_item_id, IF(q.order_id IS NULL, f.order_fault, 'order_quarantined') AS kind, 'quarantine' AS remediation,
    'order_id' AS column_name, f.order_id AS original_value, CAST(NULL AS STRING) AS repaired_value, f.signup_month
  FROM faults AS f
  LEFT JOIN (SELECT DISTINCT order_id, signup_month FROM quarantine.orders) AS q
    ON q.order_id = f.order_id AND q.signup_month = f.signup_month
  WHERE f.order_fault IS NOT NULL
  UNION ALL
  SELECT order_item_id, product_fault, 'quarantine', 'product_id', product_id, CAST(NULL AS STRING), signup_month
  FROM faults
  WHERE product_fault IS NOT NULL
  UNION ALL
  SELECT order_item_id, price_fault, 'quarantine', 'price', CAST(price AS STRING), CAST(NULL AS STRING), signup_month
  FROM faults
  WHERE price_fault IS NOT NULL
  UNION ALL
  SELECT order_item_id, qty_fault, 'quarantine', 'qty', CAST(qty AS STRING), CAST(NULL AS STRING), signup_month
  FROM faults
  WHERE qty_fault IS NOT NULL
  UNION ALL
  SELECT order_item_id, amount_fault, 'repair', 'line_amount', CAST(line_amount AS STRING), CAST(price * qty AS STRING),
    signup_month
  FROM faults
  WHERE amount_fault IS NOT NULL
  UNION ALL
  SELECT order_item_id, 'duplicate_line', 'quarantine', 'order_item_id', order_item_id, CAST(NULL AS STRING), signup_month
  FROM repetitions
)
SELECT row_key, kind, 'quarantine' AS remediation, 'order_item_id' AS column_name, row_key AS original_value,
  CAST(NULL AS STRING) AS repaired_value, signup_month
FROM broken_keys
UNION ALL
SELECT f.order_item_id, f.kind, f.remediation, f.column_name, f.original_value, f.repaired_value, f.signup_month
FROM found AS f
LEFT JOIN broken_keys AS b ON b.row_key = IFNULL(f.order_item_id, '') AND b.signup_month = f.signup_month
WHERE b.row_key IS NULL
