-- How long did sessions take from one stage of the funnel to the next?
--
-- - **Unit**: signup month x device x region x channel x subscription x activation level x stage x class of time.
-- - **Time**: from the normalised time of the stage to that of the next, in one session that has events of both. Classes begin
--   at seconds_from and end where the next begins; the last, from an hour on, has no end.
-- - **To pool**: sessions add up over customers and classes; over stages, a session counts for each step that it took.
-- - **Null**: never.
WITH steps AS (
  SELECT user_id, 'view_product' AS stage, view_at AS began_at, cart_at AS ended_at
  FROM marts.dm_funnel_events
  UNION ALL
  SELECT user_id, 'add_to_cart' AS stage, cart_at AS began_at, checkout_at AS ended_at
  FROM marts.dm_funnel_events
  UNION ALL
  SELECT user_id, 'checkout_start' AS stage, checkout_at AS began_at, payment_attempt_at AS ended_at
  FROM marts.dm_funnel_events
  UNION ALL
  SELECT user_id, 'payment_attempt' AS stage, payment_attempt_at AS began_at, purchase_at AS ended_at
  FROM marts.dm_funnel_events
),

durations AS (
  SELECT user_id, stage, TIMESTAMP_DIFF(ended_at, began_at, SECOND) AS seconds
  FROM steps
  WHERE began_at IS NOT NULL AND ended_at IS NOT NULL
),

classes AS (
  SELECT
    user_id,
    stage,
    CASE
      WHEN seconds < 30 THEN 0
      WHEN seconds < 60 THEN 30
      WHEN seconds < 120 THEN 60
      WHEN seconds < 300 THEN 120
      WHEN seconds < 600 THEN 300
      WHEN seconds < 1200 THEN 600
      WHEN seconds < 3600 THEN 1200
      ELSE 3600
    END AS seconds_from
  FROM durations
)

SELECT
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  classes.stage,
  classes.seconds_from,
  COUNT(*) AS session_count,
  users.signup_month
FROM classes
INNER JOIN marts.dm_customer_segments AS users ON users.user_id = classes.user_id
GROUP BY
  users.signup_month,
  users.device,
  users.region,
  users.marketing_source,
  users.subscription_type,
  users.activation_level,
  classes.stage,
  classes.seconds_from
