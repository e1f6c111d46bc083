-- One row per invoice. An invoice has one customer, one country and one day throughout the file.
-- An invoice number that begins with C is a cancellation; the file knows no other failure to pay.
SELECT
  order_id,
  min(user_id) AS user_id,
  min(order_date) AS order_date,
  sum(line_amount) AS total_amount,
  IF(order_id LIKE 'C%', 'cancelled', 'success') AS payment_status
FROM _lines
GROUP BY order_id
