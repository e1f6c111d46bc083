-- One row per line of the file, as it is, under the platform's names. Its position in the file is its only key.
SELECT
  'line-' || lpad(CAST(file_row_number + 1 AS VARCHAR), 7, '0') AS order_item_id,
  InvoiceNo AS order_id,
  CAST(CAST(CustomerID AS BIGINT) AS VARCHAR) AS user_id,
  CAST(InvoiceDate AS DATE) AS order_date,
  InvoiceDate AS invoiced_at,
  Country AS country,
  StockCode AS product_id,
  -- A merchandise code begins with five digits, or is one of the shop's own series; the others are services and fees.
  IF(regexp_matches(StockCode, '^([0-9]{5}|DCGS|gift_|PADS$)'), 'Giftware', 'Service') AS category,
  Quantity AS qty,
  CAST(UnitPrice AS DECIMAL(18, 2)) AS price,
  CAST(round(Quantity * UnitPrice, 2) AS DECIMAL(18, 2)) AS line_amount
FROM read_parquet('online_retail.parquet', file_row_number = true)
