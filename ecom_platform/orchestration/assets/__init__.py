"""Thin Dagster assets, a file a layer: they wire tables, SQL files and pure functions together and compute nothing."""
