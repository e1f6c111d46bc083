-- What was foreseen of each cohort's purchases and spend in the holdout, and what came?
--
-- - **Unit**: signup month x model x target.
-- - **Denominator**: users of `value_forecasts`.
-- - **Null**: never. The variance is that of purchases by BG/NBD, whatever the model of the row.
SELECT
  model,
  target,
  COUNT(*) AS user_count,
  SUM(forecast) AS forecast,
  SUM(variance) AS variance,
  SUM(actual) AS actual,
  signup_month
FROM insights.value_forecasts
GROUP BY signup_month, model, target
