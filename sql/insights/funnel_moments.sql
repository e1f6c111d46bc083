-- How far did the sessions of users' first 30 days get, by who the users are?
--
-- - **Unit**: signup month x device x channel x subscription to come; `unknown` where a user has none.
-- - **Window**: sessions that began in [signup, signup + 30). A session reached a stage by an event of it or of a deeper one, as
--   in the metric registry, so a checkout without a cart reached the cart.
-- - **Subscription**: `early` joined in [signup, signup + 30), `later` in [signup + 30, signup + 180), `free` not by then;
--   `unknown` while a user has not been observed for 180 days and has not joined, or where the source has no subscriptions.
-- - **Denominator**: users whose first 30 days are known; those without a session count as 0. Squares and products are sums
--   over users, for errors that are clustered by user.
-- - **Null**: never.
WITH reached AS (
  SELECT
    user_id,
    COUNT(*) AS viewed,
    COUNTIF(furthest_stage != 'view_product') AS cart,
    COUNTIF(furthest_stage IN ('checkout_start', 'payment_attempt', 'purchase')) AS checkout,
    COUNTIF(furthest_stage IN ('payment_attempt', 'purchase')) AS payment_attempt,
    COUNTIF(furthest_stage = 'purchase') AS purchase
  FROM marts.dm_funnel_events
  WHERE is_in_first_30_days
  GROUP BY user_id
),

users AS (
  SELECT
    summary.signup_month,
    COALESCE(summary.device, 'unknown') AS device,
    COALESCE(summary.marketing_source, 'unknown') AS marketing_source,
    CASE
      WHEN summary.subscription_type IS NULL THEN 'unknown'
      WHEN summary.days_to_subscription < 30 THEN 'early'
      WHEN summary.days_to_subscription < 180 THEN 'later'
      WHEN summary.days_observed >= 180 THEN 'free'
      ELSE 'unknown'
    END AS subscription,
    COALESCE(reached.viewed, 0) AS viewed,
    COALESCE(reached.cart, 0) AS cart,
    COALESCE(reached.checkout, 0) AS checkout,
    COALESCE(reached.payment_attempt, 0) AS payment_attempt,
    COALESCE(reached.purchase, 0) AS purchase
  FROM marts.dm_user_purchase_summary AS summary
  LEFT JOIN reached ON reached.user_id = summary.user_id
  WHERE summary.session_count_first_30_days IS NOT NULL
)

SELECT
  device,
  marketing_source,
  subscription,
  COUNT(*) AS user_count,
  SUM(viewed) AS view_session_count,
  SUM(cart) AS cart_session_count,
  SUM(checkout) AS checkout_session_count,
  SUM(payment_attempt) AS payment_attempt_session_count,
  SUM(purchase) AS purchase_session_count,
  SUM(CAST(viewed AS FLOAT64) * viewed) AS view_times_view,
  SUM(CAST(viewed AS FLOAT64) * cart) AS view_times_cart,
  SUM(CAST(viewed AS FLOAT64) * checkout) AS view_times_checkout,
  SUM(CAST(viewed AS FLOAT64) * payment_attempt) AS view_times_payment_attempt,
  SUM(CAST(viewed AS FLOAT64) * purchase) AS view_times_purchase,
  SUM(CAST(cart AS FLOAT64) * cart) AS cart_times_cart,
  SUM(CAST(cart AS FLOAT64) * checkout) AS cart_times_checkout,
  SUM(CAST(cart AS FLOAT64) * payment_attempt) AS cart_times_payment_attempt,
  SUM(CAST(cart AS FLOAT64) * purchase) AS cart_times_purchase,
  SUM(CAST(checkout AS FLOAT64) * checkout) AS checkout_times_checkout,
  SUM(CAST(checkout AS FLOAT64) * payment_attempt) AS checkout_times_payment_attempt,
  SUM(CAST(checkout AS FLOAT64) * purchase) AS checkout_times_purchase,
  SUM(CAST(payment_attempt AS FLOAT64) * payment_attempt) AS payment_attempt_times_payment_attempt,
  SUM(CAST(payment_attempt AS FLOAT64) * purchase) AS payment_attempt_times_purchase,
  SUM(CAST(purchase AS FLOAT64) * purchase) AS purchase_times_purchase,
  signup_month
FROM users
GROUP BY signup_month, device, marketing_source, subscription
