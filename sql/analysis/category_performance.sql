-- Which categories carry the shop, which grow, and which sell poorly for the attention they get?
--
-- - **Unit**: a category with at least one paid order line.
-- - **Window**: sales over all observed months; growth over the latest three complete months against the same three a year
--   before, so that the season cancels out.
-- - **Growth class**: growing above +10 %, declining below -10 %, flat between. **Share class**: the category's growth against
--   the whole shop's: gaining when more than 5 percentage points above it, losing when more than 5 below, steady between.
-- - **Attention**: product views and carts in the event log, which covers users' first weeks only: a rate among new users.
-- - **Denominators**: orders that contain the category for AOV, units for the unit price, listed products for revenue per
--   product, views for the cart rate. Sums over sums.
-- - **Null**: growth and its classes with fewer than 15 complete months or a base of zero; rates whose denominator is 0.
WITH totals AS (
  SELECT
    category,
    SUM(revenue) AS revenue,
    SUM(order_count) AS order_count,
    SUM(unit_count) AS unit_count,
    SUM(discounted_revenue) AS discounted_revenue
  FROM marts.dm_category_performance
  GROUP BY category
),

complete_months AS (
  SELECT
    category,
    revenue,
    ROW_NUMBER() OVER (PARTITION BY category ORDER BY order_month DESC) AS months_back
  FROM marts.dm_category_performance
  WHERE is_complete_month
),

quarters AS (
  SELECT
    category,
    SUM(IF(months_back BETWEEN 1 AND 3, revenue, 0)) AS revenue_latest_3_months,
    SUM(IF(months_back BETWEEN 13 AND 15, revenue, 0)) AS revenue_same_3_months_year_before
  FROM complete_months
  GROUP BY category
  HAVING COUNT(*) >= 15
),

growth AS (
  SELECT
    category,
    revenue_latest_3_months,
    revenue_same_3_months_year_before,
    SAFE_DIVIDE(CAST(revenue_latest_3_months AS FLOAT64), revenue_same_3_months_year_before) - 1 AS year_on_year_growth,
    SAFE_DIVIDE(CAST(SUM(revenue_latest_3_months) OVER () AS FLOAT64), SUM(revenue_same_3_months_year_before) OVER ())
    - 1 AS shop_year_on_year_growth
  FROM quarters
),

seasons AS (
  SELECT
    category,
    EXTRACT(MONTH FROM order_month) AS peak_calendar_month,
    seasonality_index AS peak_seasonality_index
  FROM marts.dm_category_performance
  WHERE seasonality_index IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY category ORDER BY seasonality_index DESC, order_month ASC) = 1
),

listings AS (
  SELECT
    category,
    COUNT(*) AS product_count
  FROM clean.products
  GROUP BY category
),

attention AS (
  SELECT
    products.category,
    COUNTIF(events.event_type = 'view_product') AS view_count,
    COUNTIF(events.event_type = 'add_to_cart') AS cart_count
  FROM clean.user_events AS events
  INNER JOIN clean.products AS products ON products.product_id = events.product_id
  GROUP BY products.category
)

SELECT
  ROW_NUMBER() OVER (ORDER BY totals.revenue DESC, totals.category ASC) AS revenue_rank,
  totals.category,
  totals.revenue,
  SAFE_DIVIDE(CAST(totals.revenue AS FLOAT64), SUM(totals.revenue) OVER ()) AS revenue_share,
  totals.order_count,
  totals.unit_count,
  SAFE_DIVIDE(CAST(totals.revenue AS FLOAT64), totals.order_count) AS average_order_value,
  SAFE_DIVIDE(CAST(totals.revenue AS FLOAT64), totals.unit_count) AS average_unit_price,
  SAFE_DIVIDE(CAST(totals.discounted_revenue AS FLOAT64), totals.revenue) AS discounted_share,
  COALESCE(listings.product_count, 0) AS product_count,
  SAFE_DIVIDE(CAST(totals.revenue AS FLOAT64), listings.product_count) AS revenue_per_product,
  COALESCE(attention.view_count, 0) AS view_count,
  COALESCE(attention.cart_count, 0) AS cart_count,
  SAFE_DIVIDE(attention.cart_count, attention.view_count) AS view_to_cart_rate,
  growth.revenue_latest_3_months,
  growth.revenue_same_3_months_year_before,
  growth.year_on_year_growth,
  growth.shop_year_on_year_growth,
  CASE
    WHEN growth.year_on_year_growth IS NULL THEN NULL
    -- In whole hundredths of money: 0.1 has no exact FLOAT64, and a category may stand on the border.
    WHEN growth.revenue_latest_3_months * 100 > growth.revenue_same_3_months_year_before * 110 THEN 'growing'
    WHEN growth.revenue_latest_3_months * 100 < growth.revenue_same_3_months_year_before * 90 THEN 'declining'
    ELSE 'flat'
  END AS growth_class,
  CASE
    WHEN growth.year_on_year_growth IS NULL THEN NULL
    WHEN growth.year_on_year_growth - growth.shop_year_on_year_growth > 0.05 THEN 'gaining'
    WHEN growth.year_on_year_growth - growth.shop_year_on_year_growth < -0.05 THEN 'losing'
    ELSE 'steady'
  END AS share_class,
  seasons.peak_calendar_month,
  seasons.peak_seasonality_index
FROM totals
LEFT JOIN growth ON growth.category = totals.category
LEFT JOIN seasons ON seasons.category = totals.category
LEFT JOIN listings ON listings.category = totals.category
LEFT JOIN attention ON attention.category = totals.category
