-- One row per line of a receipt, with the kind of its tea.
SELECT order_item_id, order_id, product_id, kind AS category, price, qty, line_amount
FROM _lines
JOIN 'teas.csv' AS teas ON teas.tea = _lines.product_id
