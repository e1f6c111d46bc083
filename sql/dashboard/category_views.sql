-- What did customers look at and put in the cart, by category?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x category.
-- - **Window**: the whole event log, users' first weeks. Events without a product are not counted.
-- - **To pool**: both columns add up over customers and categories.
-- - **Null**: never.
SELECT
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  products.category,
  COUNTIF(events.event_type = 'view_product') AS view_count,
  COUNTIF(events.event_type = 'add_to_cart') AS cart_count,
  users.signup_month
FROM clean.user_events AS events
INNER JOIN clean.products AS products ON products.product_id = events.product_id
INNER JOIN marts.dm_customer_segments AS users ON users.user_id = events.user_id
GROUP BY
  users.signup_month,
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  products.category
