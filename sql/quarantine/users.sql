-- The raw users that broke a rule no repair mends, as they arrived, with the kinds of the rules (see `violations.users`).
-- Rows that share a key share its fate, so the join to the verdict loses and multiplies nothing.
WITH condemned AS (
  SELECT row_key, signup_month, STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason
  FROM violations.users
  WHERE remediation = 'quarantine'
  GROUP BY row_key, signup_month
)
SELECT
  u.user_id,
  u.signup_date,
  u.device,
  u.region,
  u.marketing_source,
  u.subscription_type,
  u.subscription_join_date,
  u.is_new_user_flag,
  u.anomaly_flag,
  u.signup_month,
  c.quarantine_reason
FROM raw.users AS u
JOIN condemned AS c ON c.row_key = IFNULL(u.user_id, '') AND c.signup_month = u.signup_month
