-- One row per receipt.
SELECT
  order_id,
  any_value(user_id) AS user_id,
  min(order_date) AS order_date,
  sum(line_amount) AS total_amount,
  any_value(state) AS payment_status
FROM _lines
GROUP BY order_id
