-- What did the users of each arm of each experiment do, and what did they buy later?
--
-- - **Unit**: signup month x experiment x arm x activation x reach x subscription. A user is counted once an experiment.
-- - **Within reach**: when the arm was drawn the activation window, [signup, signup + @activation_window_days days), had not
--   ended, and the user had fewer than @activation_carts add_to_cart events. Only what came before the arm decides this.
-- - **Later orders and revenue**: paid, in [signup + 30 days, signup + 360 days), of mature users: those for whom these days
--   have been observed whole. What is bought before day 30 is left out: activation is at work there already.
-- - **Clock**: UTC days from signup; the arm is drawn at `assigned_at`.
-- - **Null**: never. An activation that is not known is `unknown`, and a user who is not mature adds to `user_count` alone.
WITH carts_before AS (
  SELECT
    assignments.user_id,
    assignments.experiment,
    COUNT(*) AS carts
  FROM clean.experiment_assignments AS assignments
  INNER JOIN clean.users AS users ON users.user_id = assignments.user_id
  INNER JOIN clean.user_events AS events ON events.user_id = assignments.user_id
  WHERE
    events.event_type = 'add_to_cart'
    AND DATE(events.event_timestamp) >= users.signup_date
    AND events.event_timestamp < assignments.assigned_at
  GROUP BY assignments.user_id, assignments.experiment
),

assigned_users AS (
  SELECT
    assignments.experiment,
    assignments.arm,
    CASE
      WHEN summary.is_activated THEN 'activated'
      WHEN NOT summary.is_activated THEN 'not_activated'
      ELSE 'unknown'
    END AS activation,
    DATE_DIFF(DATE(assignments.assigned_at), summary.signup_date, DAY) < @activation_window_days
    AND COALESCE(carts_before.carts, 0) < @activation_carts AS is_within_reach,
    COALESCE(summary.is_paid_subscriber, FALSE) AS is_subscriber,
    summary.order_count_days_31_to_360 AS later_orders,
    summary.revenue_days_31_to_360 AS later_revenue,
    summary.signup_month
  FROM clean.experiment_assignments AS assignments
  INNER JOIN marts.dm_user_purchase_summary AS summary ON summary.user_id = assignments.user_id
  LEFT JOIN carts_before
    ON carts_before.user_id = assignments.user_id AND carts_before.experiment = assignments.experiment
)

SELECT
  experiment,
  arm,
  activation,
  is_within_reach,
  is_subscriber,
  COUNT(*) AS user_count,
  COUNTIF(later_orders IS NOT NULL) AS mature_user_count,
  COALESCE(SUM(later_orders), 0) AS later_orders,
  COALESCE(SUM(CAST(later_orders * later_orders AS FLOAT64)), 0) AS later_orders_squared,
  COALESCE(SUM(later_revenue), 0) AS later_revenue,
  COALESCE(SUM(CAST(later_revenue AS FLOAT64) * CAST(later_revenue AS FLOAT64)), 0) AS later_revenue_squared,
  signup_month
FROM assigned_users
GROUP BY signup_month, experiment, arm, activation, is_within_reach, is_subscriber
