-- What did customers buy of each category in each calendar month?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x category x price tier x calendar
--   month of the order date.
-- - **Revenue**: line amounts of paid orders. **Discounted**: lines bought on the product's discount day.
-- - **To pool**: every column adds up over customers, categories, tiers and months.
-- - **Null**: never. What was not bought has no row.
SELECT
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  items.category,
  COALESCE(items.price_tier, 'unknown') AS price_tier,
  DATE_TRUNC(orders.order_date, MONTH) AS calendar_month,
  SUM(items.line_amount) AS revenue,
  SUM(IF(COALESCE(items.is_discounted, FALSE), items.line_amount, 0)) AS discounted_revenue,
  SUM(items.qty) AS unit_count,
  users.signup_month
FROM clean.order_items AS items
INNER JOIN clean.orders AS orders ON orders.order_id = items.order_id
INNER JOIN marts.dm_customer_segments AS users ON users.user_id = orders.user_id
WHERE orders.payment_status = 'success'
GROUP BY
  users.signup_month,
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  items.category,
  COALESCE(items.price_tier, 'unknown'),
  DATE_TRUNC(orders.order_date, MONTH)
