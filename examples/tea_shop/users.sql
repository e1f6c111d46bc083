-- One row per customer. An empty city or plan is none.
SELECT id AS user_id, joined AS signup_date, nullif(city, '') AS region, channel AS marketing_source, plan AS subscription_type
FROM 'customers.csv'
