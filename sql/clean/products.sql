-- The sound products: all raw products but those in quarantine, with the repairs that `violations.products` decided.
-- `original_values` has what each repair replaced.
WITH verdicts AS (
  SELECT
    row_key,
    LOGICAL_OR(remediation = 'quarantine') AS condemned,
    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS repair_reason,
    STRING_AGG(CONCAT(column_name, '=', IFNULL(original_value, '')), '; ' ORDER BY column_name) AS original_values,
    LOGICAL_OR(column_name = 'category') AS mends_category,
    MAX(IF(column_name = 'category', repaired_value, NULL)) AS category,
    LOGICAL_OR(column_name = 'price') AS mends_price,
    MAX(IF(column_name = 'price', repaired_value, NULL)) AS price,
    LOGICAL_OR(column_name = 'price_tier') AS mends_price_tier,
    MAX(IF(column_name = 'price_tier', repaired_value, NULL)) AS price_tier,
    LOGICAL_OR(column_name = 'discount_day_of_week') AS mends_discount_day_of_week
  FROM violations.products
  GROUP BY row_key
)
SELECT
  p.product_id,
  IF(v.mends_category, v.category, p.category) AS category,
  IF(v.mends_price, CAST(v.price AS NUMERIC), p.price) AS price,
  IF(v.mends_price_tier, v.price_tier, p.price_tier) AS price_tier,
  p.brand,
  IF(v.mends_discount_day_of_week, CAST(NULL AS INT64), p.discount_day_of_week) AS discount_day_of_week,
  v.repair_reason,
  v.original_values
FROM raw.products AS p
LEFT JOIN verdicts AS v ON v.row_key = IFNULL(p.product_id, '')
WHERE v.condemned IS NULL OR NOT v.condemned
