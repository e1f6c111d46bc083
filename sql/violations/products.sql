-- What is wrong with products, and what is done about it.
--
-- | kind | when | remediation |
-- |---|---|---|
-- | `missing_key` | `product_id` is null or empty | quarantine |
-- | `duplicate_key` | several rows have the `product_id`: none can be told to be the right one | quarantine all |
-- | `missing_category` | `category` is null or empty | 'Unknown' |
-- | `missing_price` | `price` is null | 0, which stands for no list price: a line has its own price |
-- | `negative_price` | `price` is below zero | 0, likewise |
-- | `unknown_price_tier` | `price_tier` is none of Low, Mid, High (null is not an error) | emptied |
-- | `unknown_discount_day` | `discount_day_of_week` is not 0 to 6 (null is not an error) | emptied |
WITH keys AS (
  SELECT IFNULL(product_id, '') AS row_key, COUNT(*) AS copies
  FROM raw.products
  GROUP BY row_key
),
broken_keys AS (
  SELECT row_key, IF(row_key = '', 'missing_key', 'duplicate_key') AS kind
  FROM keys
  WHERE row_key = '' OR copies > 1
),
sound AS (
  SELECT p.product_id, p.category, p.price, p.price_tier, p.discount_day_of_week
  FROM raw.products AS p
  LEFT JOIN broken_keys AS b ON b.row_key = IFNULL(p.product_id, '')
  WHERE b.row_key IS NULL
)
SELECT row_key, kind, 'quarantine' AS remediation, 'product_id' AS column_name, row_key AS original_value,
  CAST(NULL AS STRING) AS repaired_value
FROM broken_keys
UNION ALL
SELECT product_id, 'missing_category', 'repair', 'category', category, 'Unknown'
FROM sound
WHERE category IS NULL OR category = ''
UNION ALL
SELECT product_id, IF(price IS NULL, 'missing_price', 'negative_price'), 'repair', 'price', CAST(price AS STRING), '0'
FROM sound
WHERE price IS NULL OR price < 0
UNION ALL
SELECT product_id, 'unknown_price_tier', 'repair', 'price_tier', price_tier, CAST(NULL AS STRING)
FROM sound
WHERE price_tier NOT IN ('Low', 'Mid', 'High')
UNION ALL
SELECT product_id, 'unknown_discount_day', 'repair', 'discount_day_of_week', CAST(discount_day_of_week AS STRING),
  CAST(NULL AS STRING)
FROM sound
WHERE discount_day_of_week NOT BETWEEN 0 AND 6
