-- The raw lines of orders that broke a rule no repair mends, as they arrived, with the kinds of the rules (see `violations.order_items`).
-- Rows that share a key share its fate, so the join to the verdict loses and multiplies nothing.
WITH condemned AS (
  SELECT row_key, signup_month, STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason
  FROM violations.order_items
  WHERE remediation = 'quarantine'
  GROUP BY row_key, signup_month
)
SELECT
  i.order_item_id,
  i.order_id,
  i.product_id,
  i.category,
  i.price,
  i.price_tier,
  i.qty,
  i.line_amount,
  i.is_discounted,
  i.signup_month,
  c.quarantine_reason
FROM raw.order_items AS i
JOIN condemned AS c ON c.row_key = IFNULL(i.order_item_id, '') AND c.signup_month = i.signup_month
