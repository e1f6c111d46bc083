-- One row per stock code. A product has many prices over the year: the list price is the one on most lines, the lower of
-- two as frequent, among the prices above zero; a product that never had one costs 0.
-- The tiers follow the platform's rule within merchandise: the cheapest 30 % are Low, the dearest 20 % High. A service has none.
WITH price_counts AS (
  SELECT product_id, category, price, count(*) AS lines
  FROM _lines
  GROUP BY ALL
),
list_prices AS (
  SELECT
    product_id,
    category,
    coalesce(arg_min(price, (-lines, price)) FILTER (price > 0), 0) AS price
  FROM price_counts
  GROUP BY ALL
)
SELECT
  product_id,
  category,
  price,
  CASE
    WHEN category = 'Service' THEN NULL
    WHEN percent_rank() OVER prices < 0.3 THEN 'Low'
    WHEN percent_rank() OVER prices < 0.8 THEN 'Mid'
    ELSE 'High'
  END AS price_tier
FROM list_prices
WINDOW prices AS (PARTITION BY category ORDER BY price)
