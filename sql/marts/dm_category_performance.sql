-- How much does each category sell month by month, is it growing, and what is its season?
--
-- - **Unit**: category x calendar month of the order date, for every month from the shop's first paid order to the last
--   observed day. A month in which a category sold nothing is a row of zeros, not a gap.
-- - **Revenue**: line amounts of paid orders. **Orders**: paid orders that contain the category. **AOV**: the category's
--   revenue per such order (not the whole basket).
-- - **Complete month**: every cohort that had signed up by then is observed to the month's last day.
-- - **Growth**: revenue over the revenue one (or twelve) calendar months before, minus 1. Null when either month is
--   incomplete or the base is missing or zero.
-- - **Seasonality index**: classical multiplicative decomposition (ratio to a centred 2x12-month moving average; Hyndman and
--   Athanasopoulos, *Forecasting: Principles and Practice*, 3rd edition, section 3.4): the mean ratio of the calendar month
--   over the years, scaled so that the twelve average 1. Only complete months count. Null with fewer than 24 of them: some
--   calendar month then has no ratio.
WITH sold_lines AS (
  SELECT
    items.category,
    DATE_TRUNC(orders.order_date, MONTH) AS order_month,
    orders.order_id,
    orders.user_id,
    items.qty,
    items.line_amount,
    COALESCE(items.is_discounted, FALSE) AS is_discounted
  FROM clean.order_items AS items
  INNER JOIN clean.orders AS orders ON orders.order_id = items.order_id
  WHERE orders.payment_status = 'success'
),

sales AS (
  SELECT
    category,
    order_month,
    SUM(line_amount) AS revenue,
    COUNT(DISTINCT order_id) AS order_count,
    COUNT(DISTINCT user_id) AS buyer_count,
    SUM(qty) AS unit_count,
    SUM(IF(is_discounted, line_amount, 0)) AS discounted_revenue
  FROM sold_lines
  GROUP BY category, order_month
),

span AS (
  SELECT
    (SELECT MIN(order_month) FROM sales) AS first_month,
    (SELECT DATE_TRUNC(MAX(observed_until), MONTH) FROM raw.observation_windows) AS last_month
),

months AS (
  SELECT month_start AS order_month
  FROM span
  CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(span.first_month, span.last_month, INTERVAL 1 MONTH)) AS month_start
),

observed_months AS (
  SELECT
    months.order_month,
    COALESCE(
      LAST_DAY(months.order_month, MONTH)
      <= MIN(IF(observation.signup_month <= months.order_month, observation.observed_until, NULL)),
      FALSE
    ) AS is_complete_month
  FROM months
  CROSS JOIN raw.observation_windows AS observation
  GROUP BY months.order_month
),

grid AS (
  SELECT
    categories.category,
    observed_months.order_month,
    observed_months.is_complete_month,
    COALESCE(sales.revenue, 0) AS revenue,
    COALESCE(sales.order_count, 0) AS order_count,
    COALESCE(sales.buyer_count, 0) AS buyer_count,
    COALESCE(sales.unit_count, 0) AS unit_count,
    COALESCE(sales.discounted_revenue, 0) AS discounted_revenue
  FROM (SELECT DISTINCT category FROM sales) AS categories
  CROSS JOIN observed_months
  LEFT JOIN sales ON sales.category = categories.category AND sales.order_month = observed_months.order_month
),

complete_months AS (
  SELECT
    category,
    order_month,
    revenue,
    LAG(revenue, 1) OVER (PARTITION BY category ORDER BY order_month) AS revenue_month_before,
    LAG(revenue, 12) OVER (PARTITION BY category ORDER BY order_month) AS revenue_year_before,
    COUNT(*) OVER (PARTITION BY category) AS complete_month_count,
    COUNT(*) OVER (PARTITION BY category ORDER BY order_month ROWS BETWEEN 6 PRECEDING AND 6 FOLLOWING) AS months_in_window,
    -- The 2x12 average: twelve months' weight over thirteen, the outer two by half.
    CAST(
      SUM(revenue) OVER (PARTITION BY category ORDER BY order_month ROWS BETWEEN 6 PRECEDING AND 5 FOLLOWING)
      + SUM(revenue) OVER (PARTITION BY category ORDER BY order_month ROWS BETWEEN 5 PRECEDING AND 6 FOLLOWING) AS FLOAT64
    ) / 24 AS centred_average
  FROM grid
  WHERE is_complete_month
),

ratios AS (
  SELECT
    category,
    EXTRACT(MONTH FROM order_month) AS calendar_month,
    -- In whole billionths: a sum of FLOAT64 depends on the order of its terms, which is the engine's to choose.
    CAST(
      ROUND(
        SAFE_DIVIDE(
          SUM(CAST(ROUND(SAFE_DIVIDE(CAST(revenue AS FLOAT64), centred_average) * 1000000000) AS INT64)),
          COUNT(SAFE_DIVIDE(CAST(revenue AS FLOAT64), centred_average))
        )
      ) AS INT64
    ) AS mean_ratio
  FROM complete_months
  WHERE months_in_window = 13 AND complete_month_count >= 24
  GROUP BY category, EXTRACT(MONTH FROM order_month)
),

seasons AS (
  SELECT
    category,
    calendar_month,
    SAFE_DIVIDE(
      mean_ratio * COUNT(mean_ratio) OVER (PARTITION BY category), SUM(mean_ratio) OVER (PARTITION BY category)
    ) AS seasonality_index
  FROM ratios
)

SELECT
  grid.category,
  grid.order_month,
  grid.is_complete_month,
  grid.revenue,
  grid.order_count,
  grid.unit_count,
  grid.buyer_count,
  grid.discounted_revenue,
  SAFE_DIVIDE(CAST(grid.revenue AS FLOAT64), grid.order_count) AS average_order_value,
  SAFE_DIVIDE(CAST(grid.revenue AS FLOAT64), grid.unit_count) AS average_unit_price,
  SAFE_DIVIDE(CAST(grid.revenue AS FLOAT64), SUM(grid.revenue) OVER (PARTITION BY grid.order_month)) AS revenue_share,
  SAFE_DIVIDE(CAST(grid.discounted_revenue AS FLOAT64), grid.revenue) AS discounted_share,
  SAFE_DIVIDE(CAST(complete_months.revenue AS FLOAT64), complete_months.revenue_month_before) - 1 AS month_on_month_growth,
  SAFE_DIVIDE(CAST(complete_months.revenue AS FLOAT64), complete_months.revenue_year_before) - 1 AS year_on_year_growth,
  seasons.seasonality_index
FROM grid
LEFT JOIN complete_months
  ON complete_months.category = grid.category AND complete_months.order_month = grid.order_month
LEFT JOIN seasons
  ON seasons.category = grid.category AND seasons.calendar_month = EXTRACT(MONTH FROM grid.order_month)
