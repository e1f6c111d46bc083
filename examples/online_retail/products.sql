-- One row per stock code, at its list price.
SELECT product_id, category, price, price_tier
FROM _catalogue
