"""What stands between a browser and what this platform serves. Nothing here knows Dagster or what is served."""
