"""Asset checks: which ones a table gets, how they ask the warehouse, and how findings reach Dagster."""
