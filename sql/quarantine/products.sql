-- The raw products that broke a rule no repair mends, as they arrived, with the kinds of the rules (see `violations.products`).
-- Rows that share a key share its fate, so the join to the verdict loses and multiplies nothing.
WITH condemned AS (
  SELECT row_key, STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason
  FROM violations.products
  WHERE remediation = 'quarantine'
  GROUP BY row_key
)
SELECT
  p.product_id,
  p.category,
  p.price,
  p.price_tier,
  p.brand,
  p.discount_day_of_week,
  c.quarantine_reason
FROM raw.products AS p
JOIN condemned AS c ON c.row_key = IFNULL(p.product_id, '')
