-- How often, how recently and for how long has each user bought?
--
-- - **Unit**: user x clock x holdout, for users whose clock has run at least a day before the holdout begins. A user without
--   a paid order has no `first_purchase` clock.
-- - **Purchases**: days with a paid order; several orders of a day are one purchase.
-- - **Clock**: UTC days. `signup` begins on the signup day, `day_30` on the 30th day after it (the landmark at which outcome
--   windows begin), `first_purchase` on the day after the first paid order.
-- - **x, t_x, T** (`frequency`, `recency_days`, `age_days`): purchases from `clock_start` to the last counted day, days up to
--   the end of the last of them, days up to the end of the last counted day. The last counted day is `observed_until` of the
--   cohort less `holdout_days`.
-- - **Null**: what was bought in the holdout, when no days are held out.
WITH purchase_days AS (
  SELECT
    user_id,
    order_date,
    SUM(total_amount) AS revenue
  FROM clean.orders
  WHERE payment_status = 'success'
  GROUP BY user_id, order_date
),

users AS (
  SELECT
    users.user_id,
    users.signup_date,
    users.signup_month,
    observation.observed_until
  FROM clean.users AS users
  INNER JOIN raw.observation_windows AS observation ON observation.signup_month = users.signup_month
),

clocks AS (
  SELECT user_id, 'signup' AS clock, signup_date AS clock_start
  FROM users
  UNION ALL
  SELECT user_id, 'day_30', DATE_ADD(signup_date, INTERVAL 30 DAY)
  FROM users
  UNION ALL
  SELECT user_id, 'first_purchase', DATE_ADD(MIN(order_date), INTERVAL 1 DAY)
  FROM purchase_days
  GROUP BY user_id
),

histories AS (
  SELECT
    users.user_id,
    users.signup_month,
    users.observed_until,
    clocks.clock,
    clocks.clock_start,
    holdout_days,
    DATE_SUB(users.observed_until, INTERVAL holdout_days DAY) AS last_counted_day
  FROM clocks
  INNER JOIN users ON users.user_id = clocks.user_id
  CROSS JOIN UNNEST([0, 182, 365]) AS holdout_days
  WHERE clocks.clock_start <= DATE_SUB(users.observed_until, INTERVAL holdout_days DAY)
),

purchases AS (
  SELECT
    histories.user_id,
    histories.clock,
    histories.holdout_days,
    COUNTIF(purchase_days.order_date BETWEEN histories.clock_start AND histories.last_counted_day) AS frequency,
    MAX(
      IF(
        purchase_days.order_date BETWEEN histories.clock_start AND histories.last_counted_day, purchase_days.order_date, NULL
      )
    ) AS last_purchase_date,
    SUM(
      IF(purchase_days.order_date BETWEEN histories.clock_start AND histories.last_counted_day, purchase_days.revenue, 0)
    ) AS revenue,
    COUNTIF(purchase_days.order_date < histories.clock_start) AS earlier_frequency,
    COUNTIF(purchase_days.order_date > histories.last_counted_day) AS holdout_frequency,
    SUM(IF(purchase_days.order_date > histories.last_counted_day, purchase_days.revenue, 0)) AS holdout_revenue
  FROM histories
  INNER JOIN purchase_days
    ON purchase_days.user_id = histories.user_id AND purchase_days.order_date <= histories.observed_until
  GROUP BY histories.user_id, histories.clock, histories.holdout_days
)

SELECT
  histories.user_id,
  histories.clock,
  histories.holdout_days,
  histories.clock_start,
  COALESCE(purchases.frequency, 0) AS frequency,
  COALESCE(DATE_DIFF(purchases.last_purchase_date, histories.clock_start, DAY) + 1, 0) AS recency_days,
  DATE_DIFF(histories.last_counted_day, histories.clock_start, DAY) + 1 AS age_days,
  COALESCE(purchases.revenue, 0) AS revenue,
  COALESCE(purchases.earlier_frequency, 0) AS earlier_frequency,
  IF(histories.holdout_days > 0, COALESCE(purchases.holdout_frequency, 0), NULL) AS holdout_frequency,
  IF(histories.holdout_days > 0, COALESCE(purchases.holdout_revenue, 0), NULL) AS holdout_revenue,
  histories.signup_month
FROM histories
LEFT JOIN purchases
  ON purchases.user_id = histories.user_id
    AND purchases.clock = histories.clock
    AND purchases.holdout_days = histories.holdout_days
