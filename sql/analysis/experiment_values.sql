-- How are later orders and revenue distributed in each arm of each experiment?
--
-- - **Unit**: experiment x arm x outcome x value cut to three figures. A user is counted once for each experiment and outcome.
-- - **Outcomes**: paid orders and paid revenue of [signup + 30 days, signup + 360 days).
-- - **Denominator**: mature users who were drawn into the arm, for whom these days have been observed whole.
-- - **Null**: never. The sum of the values of a group is exact, so a mean over groups is; what three figures cost a variance
--   is less than a hundred-thousandth of it.
WITH outcomes AS (
  SELECT
    assignments.experiment,
    assignments.arm,
    'orders' AS outcome,
    summary.order_count_days_31_to_360 * 100 AS hundredths
  FROM clean.experiment_assignments AS assignments
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = assignments.user_id
  WHERE summary.order_count_days_31_to_360 IS NOT NULL
  UNION ALL
  SELECT
    assignments.experiment,
    assignments.arm,
    'revenue' AS outcome,
    CAST(summary.revenue_days_31_to_360 * 100 AS INT64) AS hundredths
  FROM clean.experiment_assignments AS assignments
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = assignments.user_id
  WHERE summary.revenue_days_31_to_360 IS NOT NULL
),

cut AS (
  SELECT
    experiment,
    arm,
    outcome,
    hundredths,
    CAST(POW(10, GREATEST(LENGTH(CAST(hundredths AS STRING)) - 3, 0)) AS INT64) AS unit
  FROM outcomes
)

SELECT
  experiment,
  arm,
  outcome,
  hundredths - MOD(hundredths, NULLIF(unit, 0)) AS value_group,
  COUNT(*) AS user_count,
  SUM(hundredths) / 100 AS value_total
FROM cut
GROUP BY experiment, arm, outcome, hundredths - MOD(hundredths, NULLIF(unit, 0))
