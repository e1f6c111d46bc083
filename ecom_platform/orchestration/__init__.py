"""All that is Dagster: assets, checks, storage, what starts runs and what watches them."""
