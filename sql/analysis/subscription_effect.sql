-- How do subscribers buy before and after they join, compared with users who never joined?
--
-- - **Unit**: subscription type at `observed_until` x period x activation level. `all` is every level.
-- - **Periods**: `before_join` is [signup, join date), `after_join` is [join date, observed_until], for users with a join
--   date; `whole` is [signup, observed_until], for everybody.
-- - **Denominators**: observed user-days of the period for the 30-day rates, paid orders for AOV, buyers of the period for the
--   repurchase rate. Sums over sums.
-- - **Null**: a rate whose denominator is 0. `unknown` is a subscription or level that was not recorded.
-- - **Caution**: association only. Users choose to subscribe, the keener ones do, and buying is most frequent early on: before
--   and after differ in age as well as in subscription, and a subscriber must have stayed long enough to join.
WITH users AS (
  SELECT
    user_id,
    COALESCE(subscription_type, 'unknown') AS subscription_type,
    COALESCE(activation_level, 'unknown') AS activation_level,
    signup_date,
    subscription_join_date,
    observed_until
  FROM marts.dm_user_purchase_summary
),

user_periods AS (
  SELECT
    user_id,
    subscription_type,
    activation_level,
    'whole' AS period,
    signup_date AS first_day,
    observed_until AS last_day
  FROM users
  UNION ALL
  SELECT
    user_id,
    subscription_type,
    activation_level,
    'before_join' AS period,
    signup_date AS first_day,
    DATE_SUB(subscription_join_date, INTERVAL 1 DAY) AS last_day
  FROM users
  WHERE subscription_join_date IS NOT NULL
  UNION ALL
  SELECT
    user_id,
    subscription_type,
    activation_level,
    'after_join' AS period,
    subscription_join_date AS first_day,
    observed_until AS last_day
  FROM users
  WHERE subscription_join_date IS NOT NULL
),

paid_orders AS (
  SELECT user_id, order_date, total_amount
  FROM clean.orders
  WHERE payment_status = 'success'
),

user_period_totals AS (
  SELECT
    user_periods.user_id,
    user_periods.subscription_type,
    user_periods.activation_level,
    user_periods.period,
    DATE_DIFF(user_periods.last_day, user_periods.first_day, DAY) + 1 AS user_days,
    COUNT(paid_orders.order_date) AS order_count,
    COALESCE(SUM(paid_orders.total_amount), 0) AS revenue
  FROM user_periods
  LEFT JOIN paid_orders
    ON paid_orders.user_id = user_periods.user_id
      AND paid_orders.order_date >= user_periods.first_day
      AND paid_orders.order_date <= user_periods.last_day
  GROUP BY
    user_periods.user_id,
    user_periods.subscription_type,
    user_periods.activation_level,
    user_periods.period,
    user_periods.first_day,
    user_periods.last_day
),

levels AS (
  SELECT
    subscription_type,
    period,
    activation_level,
    COUNT(*) AS user_count,
    SUM(user_days) AS observed_user_days,
    COUNTIF(order_count >= 1) AS buyer_count,
    COUNTIF(order_count >= 2) AS repeat_buyer_count,
    SUM(order_count) AS order_count,
    SUM(revenue) AS revenue
  FROM user_period_totals
  GROUP BY subscription_type, period, activation_level
),

levels_and_all AS (
  SELECT
    subscription_type,
    period,
    activation_level,
    user_count,
    observed_user_days,
    buyer_count,
    repeat_buyer_count,
    order_count,
    revenue
  FROM levels
  UNION ALL
  SELECT
    subscription_type,
    period,
    'all' AS activation_level,
    SUM(user_count) AS user_count,
    SUM(observed_user_days) AS observed_user_days,
    SUM(buyer_count) AS buyer_count,
    SUM(repeat_buyer_count) AS repeat_buyer_count,
    SUM(order_count) AS order_count,
    SUM(revenue) AS revenue
  FROM levels
  GROUP BY subscription_type, period
)

SELECT
  subscription_type,
  period,
  activation_level,
  user_count,
  observed_user_days,
  buyer_count,
  repeat_buyer_count,
  order_count,
  revenue,
  SAFE_DIVIDE(order_count * 30, observed_user_days) AS orders_per_user_per_30_days,
  SAFE_DIVIDE(CAST(revenue * 30 AS FLOAT64), observed_user_days) AS revenue_per_user_per_30_days,
  SAFE_DIVIDE(CAST(revenue AS FLOAT64), order_count) AS average_order_value,
  SAFE_DIVIDE(repeat_buyer_count, buyer_count) AS repurchase_rate
FROM levels_and_all
