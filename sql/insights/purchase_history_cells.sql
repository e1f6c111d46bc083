-- How many users have the same history of purchases, and the same number of them in the holdout?
--
-- - **Unit**: purchases x week of the last x weeks observed x purchases in the holdout.
-- - **Clock**: weeks from the landmark, rounded to the nearest: rounded up, everybody would seem more alive.
-- - **Denominator**: users of `purchase_histories`.
-- - **Null**: never.
WITH weekly AS (
  SELECT
    purchase_days,
    CAST(ROUND(last_purchase_day / 7) AS INT64) AS last_purchase_week,
    CAST(ROUND(observed_days / 7) AS INT64) AS observed_weeks,
    holdout_purchase_days
  FROM insights.purchase_histories
)

SELECT
  purchase_days,
  last_purchase_week,
  observed_weeks,
  holdout_purchase_days,
  COUNT(*) AS user_count
FROM weekly
GROUP BY purchase_days, last_purchase_week, observed_weeks, holdout_purchase_days
