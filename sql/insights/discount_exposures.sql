-- Which discounts stood on what a user saw on the signup day, and which would have on another weekday?
--
-- - **Unit**: a user whose cohort has an event log, who saw a product that day that has a discount day.
-- - **Mask**: for every product of an event on the signup day, the bit of its discount weekday (Monday 1, Tuesday 2, ...,
--   Sunday 64). It says on which weekdays the user would have met a discount with the same products.
-- - **Exposed**: the bit of the weekday on which the user did sign up is among them.
-- - **Window**: [signup, signup + 1 day), UTC days.
-- - **Null**: never.
WITH seen AS (
  SELECT DISTINCT
    events.user_id,
    products.discount_day_of_week
  FROM clean.user_events AS events
  INNER JOIN clean.users AS users ON users.user_id = events.user_id
  INNER JOIN clean.products AS products ON products.product_id = events.product_id
  WHERE
    DATE_DIFF(DATE(events.event_timestamp), users.signup_date, DAY) = 0
    AND products.discount_day_of_week IS NOT NULL
),

masks AS (
  SELECT
    user_id,
    SUM(
      CASE discount_day_of_week
        WHEN 0 THEN 1
        WHEN 1 THEN 2
        WHEN 2 THEN 4
        WHEN 3 THEN 8
        WHEN 4 THEN 16
        WHEN 5 THEN 32
        ELSE 64
      END
    ) AS discount_mask
  FROM seen
  GROUP BY user_id
),

weekdays AS (
  SELECT
    user_id,
    MOD(EXTRACT(DAYOFWEEK FROM signup_date) + 5, 7) AS signup_weekday,
    signup_month
  FROM clean.users
)

SELECT
  masks.user_id,
  masks.discount_mask,
  weekdays.signup_weekday,
  seen.user_id IS NOT NULL AS is_exposed,
  weekdays.signup_month
FROM masks
INNER JOIN weekdays ON weekdays.user_id = masks.user_id
LEFT JOIN seen
  ON seen.user_id = masks.user_id AND seen.discount_day_of_week = weekdays.signup_weekday
