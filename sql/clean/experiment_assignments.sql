-- The sound experiment assignments: all raw experiment assignments but those in quarantine. None is ever repaired, so none has a reason.
WITH condemned AS (
  SELECT DISTINCT row_key, signup_month
  FROM violations.experiment_assignments
  WHERE remediation = 'quarantine'
)
SELECT
  a.user_id,
  a.experiment,
  a.arm,
  a.assigned_at,
  a.signup_month,
  CAST(NULL AS STRING) AS repair_reason,
  CAST(NULL AS STRING) AS original_values
FROM raw.experiment_assignments AS a
LEFT JOIN condemned AS c ON c.row_key = CONCAT(IFNULL(a.user_id, ''), '/', IFNULL(a.experiment, '')) AND c.signup_month = a.signup_month
WHERE c.row_key IS NULL
