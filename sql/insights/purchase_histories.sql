-- What had each user bought by half a year before the last observed day, and what did they buy in the half-year after?
--
-- - **Unit**: a user whose landmark, 30 days after signup, lies before the holdout.
-- - **Clock**: `day_30` of `dm_rfm`: days from the landmark, which is day 1, to the end of the last purchase and of the last day
--   before the holdout. What came before the landmark is not counted: the first days' burst says little about the years after.
-- - **Holdout**: the last 182 days (26 weeks) up to `observed_until`. Nothing else here knows of them.
-- - **Recent**: the 183 days before the holdout, so that these and the holdout are the last year.
-- - **Null**: never.
SELECT
  known.user_id,
  known.frequency AS purchase_days,
  known.recency_days AS last_purchase_day,
  known.age_days AS observed_days,
  known.revenue AS spent,
  COALESCE(earlier.frequency, 0) AS earlier_purchase_days,
  known.frequency - COALESCE(earlier.frequency, 0) AS recent_purchase_days,
  known.revenue - COALESCE(earlier.revenue, 0) AS recent_spent,
  known.holdout_frequency AS holdout_purchase_days,
  known.holdout_revenue AS holdout_spent,
  known.signup_month
FROM marts.dm_rfm AS known
LEFT JOIN marts.dm_rfm AS earlier
  ON earlier.user_id = known.user_id AND earlier.clock = known.clock AND earlier.holdout_days = 365
WHERE known.clock = 'day_30' AND known.holdout_days = 182
