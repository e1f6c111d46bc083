-- How far did customers' sessions get towards a purchase?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x deepest stage x whether the
--   session started a checkout, and with nothing put in the cart. The device is the user's main one.
-- - **Window**: the whole event log, users' first weeks. Sessions that reached no stage are not counted.
-- - **To pool**: every session is in one row. A stage was reached by the sessions whose deepest stage is that or a deeper one.
-- - **Null**: never.
-- - **Caution**: the activation level is computed from carts and checkouts of the same sessions: it describes, it does not
--   explain.
SELECT
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  sessions.furthest_stage,
  sessions.checkout_count > 0 AS has_checkout,
  sessions.is_checkout_without_cart,
  COUNT(*) AS session_count,
  users.signup_month
FROM marts.dm_funnel_events AS sessions
INNER JOIN marts.dm_customer_segments AS users ON users.user_id = sessions.user_id
WHERE sessions.furthest_stage IS NOT NULL
GROUP BY
  users.signup_month,
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  sessions.furthest_stage,
  sessions.checkout_count > 0,
  sessions.is_checkout_without_cart
