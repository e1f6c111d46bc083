-- Of the customers who first bought in a calendar month, how many buy again in each calendar month after it?
--
-- - **Unit**: calendar month of the first paid order x calendar months since. The table that retailers know; `cohort_retention`
--   has the user's own clock of 30 days from signup, and users who never bought.
-- - **Cohort**: by the first paid order, whenever the user signed up.
-- - **Window**: calendar months, up to that of the last observed day. The month of the first order is 0, and all buy in it.
-- - **Denominator**: all customers of the cohort.
-- - **Null**: never. The latest month may have been observed in part only: `is_complete_month` says so.
WITH customers AS (
  SELECT
    user_id,
    DATE_TRUNC(first_purchase_date, MONTH) AS cohort_month
  FROM marts.dm_user_purchase_summary
  WHERE first_purchase_date IS NOT NULL
),

cohorts AS (
  SELECT
    cohort_month,
    COUNT(*) AS customer_count
  FROM customers
  GROUP BY cohort_month
),

last_day AS (
  SELECT MAX(observed_until) AS observed_until
  FROM marts.dm_user_purchase_summary
),

user_months AS (
  SELECT
    customers.user_id,
    customers.cohort_month,
    DATE_DIFF(DATE_TRUNC(orders.order_date, MONTH), customers.cohort_month, MONTH) AS months_since_first_order,
    COUNT(*) AS order_count,
    SUM(orders.total_amount) AS revenue
  FROM clean.orders AS orders
  INNER JOIN customers ON customers.user_id = orders.user_id
  WHERE orders.payment_status = 'success'
  GROUP BY
    customers.user_id,
    customers.cohort_month,
    DATE_DIFF(DATE_TRUNC(orders.order_date, MONTH), customers.cohort_month, MONTH)
),

sales AS (
  SELECT
    cohort_month,
    months_since_first_order,
    COUNT(*) AS buyer_count,
    SUM(order_count) AS order_count,
    SUM(revenue) AS revenue
  FROM user_months
  GROUP BY cohort_month, months_since_first_order
),

cells AS (
  SELECT
    cohorts.cohort_month,
    cohorts.customer_count,
    months_since_first_order,
    DATE_ADD(cohorts.cohort_month, INTERVAL months_since_first_order + 1 MONTH)
    <= DATE_ADD(last_day.observed_until, INTERVAL 1 DAY) AS is_complete_month
  FROM cohorts
  CROSS JOIN last_day
  CROSS JOIN
    UNNEST(GENERATE_ARRAY(0, DATE_DIFF(DATE_TRUNC(last_day.observed_until, MONTH), cohorts.cohort_month, MONTH)))
      AS months_since_first_order
)

SELECT
  cells.cohort_month,
  cells.months_since_first_order,
  cells.is_complete_month,
  cells.customer_count,
  COALESCE(sales.buyer_count, 0) AS buyer_count,
  COALESCE(sales.order_count, 0) AS order_count,
  COALESCE(sales.revenue, 0) AS revenue,
  SAFE_DIVIDE(COALESCE(sales.buyer_count, 0), cells.customer_count) AS purchase_rate,
  SAFE_DIVIDE(CAST(COALESCE(sales.revenue, 0) AS FLOAT64), cells.customer_count) AS revenue_per_customer
FROM cells
LEFT JOIN sales
  ON sales.cohort_month = cells.cohort_month AND sales.months_since_first_order = cells.months_since_first_order
