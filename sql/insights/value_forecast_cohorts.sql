-- What was foreseen of each cohort's purchases and spend in the holdout, and what came?
--
-- - **Unit**: signup month x model x target.
-- - **Denominator**: users of `value_forecasts`.
-- - **Null**: never. The variance is that of purchases by BG/NBD, whatever the model of the row.
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
    forecasts.signup_month,
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
    forecasts.variance,
    IF(kinds.target = 'spent', forecasts.spent, forecasts.purchase_days) AS actual
  FROM insights.value_forecasts AS forecasts
  CROSS JOIN kinds
)

SELECT
  model,
  target,
  COUNT(*) AS user_count,
  SUM(forecast) AS forecast,
  SUM(variance) AS variance,
  SUM(actual) AS actual,
  signup_month
FROM measured
GROUP BY signup_month, model, target
