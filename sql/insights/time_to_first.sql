-- When did users reach their first cart and their first purchase, and until when were the others observed?
--
-- - **Unit**: signup month x milestone x day.
-- - **Window**: [signup, signup + 30 days) for the first cart, of which the event log tells; [signup, signup + 360 days) for
--   the first paid order.
-- - **Clock**: UTC days from signup. Users without the milestone are censored on their last observed day, or on the window's.
-- - **Denominator**: users observed for a day; for the first cart, in cohorts that have an event log.
-- - **Null**: never; a milestone dated before signup is in no cell.
WITH milestones AS (
  SELECT 'first_cart' AS milestone, 30 AS horizon
  UNION ALL
  SELECT 'first_purchase' AS milestone, 360 AS horizon
),

cohorts_with_event_log AS (
  SELECT DISTINCT signup_month
  FROM marts.dm_funnel_events
),

users AS (
  SELECT
    summary.signup_month,
    milestones.milestone,
    LEAST(summary.days_observed, milestones.horizon) - 1 AS last_day,
    IF(milestones.milestone = 'first_cart', summary.days_to_first_cart, summary.days_to_first_purchase) AS reached_day
  FROM marts.dm_user_purchase_summary AS summary
  CROSS JOIN milestones
  LEFT JOIN cohorts_with_event_log ON cohorts_with_event_log.signup_month = summary.signup_month
  WHERE
    summary.days_observed >= 1
    AND (milestones.milestone = 'first_purchase' OR cohorts_with_event_log.signup_month IS NOT NULL)
)

SELECT
  milestone,
  LEAST(COALESCE(reached_day, last_day), last_day) AS day,
  COUNTIF(reached_day IS NOT NULL AND reached_day <= last_day) AS reached_user_count,
  COUNTIF(reached_day IS NULL OR reached_day > last_day) AS censored_user_count,
  signup_month
FROM users
WHERE COALESCE(reached_day, 0) >= 0
GROUP BY signup_month, milestone, LEAST(COALESCE(reached_day, last_day), last_day)
