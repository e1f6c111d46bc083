-- What did users who subscribed later do in their first week, and what did the others?
--
-- - **Unit**: signup month x whether the paid subscription began in [signup + 7, signup + 180).
-- - **Window**: behaviour in [signup, signup + 7): all of it before anybody who is compared had joined.
-- - **Denominator**: users observed for 180 days whose first 7 are known, in sources with subscriptions. Who joined within the
--   first 7 days is left out: what they did may have come after joining.
-- - **Null**: never.
SELECT
  COALESCE(days_to_subscription < 180, FALSE) AS is_later_subscriber,
  COUNT(*) AS user_count,
  COUNTIF(is_activated) AS activated_user_count,
  SUM(session_count_first_7_days) AS session_count,
  SUM(CAST(session_count_first_7_days AS FLOAT64) * session_count_first_7_days) AS session_count_squared,
  SUM(active_day_count_first_7_days) AS active_day_count,
  SUM(CAST(active_day_count_first_7_days AS FLOAT64) * active_day_count_first_7_days) AS active_day_count_squared,
  SUM(view_count_first_7_days) AS view_count,
  SUM(CAST(view_count_first_7_days AS FLOAT64) * view_count_first_7_days) AS view_count_squared,
  SUM(cart_count_first_7_days) AS cart_count,
  SUM(CAST(cart_count_first_7_days AS FLOAT64) * cart_count_first_7_days) AS cart_count_squared,
  SUM(checkout_count_first_7_days) AS checkout_count,
  SUM(CAST(checkout_count_first_7_days AS FLOAT64) * checkout_count_first_7_days) AS checkout_count_squared,
  SUM(purchase_count_first_7_days) AS purchase_count,
  SUM(CAST(purchase_count_first_7_days AS FLOAT64) * purchase_count_first_7_days) AS purchase_count_squared,
  SUM(distinct_categories_viewed_first_7_days) AS distinct_category_count,
  SUM(CAST(distinct_categories_viewed_first_7_days AS FLOAT64) * distinct_categories_viewed_first_7_days)
    AS distinct_category_count_squared,
  SUM(discount_view_count_first_7_days) AS discount_view_count,
  SUM(CAST(discount_view_count_first_7_days AS FLOAT64) * discount_view_count_first_7_days) AS discount_view_count_squared,
  signup_month
FROM marts.dm_user_purchase_summary
WHERE
  days_observed >= 180
  AND session_count_first_7_days IS NOT NULL
  AND subscription_type IS NOT NULL
  AND COALESCE(days_to_subscription >= 7, TRUE)
GROUP BY signup_month, COALESCE(days_to_subscription < 180, FALSE)
