-- The sound lines of orders: all raw lines of orders but those in quarantine, with the repairs that `violations.order_items` decided.
-- `original_values` has what each repair replaced.
WITH verdicts AS (
  SELECT
    row_key,
    signup_month,
    LOGICAL_OR(remediation = 'quarantine') AS condemned,
    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS repair_reason,
    STRING_AGG(CONCAT(column_name, '=', IFNULL(original_value, '')), '; ' ORDER BY column_name) AS original_values,
    LOGICAL_OR(column_name = 'line_amount') AS mends_line_amount,
    MAX(IF(column_name = 'line_amount', repaired_value, NULL)) AS line_amount
  FROM violations.order_items
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
  IF(v.mends_line_amount, CAST(v.line_amount AS NUMERIC), i.line_amount) AS line_amount,
  i.is_discounted,
  i.signup_month,
  v.repair_reason,
  v.original_values
FROM raw.order_items AS i
LEFT JOIN verdicts AS v ON v.row_key = IFNULL(i.order_item_id, '') AND v.signup_month = i.signup_month
WHERE v.condemned IS NULL OR NOT v.condemned
