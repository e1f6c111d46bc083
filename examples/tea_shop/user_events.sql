-- One row per hit of the site. Times are UTC.
SELECT
  hit AS event_id,
  customer AS user_id,
  visit AS session_id,
  "at" AS event_timestamp,
  what AS event_type,
  tea AS product_id,
  screen AS device,
  came_from AS referrer,
  page
FROM 'hits.csv'
