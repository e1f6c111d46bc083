-- Who came back, by what they did in their first 7 and 30 days?
--
-- - **Unit**: signup month x window x counts of sessions (at most 9), carts, checkouts and purchases (at most 3 each): more of
--   them makes no difference that a prediction could use, and cells stay few.
-- - **Window**: behaviour in [signup, signup + window_days); returned is an event or an order in [signup + 30, signup + 90).
-- - **Denominator**: users who have an event log and whose days 31 to 90 have been observed whole.
-- - **Null**: never; who is not known to have returned or not is in no cell.
SELECT
  features.window_days,
  LEAST(features.session_count, 9) AS session_count,
  LEAST(features.cart_count, 3) AS cart_count,
  LEAST(features.checkout_count, 3) AS checkout_count,
  LEAST(features.purchase_count, 3) AS purchase_count,
  COUNT(*) AS return_known_user_count,
  COUNTIF(summary.is_active_days_31_to_90) AS returned_user_count,
  summary.signup_month
FROM marts.dm_user_purchase_summary AS summary
INNER JOIN marts.dm_activation_features AS features ON features.user_id = summary.user_id
WHERE summary.is_active_days_31_to_90 IS NOT NULL AND features.session_count IS NOT NULL
GROUP BY
  summary.signup_month,
  features.window_days,
  LEAST(features.session_count, 9),
  LEAST(features.cart_count, 3),
  LEAST(features.checkout_count, 3),
  LEAST(features.purchase_count, 3)
