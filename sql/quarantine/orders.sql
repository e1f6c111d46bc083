-- The raw orders that broke a rule no repair mends, as they arrived, with the kinds of the rules (see `violations.orders`).
-- Rows that share a key share its fate, so the join to the verdict loses and multiplies nothing.
WITH condemned AS (
  SELECT row_key, signup_month, STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason
  FROM violations.orders
  WHERE remediation = 'quarantine'
  GROUP BY row_key, signup_month
)
SELECT
  o.order_id,
  o.user_id,
  o.order_date,
  o.total_amount,
  o.payment_status,
  o.is_discount_day,
  o.anomaly_flag,
  o.signup_month,
  c.quarantine_reason
FROM raw.orders AS o
JOIN condemned AS c ON c.row_key = IFNULL(o.order_id, '') AND c.signup_month = o.signup_month
