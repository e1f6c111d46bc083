-- The sound users: all raw users but those in quarantine, with the repairs that `violations.users` decided.
-- `original_values` has what each repair replaced.
WITH verdicts AS (
  SELECT
    row_key,
    signup_month,
    LOGICAL_OR(remediation = 'quarantine') AS condemned,
    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS repair_reason,
    STRING_AGG(CONCAT(column_name, '=', IFNULL(original_value, '')), '; ' ORDER BY column_name) AS original_values,
    LOGICAL_OR(column_name = 'signup_date') AS mends_signup_date,
    MAX(IF(column_name = 'signup_date', repaired_value, NULL)) AS signup_date,
    LOGICAL_OR(column_name = 'device') AS mends_device,
    MAX(IF(column_name = 'device', repaired_value, NULL)) AS device,
    LOGICAL_OR(column_name = 'region') AS mends_region,
    MAX(IF(column_name = 'region', repaired_value, NULL)) AS region,
    LOGICAL_OR(column_name = 'marketing_source') AS mends_marketing_source,
    MAX(IF(column_name = 'marketing_source', repaired_value, NULL)) AS marketing_source,
    LOGICAL_OR(column_name = 'subscription_type') AS mends_subscription_type,
    MAX(IF(column_name = 'subscription_type', repaired_value, NULL)) AS subscription_type,
    LOGICAL_OR(column_name = 'subscription_join_date') AS mends_subscription_join_date,
    MAX(IF(column_name = 'subscription_join_date', repaired_value, NULL)) AS subscription_join_date
  FROM violations.users
  GROUP BY row_key, signup_month
)
SELECT
  u.user_id,
  IF(v.mends_signup_date, CAST(v.signup_date AS DATE), u.signup_date) AS signup_date,
  IF(v.mends_device, v.device, u.device) AS device,
  IF(v.mends_region, v.region, u.region) AS region,
  IF(v.mends_marketing_source, v.marketing_source, u.marketing_source) AS marketing_source,
  IF(v.mends_subscription_type, v.subscription_type, u.subscription_type) AS subscription_type,
  IF(v.mends_subscription_join_date, CAST(v.subscription_join_date AS DATE), u.subscription_join_date) AS subscription_join_date,
  u.is_new_user_flag,
  u.signup_month,
  v.repair_reason,
  v.original_values
FROM raw.users AS u
LEFT JOIN verdicts AS v ON v.row_key = IFNULL(u.user_id, '') AND v.signup_month = u.signup_month
WHERE v.condemned IS NULL OR NOT v.condemned
