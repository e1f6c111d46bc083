-- What had each user bought by half a year before the last observed day, and what did they buy in the half-year after?
--
-- - **Unit**: a user who signed up 30 days or more before the holdout began.
-- - **Clock**: UTC days from the landmark, [signup + 30 days); a purchase on that day itself is at 0. What came before is not
--   counted: the first days' burst says little about the years after.
-- - **Holdout**: the last 182 days (26 weeks) up to `observed_until`. Nothing else here knows of them.
-- - **Purchase**: a day with a paid order, however many there were; its amount is the day's paid revenue.
-- - **Null**: never.
WITH users AS (
  SELECT
    summary.user_id,
    summary.signup_month,
    DATE_ADD(summary.signup_date, INTERVAL 30 DAY) AS landmark,
    DATE_SUB(summary.observed_until, INTERVAL 182 DAY) AS last_day,
    summary.observed_until
  FROM marts.dm_user_purchase_summary AS summary
  WHERE summary.days_observed > 212
),

purchases AS (
  SELECT
    users.user_id,
    orders.order_date,
    SUM(orders.total_amount) AS amount
  FROM clean.orders AS orders
  INNER JOIN users ON users.user_id = orders.user_id
  WHERE orders.payment_status = 'success' AND orders.order_date >= users.landmark
  GROUP BY users.user_id, orders.order_date
),

histories AS (
  SELECT
    users.user_id,
    COUNTIF(purchases.order_date <= users.last_day) AS purchase_days,
    MAX(IF(purchases.order_date <= users.last_day, DATE_DIFF(purchases.order_date, users.landmark, DAY), 0))
      AS last_purchase_day,
    SUM(IF(purchases.order_date <= users.last_day, purchases.amount, 0)) AS spent,
    COUNTIF(purchases.order_date <= DATE_SUB(users.last_day, INTERVAL 182 DAY)) AS earlier_purchase_days,
    SUM(
      IF(
        purchases.order_date <= users.last_day AND purchases.order_date > DATE_SUB(users.last_day, INTERVAL 182 DAY),
        purchases.amount,
        0
      )
    ) AS recent_spent,
    COUNTIF(purchases.order_date > users.last_day) AS holdout_purchase_days,
    SUM(IF(purchases.order_date > users.last_day, purchases.amount, 0)) AS holdout_spent
  FROM users
  INNER JOIN purchases ON purchases.user_id = users.user_id
  WHERE purchases.order_date <= users.observed_until
  GROUP BY users.user_id
)

SELECT
  users.user_id,
  COALESCE(histories.purchase_days, 0) AS purchase_days,
  COALESCE(histories.last_purchase_day, 0) AS last_purchase_day,
  DATE_DIFF(users.last_day, users.landmark, DAY) AS observed_days,
  COALESCE(histories.spent, 0) AS spent,
  COALESCE(histories.earlier_purchase_days, 0) AS earlier_purchase_days,
  COALESCE(histories.purchase_days - histories.earlier_purchase_days, 0) AS recent_purchase_days,
  COALESCE(histories.recent_spent, 0) AS recent_spent,
  COALESCE(histories.holdout_purchase_days, 0) AS holdout_purchase_days,
  COALESCE(histories.holdout_spent, 0) AS holdout_spent,
  users.signup_month
FROM users
LEFT JOIN histories ON histories.user_id = users.user_id
