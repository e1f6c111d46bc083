-- What did each user buy in the holdout, and what had each model foreseen?
--
-- - **Unit**: user x model x target, of the users of `purchase_histories` whose history has a prediction. **Targets**: days with
--   a purchase, and spend. **Variance**: that of purchases by BG/NBD, whatever the model of the row.
-- - **Window**: the holdout, the last 26 weeks up to `observed_until`; a forecast knows nothing of them.
-- - **bg_nbd_gamma_gamma**: expected purchases times the expected amount of one, the user's own mean drawn towards everyone's.
-- - **cohort_mean**: purchases and spend a day of the user's signup month since the landmark, times 182 days.
-- - **last_period**: the user's own of the last 183 days before the holdout; scaled up for who has been on the clock for less, and
--   taken to have been there for four weeks at least.
-- - **frequency_mean**: the mean of users with as many purchases, half a year before.
-- - **Null**: never. Without users to learn a mean from, it is 0.
-- - **Precision**: numbers are cut to 1,024ths, whose sums are exact: the order in which rows are added changes nothing.
WITH cohorts AS (
  SELECT
    signup_month,
    SUM(purchase_days) AS purchase_days,
    SUM(spent) AS spent,
    SUM(observed_days) AS observed_days
  FROM insights.purchase_histories
  GROUP BY signup_month
),

foreseen AS (
  SELECT
    histories.user_id,
    histories.signup_month,
    predictions.expected_purchase_days AS bg_nbd_gamma_gamma_purchase_days,
    predictions.expected_purchase_days * (
      predictions.own_weight
      * COALESCE(SAFE_DIVIDE(CAST(histories.spent AS FLOAT64), histories.purchase_days), 0)
      + (1 - predictions.own_weight) * predictions.everyones_amount
    ) AS bg_nbd_gamma_gamma_spent,
    SAFE_DIVIDE(cohorts.purchase_days * 182, cohorts.observed_days) AS cohort_mean_purchase_days,
    SAFE_DIVIDE(CAST(cohorts.spent AS FLOAT64) * 182, cohorts.observed_days) AS cohort_mean_spent,
    SAFE_DIVIDE(histories.recent_purchase_days * 182, LEAST(GREATEST(histories.observed_days, 28), 183))
      AS last_period_purchase_days,
    SAFE_DIVIDE(CAST(histories.recent_spent AS FLOAT64) * 182, LEAST(GREATEST(histories.observed_days, 28), 183))
      AS last_period_spent,
    COALESCE(SAFE_DIVIDE(frequencies.purchase_days, frequencies.user_count), 0) AS frequency_mean_purchase_days,
    COALESCE(SAFE_DIVIDE(CAST(frequencies.spent AS FLOAT64), frequencies.user_count), 0) AS frequency_mean_spent,
    predictions.variance,
    histories.holdout_purchase_days,
    histories.holdout_spent
  FROM insights.purchase_histories AS histories
  INNER JOIN insights.purchase_predictions AS predictions
    ON predictions.purchase_days = histories.purchase_days
      AND predictions.last_purchase_week = CAST(ROUND(histories.last_purchase_day / 7) AS INT64)
      AND predictions.observed_weeks = CAST(ROUND(histories.observed_days / 7) AS INT64)
  INNER JOIN cohorts ON cohorts.signup_month = histories.signup_month
  LEFT JOIN insights.purchase_frequency_means AS frequencies ON frequencies.frequency = LEAST(histories.purchase_days, 10)
),

kinds AS (
  SELECT model, target
  FROM UNNEST(['bg_nbd_gamma_gamma', 'cohort_mean', 'last_period', 'frequency_mean']) AS model
  CROSS JOIN UNNEST(['purchase_days', 'spent']) AS target
)

SELECT
  foreseen.user_id,
  kinds.model,
  kinds.target,
  FLOOR(
    1024 * CASE CONCAT(kinds.model, ' ', kinds.target)
      WHEN 'bg_nbd_gamma_gamma purchase_days' THEN foreseen.bg_nbd_gamma_gamma_purchase_days
      WHEN 'bg_nbd_gamma_gamma spent' THEN foreseen.bg_nbd_gamma_gamma_spent
      WHEN 'cohort_mean purchase_days' THEN foreseen.cohort_mean_purchase_days
      WHEN 'cohort_mean spent' THEN foreseen.cohort_mean_spent
      WHEN 'last_period purchase_days' THEN foreseen.last_period_purchase_days
      WHEN 'last_period spent' THEN foreseen.last_period_spent
      WHEN 'frequency_mean purchase_days' THEN foreseen.frequency_mean_purchase_days
      ELSE foreseen.frequency_mean_spent
    END
  ) / 1024 AS forecast,
  FLOOR(foreseen.variance * 1024) / 1024 AS variance,
  FLOOR(
    1024 * IF(kinds.target = 'spent', CAST(foreseen.holdout_spent AS FLOAT64), CAST(foreseen.holdout_purchase_days AS FLOAT64))
  ) / 1024 AS actual,
  foreseen.signup_month
FROM foreseen
CROSS JOIN kinds
