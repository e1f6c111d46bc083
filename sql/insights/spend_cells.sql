-- How often had buyers bought before the holdout, and what was a purchase worth to each?
--
-- - **Unit**: purchases x mean amount of a purchase, in hundredths cut to three figures.
-- - **Denominator**: users of `purchase_histories` with a purchase that was not free.
-- - **Null**: never.
WITH buyers AS (
  SELECT
    purchase_days,
    DIV(CAST(spent * 100 AS INT64), NULLIF(purchase_days, 0)) AS hundredths
  FROM insights.purchase_histories
  WHERE purchase_days > 0 AND spent > 0
),

cut AS (
  SELECT
    purchase_days,
    hundredths,
    CAST(POW(10, GREATEST(LENGTH(CAST(hundredths AS STRING)) - 3, 0)) AS INT64) AS unit
  FROM buyers
  WHERE hundredths > 0
)

SELECT
  purchase_days,
  hundredths - MOD(hundredths, NULLIF(unit, 0)) AS amount_group,
  COUNT(*) AS buyer_count,
  SUM(hundredths) / 100 AS amount_total
FROM cut
GROUP BY purchase_days, hundredths - MOD(hundredths, NULLIF(unit, 0))
