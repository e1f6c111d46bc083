-- What is wrong with experiment assignments, and what is done about it. Decided within a signup month. Nothing is repaired:
-- a guessed arm or time would be no randomised experiment any more.
--
-- | kind | when | remediation |
-- |---|---|---|
-- | `missing_key` | `user_id` or `experiment` is null or empty | quarantine |
-- | `duplicate_key` | a user has several rows of one experiment | quarantine all: which arm it was cannot be told |
-- | `orphan_user` | `user_id` is not among the month's users | quarantine |
-- | `user_quarantined` | its user is quarantined | quarantine, or the clean layer would refer to nobody |
-- | `unknown_arm` | `arm` is neither treatment nor control | quarantine |
-- | `missing_assigned_at` | `assigned_at` is null | quarantine |
WITH assignments AS (
  SELECT
    CONCAT(IFNULL(user_id, ''), '/', IFNULL(experiment, '')) AS row_key,
    user_id,
    experiment,
    arm,
    assigned_at,
    signup_month
  FROM raw.experiment_assignments
),
broken_keys AS (
  SELECT
    row_key,
    signup_month,
    IF(LOGICAL_OR(IFNULL(user_id, '') = '' OR IFNULL(experiment, '') = ''), 'missing_key', 'duplicate_key') AS kind
  FROM assignments
  GROUP BY row_key, signup_month
  HAVING COUNT(*) > 1 OR LOGICAL_OR(IFNULL(user_id, '') = '' OR IFNULL(experiment, '') = '')
),
sound AS (
  SELECT
    a.row_key,
    a.user_id,
    a.arm,
    a.assigned_at,
    a.signup_month,
    u.user_id IS NULL AS user_fault,
    q.user_id IS NOT NULL AS user_in_quarantine
  FROM assignments AS a
  LEFT JOIN broken_keys AS b ON b.row_key = a.row_key AND b.signup_month = a.signup_month
  LEFT JOIN clean.users AS u ON u.user_id = a.user_id AND u.signup_month = a.signup_month
  LEFT JOIN (SELECT DISTINCT user_id, signup_month FROM quarantine.users) AS q
    ON q.user_id = a.user_id AND q.signup_month = a.signup_month
  WHERE b.row_key IS NULL
)
SELECT row_key, kind, 'quarantine' AS remediation, 'user_id' AS column_name, row_key AS original_value,
  CAST(NULL AS STRING) AS repaired_value, signup_month
FROM broken_keys
UNION ALL
SELECT row_key, IF(user_in_quarantine, 'user_quarantined', 'orphan_user'), 'quarantine', 'user_id', user_id,
  CAST(NULL AS STRING), signup_month
FROM sound
WHERE user_fault
UNION ALL
SELECT row_key, 'unknown_arm', 'quarantine', 'arm', arm, CAST(NULL AS STRING), signup_month
FROM sound
WHERE arm IS NULL OR arm NOT IN ('treatment', 'control')
UNION ALL
SELECT row_key, 'missing_assigned_at', 'quarantine', 'assigned_at', CAST(NULL AS STRING), CAST(NULL AS STRING), signup_month
FROM sound
WHERE assigned_at IS NULL
