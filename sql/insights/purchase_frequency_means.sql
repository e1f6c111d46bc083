-- What did users who had bought so often buy in the half-year after, one half-year before the holdout?
--
-- - **Unit**: purchases from the landmark to a year before the last observed day, 10 for 10 and more.
-- - **Window**: the 183 days after that day, which end where the holdout begins.
-- - **Denominator**: users of `purchase_histories` who were past the landmark by then.
-- - **Null**: never.
SELECT
  LEAST(earlier_purchase_days, 10) AS frequency,
  COUNT(*) AS user_count,
  SUM(recent_purchase_days) AS purchase_days,
  SUM(recent_spent) AS spent
FROM insights.purchase_histories
WHERE observed_days > 183
GROUP BY LEAST(earlier_purchase_days, 10)
