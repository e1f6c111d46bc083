-- The raw events that broke a rule no repair mends, as they arrived, with the kinds of the rules (see `violations.user_events`).
-- Rows that share a key share its fate, so the join to the verdict loses and multiplies nothing.
WITH condemned AS (
  SELECT row_key, signup_month, STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason
  FROM violations.user_events
  WHERE remediation = 'quarantine'
  GROUP BY row_key, signup_month
)
SELECT
  e.event_id,
  e.user_id,
  e.session_id,
  e.event_type,
  e.event_timestamp,
  e.product_id,
  e.device,
  e.referrer,
  e.page,
  e.is_discount_event,
  e.anomaly_flag,
  e.signup_month,
  c.quarantine_reason
FROM raw.user_events AS e
JOIN condemned AS c ON c.row_key = IFNULL(e.event_id, '') AND c.signup_month = e.signup_month
