-- How many users of each kind were activated?
--
-- - **Unit**: signup month x device x region x channel x subscription; `unknown` where a user has none.
-- - **Window**: activation as the marts have it. Subscription is that of the last observed day: later than activation.
-- - **Denominator**: users whose activation is known. Add cells and divide; never average shares.
-- - **Null**: never; a user whose activation is unknown is in no cell.
SELECT
  COALESCE(device, 'unknown') AS device,
  COALESCE(NULLIF(region, 'Unknown'), 'unknown') AS region,
  COALESCE(marketing_source, 'unknown') AS marketing_source,
  COALESCE(subscription_type, 'unknown') AS subscription_type,
  COUNT(*) AS user_count,
  COUNTIF(is_activated) AS activated_user_count,
  signup_month
FROM marts.dm_user_purchase_summary
WHERE is_activated IS NOT NULL
GROUP BY
  signup_month,
  COALESCE(device, 'unknown'),
  COALESCE(NULLIF(region, 'Unknown'), 'unknown'),
  COALESCE(marketing_source, 'unknown'),
  COALESCE(subscription_type, 'unknown')
