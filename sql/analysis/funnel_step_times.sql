-- How long do sessions take from one stage of the funnel to the next?
--
-- - **Unit**: step x seconds. Times of 100 seconds and more are cut to two figures, so that the table stays small whatever the
--   number of sessions; `second_count` keeps their exact sum.
-- - **Window**: the whole event log, users' first weeks.
-- - **Clock**: normalised stage times of `dm_funnel_events`, which never run backwards; 0 where two stages share a second.
-- - **Denominator**: sessions with events of both stages. A session that skips the stage before has no time.
-- - **Null**: never.
WITH steps AS (
  SELECT 'add_to_cart' AS step, TIMESTAMP_DIFF(cart_at, view_at, SECOND) AS seconds
  FROM marts.dm_funnel_events
  UNION ALL
  SELECT 'checkout_start' AS step, TIMESTAMP_DIFF(checkout_at, cart_at, SECOND) AS seconds
  FROM marts.dm_funnel_events
  UNION ALL
  SELECT 'payment_attempt' AS step, TIMESTAMP_DIFF(payment_attempt_at, checkout_at, SECOND) AS seconds
  FROM marts.dm_funnel_events
  UNION ALL
  SELECT 'purchase' AS step, TIMESTAMP_DIFF(purchase_at, payment_attempt_at, SECOND) AS seconds
  FROM marts.dm_funnel_events
),

cut AS (
  SELECT
    step,
    seconds,
    CAST(POW(10, GREATEST(LENGTH(CAST(seconds AS STRING)) - 2, 0)) AS INT64) AS unit
  FROM steps
  WHERE seconds IS NOT NULL
)

SELECT
  step,
  seconds - MOD(seconds, NULLIF(unit, 0)) AS seconds,
  COUNT(*) AS session_count,
  SUM(seconds) AS second_count
FROM cut
GROUP BY step, seconds - MOD(seconds, NULLIF(unit, 0))
