"""The warehouse on BigQuery: the same contract as DuckDB's, kept with the service's means.

`warehouse` keeps the contract; `connection` finds credentials and makes the client; `jobs` runs everything that costs
money, under its cap and labels; `statements` is the SQL that is generated; `layout` describes tables to the service;
`failures` says what an error means and whether a retry helps; `jobs_view` asks the service what was spent.

Google's clients are imported inside the functions that use them: the definitions load without them.
"""
