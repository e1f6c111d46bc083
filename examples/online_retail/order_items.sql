-- One row per line of the file, at the price on the line; the tier is the product's, by its list price.
SELECT order_item_id, order_id, product_id, category, lines.price, price_tier, qty, line_amount
FROM _lines AS lines
JOIN _catalogue USING (product_id, category)
