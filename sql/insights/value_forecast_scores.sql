-- How far were forecasts of the holdout off, by what was foreseen and what came?
--
-- - **Unit**: model x target x forecast (cut to two figures) x what came (cut to one), both in 1,024ths.
-- - **Denominator**: users of `value_forecasts`, each once for every model and target.
-- - **Error**: the distance of a user's forecast from what came, before anything is cut.
-- - **Null**: never.
WITH kinds AS (
  SELECT 'bg_nbd_gamma_gamma' AS model, 'purchase_days' AS target
  UNION ALL
  SELECT 'bg_nbd_gamma_gamma' AS model, 'spent' AS target
  UNION ALL
  SELECT 'cohort_mean' AS model, 'purchase_days' AS target
  UNION ALL
  SELECT 'cohort_mean' AS model, 'spent' AS target
  UNION ALL
  SELECT 'last_period' AS model, 'purchase_days' AS target
  UNION ALL
  SELECT 'last_period' AS model, 'spent' AS target
  UNION ALL
  SELECT 'frequency_mean' AS model, 'purchase_days' AS target
  UNION ALL
  SELECT 'frequency_mean' AS model, 'spent' AS target
),

measured AS (
  SELECT
    kinds.model,
    kinds.target,
    CASE CONCAT(kinds.model, ' ', kinds.target)
      WHEN 'bg_nbd_gamma_gamma purchase_days' THEN forecasts.bg_nbd_gamma_gamma_purchase_days
      WHEN 'bg_nbd_gamma_gamma spent' THEN forecasts.bg_nbd_gamma_gamma_spent
      WHEN 'cohort_mean purchase_days' THEN forecasts.cohort_mean_purchase_days
      WHEN 'cohort_mean spent' THEN forecasts.cohort_mean_spent
      WHEN 'last_period purchase_days' THEN forecasts.last_period_purchase_days
      WHEN 'last_period spent' THEN forecasts.last_period_spent
      WHEN 'frequency_mean purchase_days' THEN forecasts.frequency_mean_purchase_days
      ELSE forecasts.frequency_mean_spent
    END AS forecast,
    IF(kinds.target = 'spent', forecasts.spent, forecasts.purchase_days) AS actual
  FROM insights.value_forecasts AS forecasts
  CROSS JOIN kinds
),

counted AS (
  SELECT
    model,
    target,
    forecast,
    actual,
    CAST(FLOOR(forecast * 1024) AS INT64) AS forecast_parts,
    CAST(FLOOR(actual * 1024) AS INT64) AS actual_parts
  FROM measured
),

cut AS (
  SELECT
    model,
    target,
    forecast,
    actual,
    forecast_parts,
    actual_parts,
    CAST(POW(10, GREATEST(LENGTH(CAST(forecast_parts AS STRING)) - 2, 0)) AS INT64) AS forecast_unit,
    CAST(POW(10, GREATEST(LENGTH(CAST(actual_parts AS STRING)) - 1, 0)) AS INT64) AS actual_unit
  FROM counted
)

SELECT
  model,
  target,
  forecast_parts - MOD(forecast_parts, NULLIF(forecast_unit, 0)) AS forecast_group,
  actual_parts - MOD(actual_parts, NULLIF(actual_unit, 0)) AS actual_group,
  COUNT(*) AS user_count,
  SUM(forecast) AS forecast,
  SUM(actual) AS actual,
  SUM(ABS(forecast - actual)) AS absolute_error
FROM cut
GROUP BY
  model,
  target,
  forecast_parts - MOD(forecast_parts, NULLIF(forecast_unit, 0)),
  actual_parts - MOD(actual_parts, NULLIF(actual_unit, 0))
