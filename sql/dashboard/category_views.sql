-- What did customers look at and put in the cart, by category?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x category.
-- - **Window**: the whole event log, users' first weeks. Events without a product are not counted.
-- - **To pool**: both columns add up over customers and categories.
-- - **Null**: never.
WITH users AS (
  SELECT
    user_id,
    signup_month,
    COALESCE(device, 'unknown') AS device,
    COALESCE(region, 'unknown') AS region,
    COALESCE(marketing_source, 'unknown') AS marketing_source,
    COALESCE(subscription_type, 'unknown') AS subscription_type,
    COALESCE(activation_level, 'unknown') AS activation_level
  FROM marts.dm_user_purchase_summary
)

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
INNER JOIN users ON users.user_id = events.user_id
GROUP BY
  users.signup_month,
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  products.category
