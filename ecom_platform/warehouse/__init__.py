"""Where tables live: one contract, an engine in each folder that keeps it, and the SQL between them.

`contract` is what callers and new engines read first; `content` is what can be written, `errors` what can go wrong,
`billing` what work costs, `fingerprints` how two warehouses are compared; `duckdb` and `bigquery` are the engines; `sql`
carries GoogleSQL to either. The warehouse knows tables as specifications; it knows no business word and no Dagster.
"""
