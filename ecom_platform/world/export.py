"""Writing a world to files: the one place of the world that touches a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from ecom_platform.world.world import World

FORMATS = ("parquet",)

Progress = Callable[[date, int, int], None]
"""Called after each month with the month, the months done and the months there are."""


def write_world(
    world: World,
    out_dir: Path | str,
    format: str = "parquet",
    progress: Progress | None = None,
    months: Sequence[date] | None = None,
) -> list[Path]:
    """Write every raw table of the world under `out_dir`: `products.parquet` and `<table>/signup_month=<month>.parquet`.

    `months` are the signup months to write, all by default.

    Written month by month, block by block: memory is bounded by a block of users, however large the world. A file appears
    under its name only when it is whole. Returns the paths. Raises ValueError for an unknown format, OSError when the disk
    refuses.
    """
    import pyarrow.parquet as pq

    if format not in FORMATS:
        raise ValueError(f"format is {format!r}; it must be one of {', '.join(FORMATS)}.")
    root = Path(out_dir)
    root.mkdir(parents=True, exist_ok=True)
    products = root / "products.parquet"
    pq.write_table(world.products(), products)
    paths = [products]
    chosen = world.months if months is None else months
    for done, month in enumerate(chosen, start=1):
        paths += _write_month(world, month, root)
        if progress is not None:
            progress(month, done, len(chosen))
    return paths


def _write_month(world: World, month: date, root: Path) -> list[Path]:
    import pyarrow.parquet as pq

    writers: dict[str, pq.ParquetWriter] = {}
    try:
        for block in world.blocks(month):
            for name, table in block.items():
                if name not in writers:
                    path = _path(root, name, month)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    writers[name] = pq.ParquetWriter(_partial(path), table.schema, **_options(table.schema))
                elif name == "observation_windows":
                    continue
                writers[name].write_table(table)
    finally:
        for writer in writers.values():
            writer.close()
    paths = [_path(root, name, month) for name in writers]
    for path in paths:
        _partial(path).replace(path)
    return paths


def _path(root: Path, name: str, month: date) -> Path:
    return root / name / f"signup_month={month}.parquet"


def _partial(path: Path) -> Path:
    return path.with_suffix(".partial")


def _options(schema: pa.Schema) -> dict[str, Any]:
    """Dictionaries only where values repeat: building one over unique keys costs time and saves nothing."""
    unique = {"event_id", "order_id", "order_item_id", "event_timestamp", "row_key", "clean_value"}
    repeating = [field.name for field in schema if field.name not in unique and not pa.types.is_boolean(field.type)]
    return {"compression": "zstd", "compression_level": 1, "use_dictionary": repeating}
