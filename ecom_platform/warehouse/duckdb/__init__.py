"""The warehouse on DuckDB: one file, at which processes take turns.

`warehouse` keeps the contract; `connections` opens the file, after a wait in the queue of `lock`; `types` maps types;
`difference` is the SQL of an update.
"""
