-- How good are the rules? Every kind of error that was injected or found, scored against the list of injected errors.
--
-- - **Unit**: a raw row with an error of a kind. A row with two errors counts once for each.
-- - **True positive**: the row has the injected error, and the rule of that very kind flagged it.
-- - **False positive**: a rule flagged the row with a kind that was not injected into it. A row that is quarantined because
--   the row it belongs to is (kinds that end in `_quarantined`) is not a false positive.
-- - **False negative**: the row has the injected error, and the rule of that kind did not flag it.
-- - **Precision**: true positives over true and false positives. **Recall**: true positives over true positives and false
--   negatives.
-- - **Repaired to truth**: every value that the repair set is the one before the error; numbers and times are compared as such.
-- - **Null**: where the truth is unknown. It is known when the world that made the rows has left its truth beside them.
WITH flagged AS (
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
  SELECT table_name, row_key, kind, 1 AS is_injected, 0 AS is_flagged, 0 AS is_repaired FROM injected
  UNION ALL
  SELECT table_name, row_key, kind, 0, 1, IF(is_repaired, 1, 0) FROM flagged
),

judged AS (
  SELECT
    table_name,
    row_key,
    kind,
    MAX(is_injected) AS is_injected,
    MAX(is_flagged) AS is_flagged,
    MAX(is_repaired) AS is_repaired
  FROM cases
  GROUP BY table_name, row_key, kind
),

counted AS (
  SELECT
    j.table_name,
    j.kind,
    SUM(j.is_injected) AS injected,
    SUM(j.is_injected * j.is_flagged) AS true_positives,
    SUM(IF(ENDS_WITH(j.kind, '_quarantined'), 0, (1 - j.is_injected) * j.is_flagged)) AS false_positives,
    SUM(j.is_injected * (1 - j.is_flagged)) AS false_negatives,
    SUM(j.is_flagged) AS flagged,
    SUM(j.is_repaired) AS repaired,
    SUM(IF(r.is_true, j.is_repaired, 0)) AS repaired_to_truth
  FROM judged AS j
  LEFT JOIN restored AS r ON r.table_name = j.table_name AND r.row_key = j.row_key AND r.kind = j.kind
  GROUP BY j.table_name, j.kind
),

truth AS (
  SELECT COUNT(*) > 0 AS is_known FROM raw.world_truth
)

SELECT
  c.table_name,
  c.kind,
  IF(t.is_known, c.injected, NULL) AS injected,
  IF(t.is_known, c.true_positives, NULL) AS true_positives,
  IF(t.is_known, c.false_positives, NULL) AS false_positives,
  IF(t.is_known, c.false_negatives, NULL) AS false_negatives,
  IF(t.is_known, SAFE_DIVIDE(c.true_positives, c.true_positives + c.false_positives), NULL) AS precision,
  IF(t.is_known, SAFE_DIVIDE(c.true_positives, c.true_positives + c.false_negatives), NULL) AS recall,
  c.repaired,
  IF(t.is_known, c.repaired_to_truth, NULL) AS repaired_to_truth,
  c.flagged,
  s.row_count,
  SAFE_DIVIDE(c.flagged, s.row_count) AS flagged_rate
FROM counted AS c
JOIN sizes AS s ON s.table_name = c.table_name
CROSS JOIN truth AS t
