-- Which segments does each customer belong to?
--
-- - **Unit**: user. Subscription is that of the last observed day; the activation level is that of the window after signup.
-- - **Null**: never. What was not recorded, or not observed yet, is `unknown`, so that segments add up to all customers.
SELECT
  user_id,
  COALESCE(device, 'unknown') AS device,
  COALESCE(region, 'unknown') AS region,
  COALESCE(marketing_source, 'unknown') AS marketing_source,
  COALESCE(subscription_type, 'unknown') AS subscription_type,
  COALESCE(activation_level, 'unknown') AS activation_level,
  signup_month
FROM marts.dm_user_purchase_summary
