-- How good are the rules? Every kind of error that was injected or found, scored against the list of injected errors.
--
-- - **Unit**: a raw row with an error of a kind. A row with two errors counts once for each.
-- - **Caught**: the row is injected with the kind, and accused of that very kind.
-- - **Falsely accused**: accused of a kind that it was not injected with. Rows that were set aside because the row they
--   belong to was (kinds that end in `_quarantined`) are accused of nothing.
-- - **Repaired to truth**: every value that the repair set is the one before the error; numbers and times are compared as such.
-- - **Null**: where the truth is unknown. It is known when the world that made the rows has left its truth beside them.
WITH found AS (
  SELECT 'users' AS table_name, row_key, kind, column_name, remediation, repaired_value FROM violations.users
  UNION ALL
  SELECT 'products' AS table_name, row_key, kind, column_name, remediation, repaired_value FROM violations.products
  UNION ALL
  SELECT 'orders' AS table_name, row_key, kind, column_name, remediation, repaired_value FROM violations.orders
  UNION ALL
  SELECT 'order_items' AS table_name, row_key, kind, column_name, remediation, repaired_value FROM violations.order_items
  UNION ALL
  SELECT 'user_events' AS table_name, row_key, kind, column_name, remediation, repaired_value FROM violations.user_events
  UNION ALL
  SELECT 'experiment_assignments' AS table_name, row_key, kind, column_name, remediation, repaired_value FROM violations.experiment_assignments
),
accused AS (
  SELECT table_name, row_key, kind, LOGICAL_AND(remediation = 'repair') AS is_repaired
  FROM found
  GROUP BY table_name, row_key, kind
),
injected AS (
  SELECT DISTINCT table_name, row_key, kind FROM raw.injected_anomalies
),
restored AS (
  SELECT
    f.table_name,
    f.row_key,
    f.kind,
    LOGICAL_AND(
      i.row_key IS NOT NULL
      AND (
        f.repaired_value IS NOT DISTINCT FROM i.clean_value
        OR IFNULL(SAFE_CAST(f.repaired_value AS NUMERIC) = SAFE_CAST(i.clean_value AS NUMERIC), FALSE)
        OR IFNULL(SAFE_CAST(f.repaired_value AS TIMESTAMP) = SAFE_CAST(i.clean_value AS TIMESTAMP), FALSE)
      )
    ) AS is_true
  FROM found AS f
  LEFT JOIN raw.injected_anomalies AS i
    ON i.table_name = f.table_name AND i.row_key = f.row_key AND i.kind = f.kind AND i.column_name = f.column_name
  WHERE f.remediation = 'repair'
  GROUP BY f.table_name, f.row_key, f.kind
),
cases AS (
  SELECT table_name, row_key, kind, 1 AS is_injected, 0 AS is_accused, 0 AS is_repaired FROM injected
  UNION ALL
  SELECT table_name, row_key, kind, 0, 1, IF(is_repaired, 1, 0) FROM accused
),
judged AS (
  SELECT
    table_name,
    row_key,
    kind,
    MAX(is_injected) AS is_injected,
    MAX(is_accused) AS is_accused,
    MAX(is_repaired) AS is_repaired
  FROM cases
  GROUP BY table_name, row_key, kind
),
counted AS (
  SELECT
    j.table_name,
    j.kind,
    SUM(j.is_injected) AS injected,
    SUM(j.is_injected * j.is_accused) AS caught,
    SUM(IF(ENDS_WITH(j.kind, '_quarantined'), 0, (1 - j.is_injected) * j.is_accused)) AS falsely_accused,
    SUM(j.is_accused) AS accused,
    SUM(j.is_repaired) AS repaired,
    SUM(IF(r.is_true, j.is_repaired, 0)) AS repaired_to_truth
  FROM judged AS j
  LEFT JOIN restored AS r ON r.table_name = j.table_name AND r.row_key = j.row_key AND r.kind = j.kind
  GROUP BY j.table_name, j.kind
),
sizes AS (
  SELECT 'users' AS table_name, COUNT(*) AS row_count FROM raw.users WHERE signup_month >= DATE '1900-01-01'
  UNION ALL
  SELECT 'products' AS table_name, COUNT(*) AS row_count FROM raw.products
  UNION ALL
  SELECT 'orders' AS table_name, COUNT(*) AS row_count FROM raw.orders WHERE signup_month >= DATE '1900-01-01'
  UNION ALL
  SELECT 'order_items' AS table_name, COUNT(*) AS row_count FROM raw.order_items WHERE signup_month >= DATE '1900-01-01'
  UNION ALL
  SELECT 'user_events' AS table_name, COUNT(*) AS row_count FROM raw.user_events WHERE signup_month >= DATE '1900-01-01'
  UNION ALL
  SELECT 'experiment_assignments' AS table_name, COUNT(*) AS row_count FROM raw.experiment_assignments WHERE signup_month >= DATE '1900-01-01'
),
truth AS (
  SELECT COUNT(*) > 0 AS is_known FROM raw.world_truth
)
SELECT
  c.table_name,
  c.kind,
  IF(t.is_known, c.injected, NULL) AS injected,
  IF(t.is_known, c.caught, NULL) AS caught,
  IF(t.is_known, c.falsely_accused, NULL) AS falsely_accused,
  IF(t.is_known, SAFE_DIVIDE(c.caught, c.caught + c.falsely_accused), NULL) AS precision,
  IF(t.is_known, SAFE_DIVIDE(c.caught, c.injected), NULL) AS recall,
  c.repaired,
  IF(t.is_known, c.repaired_to_truth, NULL) AS repaired_to_truth,
  c.accused,
  s.row_count,
  SAFE_DIVIDE(c.accused, s.row_count) AS accused_rate
FROM counted AS c
JOIN sizes AS s ON s.table_name = c.table_name
CROSS JOIN truth AS t
