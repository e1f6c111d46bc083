-- Where on the way to a purchase do sessions and users stop, and who stops where?
--
-- - **Unit**: segment dimension x segment value x funnel stage. Dimensions: all, device, referrer, activation_level,
--   subscription_type. Each dimension covers every session once; `unknown` is a value that was not recorded.
-- - **Window**: the whole event log, users' first weeks.
-- - **Reached**: an event of the stage or of a deeper one, in a session or in any session of a user. Counts never grow with
--   depth although a checkout without a cart is normal; `sessions_with_stage_event` counts the stage's own events.
-- - **Denominators**: conversion divides by those who reached the stage before (or by all); the drop-off rate by those who
--   reached the stage; the event ratio divides event counts. Sums over sums.
-- - **Null**: rates of the first stage towards a stage before it, the drop-off of the last, and empty denominators.
-- - **Caution**: the activation level is computed from carts and checkouts of the same sessions, so those who go deeper must
--   have a higher one: it describes, it does not explain.
WITH sessions AS (
  SELECT
    funnel.user_id,
    COALESCE(funnel.device, 'unknown') AS device,
    COALESCE(funnel.referrer, 'unknown') AS referrer,
    COALESCE(users.activation_level, 'unknown') AS activation_level,
    COALESCE(users.subscription_type, 'unknown') AS subscription_type,
    CASE funnel.furthest_stage
      WHEN 'view_product' THEN 1
      WHEN 'add_to_cart' THEN 2
      WHEN 'checkout_start' THEN 3
      WHEN 'payment_attempt' THEN 4
      WHEN 'purchase' THEN 5
    END AS furthest_stage_number,
    funnel.view_count,
    funnel.cart_count,
    funnel.checkout_count,
    funnel.payment_attempt_count,
    funnel.purchase_count
  FROM marts.dm_funnel_events AS funnel
  LEFT JOIN marts.dm_user_purchase_summary AS users ON users.user_id = funnel.user_id
  WHERE funnel.furthest_stage IS NOT NULL
),

user_paths AS (
  SELECT
    user_id,
    device,
    referrer,
    activation_level,
    subscription_type,
    furthest_stage_number,
    COUNT(*) AS session_count,
    COUNTIF(view_count > 0) AS sessions_with_view,
    COUNTIF(cart_count > 0) AS sessions_with_cart,
    COUNTIF(checkout_count > 0) AS sessions_with_checkout,
    COUNTIF(payment_attempt_count > 0) AS sessions_with_payment_attempt,
    COUNTIF(purchase_count > 0) AS sessions_with_purchase,
    SUM(view_count) AS view_count,
    SUM(cart_count) AS cart_count,
    SUM(checkout_count) AS checkout_count,
    SUM(payment_attempt_count) AS payment_attempt_count,
    SUM(purchase_count) AS purchase_count
  FROM sessions
  GROUP BY user_id, device, referrer, activation_level, subscription_type, furthest_stage_number
),

dimensions AS (
  SELECT 'all' AS segment_dimension
  UNION ALL
  SELECT 'device' AS segment_dimension
  UNION ALL
  SELECT 'referrer' AS segment_dimension
  UNION ALL
  SELECT 'activation_level' AS segment_dimension
  UNION ALL
  SELECT 'subscription_type' AS segment_dimension
),

segmented AS (
  SELECT
    dimensions.segment_dimension,
    CASE dimensions.segment_dimension
      WHEN 'device' THEN user_paths.device
      WHEN 'referrer' THEN user_paths.referrer
      WHEN 'activation_level' THEN user_paths.activation_level
      WHEN 'subscription_type' THEN user_paths.subscription_type
      ELSE 'all'
    END AS segment_value,
    user_paths.user_id,
    user_paths.furthest_stage_number,
    user_paths.session_count,
    user_paths.sessions_with_view,
    user_paths.sessions_with_cart,
    user_paths.sessions_with_checkout,
    user_paths.sessions_with_payment_attempt,
    user_paths.sessions_with_purchase,
    user_paths.view_count,
    user_paths.cart_count,
    user_paths.checkout_count,
    user_paths.payment_attempt_count,
    user_paths.purchase_count
  FROM user_paths
  CROSS JOIN dimensions
),

session_totals AS (
  SELECT
    segment_dimension,
    segment_value,
    furthest_stage_number,
    SUM(session_count) AS session_count,
    SUM(sessions_with_view) AS sessions_with_view,
    SUM(sessions_with_cart) AS sessions_with_cart,
    SUM(sessions_with_checkout) AS sessions_with_checkout,
    SUM(sessions_with_payment_attempt) AS sessions_with_payment_attempt,
    SUM(sessions_with_purchase) AS sessions_with_purchase,
    SUM(view_count) AS view_count,
    SUM(cart_count) AS cart_count,
    SUM(checkout_count) AS checkout_count,
    SUM(payment_attempt_count) AS payment_attempt_count,
    SUM(purchase_count) AS purchase_count
  FROM segmented
  GROUP BY segment_dimension, segment_value, furthest_stage_number
),

