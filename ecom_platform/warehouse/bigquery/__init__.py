"""The warehouse on BigQuery: the same contract as DuckDB's, kept with the service's means.

`warehouse` keeps the contract; `connection` comes to the service; `jobs` runs everything that costs money, under its cap
and labels; `statements` is the SQL that is generated, `lint` what that SQL must never contain; `layout` lays tables out;
`failures` says what an error means and whether trying again helps; `jobs_view` asks the service what was spent.

Google's clients are imported by those who call them, inside functions: the definitions load without them.
"""
