-- The sound events: all raw events but those in quarantine, with the repairs that `violations.user_events` decided.
-- `original_values` has what each repair replaced.
WITH verdicts AS (
  SELECT
    row_key,
    signup_month,
    LOGICAL_OR(remediation = 'quarantine') AS condemned,
    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS repair_reason,
    STRING_AGG(CONCAT(column_name, '=', IFNULL(original_value, '')), '; ' ORDER BY column_name) AS original_values,
    LOGICAL_OR(column_name = 'user_id') AS mends_user_id,
    MAX(IF(column_name = 'user_id', repaired_value, NULL)) AS user_id,
    LOGICAL_OR(column_name = 'session_id') AS mends_session_id,
    MAX(IF(column_name = 'session_id', repaired_value, NULL)) AS session_id,
    LOGICAL_OR(column_name = 'event_type') AS mends_event_type,
    MAX(IF(column_name = 'event_type', repaired_value, NULL)) AS event_type,
    LOGICAL_OR(column_name = 'event_timestamp') AS mends_event_timestamp,
    MAX(IF(column_name = 'event_timestamp', repaired_value, NULL)) AS event_timestamp,
    LOGICAL_OR(column_name = 'product_id') AS mends_product_id,
    MAX(IF(column_name = 'product_id', repaired_value, NULL)) AS product_id,
    LOGICAL_OR(column_name = 'device') AS mends_device,
    MAX(IF(column_name = 'device', repaired_value, NULL)) AS device,
    LOGICAL_OR(column_name = 'referrer') AS mends_referrer,
    MAX(IF(column_name = 'referrer', repaired_value, NULL)) AS referrer,
    LOGICAL_OR(column_name = 'page') AS mends_page,
    MAX(IF(column_name = 'page', repaired_value, NULL)) AS page
  FROM violations.user_events
  GROUP BY row_key, signup_month
)
SELECT
  e.event_id,
  IF(v.mends_user_id, v.user_id, e.user_id) AS user_id,
  IF(v.mends_session_id, v.session_id, e.session_id) AS session_id,
  IF(v.mends_event_type, v.event_type, e.event_type) AS event_type,
  IF(v.mends_event_timestamp, CAST(v.event_timestamp AS TIMESTAMP), e.event_timestamp) AS event_timestamp,
  IF(v.mends_product_id, v.product_id, e.product_id) AS product_id,
  IF(v.mends_device, v.device, e.device) AS device,
  IF(v.mends_referrer, v.referrer, e.referrer) AS referrer,
  IF(v.mends_page, v.page, e.page) AS page,
  e.is_discount_event,
  e.signup_month,
  v.repair_reason,
  v.original_values
FROM raw.user_events AS e
LEFT JOIN verdicts AS v ON v.row_key = IFNULL(e.event_id, '') AND v.signup_month = e.signup_month
WHERE v.condemned IS NULL OR NOT v.condemned