furthest_by_user AS (
  SELECT
    segment_dimension,
    segment_value,
    user_id,
    MAX(furthest_stage_number) AS furthest_stage_number
  FROM segmented
  GROUP BY segment_dimension, segment_value, user_id
),

user_totals AS (
  SELECT
    segment_dimension,
    segment_value,
    furthest_stage_number,
    COUNT(*) AS user_count
  FROM furthest_by_user
  GROUP BY segment_dimension, segment_value, furthest_stage_number
),

stages AS (
  SELECT 1 AS stage_number, 'view_product' AS stage
  UNION ALL
  SELECT 2 AS stage_number, 'add_to_cart' AS stage
  UNION ALL
  SELECT 3 AS stage_number, 'checkout_start' AS stage
  UNION ALL
  SELECT 4 AS stage_number, 'payment_attempt' AS stage
  UNION ALL
  SELECT 5 AS stage_number, 'purchase' AS stage
),

session_stages AS (
  SELECT
    totals.segment_dimension,
    totals.segment_value,
    stages.stage_number,
    stages.stage,
    SUM(totals.session_count) AS session_count,
    SUM(IF(totals.furthest_stage_number >= stages.stage_number, totals.session_count, 0)) AS sessions_reached,
    SUM(IF(totals.furthest_stage_number = stages.stage_number, totals.session_count, 0)) AS sessions_stopped,
    SUM(
      CASE stages.stage_number
        WHEN 1 THEN totals.sessions_with_view
        WHEN 2 THEN totals.sessions_with_cart
        WHEN 3 THEN totals.sessions_with_checkout
        WHEN 4 THEN totals.sessions_with_payment_attempt
        ELSE totals.sessions_with_purchase
      END
    ) AS sessions_with_stage_event,
    SUM(
      CASE stages.stage_number
        WHEN 1 THEN totals.view_count
        WHEN 2 THEN totals.cart_count
        WHEN 3 THEN totals.checkout_count
        WHEN 4 THEN totals.payment_attempt_count
        ELSE totals.purchase_count
      END
    ) AS event_count
  FROM session_totals AS totals
  CROSS JOIN stages
  GROUP BY totals.segment_dimension, totals.segment_value, stages.stage_number, stages.stage
),

user_stages AS (
  SELECT
    totals.segment_dimension,
    totals.segment_value,
    stages.stage_number,
    SUM(totals.user_count) AS user_count,
    SUM(IF(totals.furthest_stage_number >= stages.stage_number, totals.user_count, 0)) AS users_reached
  FROM user_totals AS totals
  CROSS JOIN stages
  GROUP BY totals.segment_dimension, totals.segment_value, stages.stage_number
),

funnel AS (
  SELECT
    session_stages.segment_dimension,
    session_stages.segment_value,
    session_stages.stage_number,
    session_stages.stage,
    session_stages.session_count,
    session_stages.sessions_reached,
    session_stages.sessions_stopped,
    session_stages.sessions_with_stage_event,
    session_stages.event_count,
    user_stages.user_count,
    user_stages.users_reached,
    LAG(session_stages.sessions_reached) OVER (
      PARTITION BY session_stages.segment_dimension, session_stages.segment_value ORDER BY session_stages.stage_number
    ) AS sessions_before,
    LAG(session_stages.event_count) OVER (
      PARTITION BY session_stages.segment_dimension, session_stages.segment_value ORDER BY session_stages.stage_number
    ) AS events_before,
    LAG(user_stages.users_reached) OVER (
      PARTITION BY session_stages.segment_dimension, session_stages.segment_value ORDER BY session_stages.stage_number
    ) AS users_before
  FROM session_stages
  INNER JOIN user_stages
    ON user_stages.segment_dimension = session_stages.segment_dimension
      AND user_stages.segment_value = session_stages.segment_value
      AND user_stages.stage_number = session_stages.stage_number
)

SELECT
  segment_dimension,
  segment_value,
  stage_number,
  stage,
  session_count,
  sessions_reached,
  sessions_with_stage_event,
  IF(stage = 'purchase', 0, sessions_stopped) AS sessions_dropped,
  event_count,
  user_count,
  users_reached,
  SAFE_DIVIDE(sessions_reached, sessions_before) AS session_conversion_from_previous_stage,
  SAFE_DIVIDE(sessions_reached, session_count) AS session_conversion_from_start,
  IF(stage = 'purchase', NULL, SAFE_DIVIDE(sessions_stopped, sessions_reached)) AS session_drop_off_rate,
  SAFE_DIVIDE(event_count, events_before) AS event_ratio_to_previous_stage,
  SAFE_DIVIDE(users_reached, users_before) AS user_conversion_from_previous_stage,
  SAFE_DIVIDE(users_reached, user_count) AS user_conversion_from_start
FROM funnel
