-- One row per customer. The shop records no signup: a customer's first invoice of any kind, a cancellation too, stands for it.
-- The region is the country of that invoice (8 customers have a second country later).
SELECT
  user_id,
  min(order_date) AS signup_date,
  arg_min(country, (invoiced_at, order_item_id)) AS region
FROM _lines
WHERE user_id IS NOT NULL
GROUP BY user_id
