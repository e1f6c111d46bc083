-- How far were forecasts of the holdout off, by what was foreseen and what came?
--
-- - **Unit**: model x target x forecast (cut to two figures) x what came (cut to one), both in 1,024ths.
-- - **Denominator**: users of `value_forecasts`, each once for every model and target.
-- - **Error**: the distance of a user's forecast from what came, before anything is cut.
-- - **Null**: never.
WITH counted AS (
  SELECT
    model,
    target,
    forecast,
    actual,
    CAST(FLOOR(forecast * 1024) AS INT64) AS forecast_parts,
    CAST(FLOOR(actual * 1024) AS INT64) AS actual_parts
  FROM insights.value_forecasts
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
