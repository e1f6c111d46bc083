-- The raw experiment assignments that broke a rule no repair mends, as they arrived, with the kinds of the rules (see `violations.experiment_assignments`).
-- Rows that share a key share its fate, so the join to the verdict loses and multiplies nothing.
WITH condemned AS (
  SELECT row_key, signup_month, STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason
  FROM violations.experiment_assignments
  WHERE remediation = 'quarantine'
  GROUP BY row_key, signup_month
)
SELECT
  a.user_id,
  a.experiment,
  a.arm,
  a.assigned_at,
  a.signup_month,
  c.quarantine_reason
FROM raw.experiment_assignments AS a
JOIN condemned AS c ON c.row_key = CONCAT(IFNULL(a.user_id, ''), '/', IFNULL(a.experiment, '')) AND c.signup_month = a.signup_month
