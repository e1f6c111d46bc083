-- One row per line of a receipt. The till prints what was paid for a line, so its unit price is what rounding leaves of it.
SELECT
  receipt || '-' || row_number() OVER (PARTITION BY receipt ORDER BY tea) AS order_item_id,
  receipt AS order_id,
  customer AS user_id,
  day AS order_date,
  tea AS product_id,
  units AS qty,
  CAST(paid AS DECIMAL(18, 2)) AS line_amount,
  CAST(round(paid / units, 2) AS DECIMAL(18, 2)) AS price,
  state
FROM 'sales.csv'
