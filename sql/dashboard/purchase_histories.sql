-- What could be known a year ago of how customers buy, and what have they bought since?
--
-- - **Unit**: signup month x activation level x history, of users whose clock had run a day a year before the last observed day.
-- - **Clock**: it begins 30 days after signup. Purchases are days with a paid order; times are weeks, to the nearest.
-- - **Holdout**: the last 365 observed days, which the history does not know.
-- - **Null**: never.
SELECT
  COALESCE(users.activation_level, 'unknown') AS activation_level,
  rfm.frequency,
  CAST(ROUND(rfm.recency_days / 7) AS INT64) AS recency_weeks,
  CAST(ROUND(rfm.age_days / 7) AS INT64) AS age_weeks,
  COUNT(*) AS user_count,
  SUM(rfm.holdout_frequency) AS holdout_purchase_day_count,
  users.signup_month
FROM marts.dm_rfm AS rfm
INNER JOIN marts.dm_user_purchase_summary AS users ON users.user_id = rfm.user_id
WHERE rfm.clock = 'day_30' AND rfm.holdout_days = 365
GROUP BY
  users.signup_month,
  COALESCE(users.activation_level, 'unknown'),
  rfm.frequency,
  CAST(ROUND(rfm.recency_days / 7) AS INT64),
  CAST(ROUND(rfm.age_days / 7) AS INT64)
