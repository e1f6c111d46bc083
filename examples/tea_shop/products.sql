-- One row per tea.
SELECT tea AS product_id, kind AS category, CAST(list_price AS DECIMAL(18, 2)) AS price
FROM 'teas.csv'
