-- The sound orders: all raw orders but those in quarantine, with the repairs that `violations.orders` decided.
-- `original_values` has what each repair replaced.
WITH verdicts AS (
  SELECT
    row_key,
    signup_month,
    LOGICAL_OR(remediation = 'quarantine') AS condemned,
    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS repair_reason,
    STRING_AGG(CONCAT(column_name, '=', IFNULL(original_value, '')), '; ' ORDER BY column_name) AS original_values,
    LOGICAL_OR(column_name = 'order_date') AS mends_order_date,
    MAX(IF(column_name = 'order_date', repaired_value, NULL)) AS order_date,
    LOGICAL_OR(column_name = 'total_amount') AS mends_total_amount,
    MAX(IF(column_name = 'total_amount', repaired_value, NULL)) AS total_amount,
    LOGICAL_OR(column_name = 'payment_status') AS mends_payment_status,
    MAX(IF(column_name = 'payment_status', repaired_value, NULL)) AS payment_status
  FROM violations.orders
  GROUP BY row_key, signup_month
)
SELECT
  o.order_id,
  o.user_id,
  IF(v.mends_order_date, CAST(v.order_date AS DATE), o.order_date) AS order_date,
  IF(v.mends_total_amount, CAST(v.total_amount AS NUMERIC), o.total_amount) AS total_amount,
  IF(v.mends_payment_status, v.payment_status, o.payment_status) AS payment_status,
  o.is_discount_day,
  o.signup_month,
  v.repair_reason,
  v.original_values
FROM raw.orders AS o
LEFT JOIN verdicts AS v ON v.row_key = IFNULL(o.order_id, '') AND v.signup_month = o.signup_month
WHERE v.condemned IS NULL OR NOT v.condemned
