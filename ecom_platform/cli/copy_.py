"""`ecom copy`: the tables of this machine's DuckDB warehouse, moved to BigQuery and compared there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from ecom_platform.settings import Settings, SettingsError

if TYPE_CHECKING:
    from ecom_platform.tables import Table
    from ecom_platform.warehouse.contract import Warehouse

NO_MONTH = "1970-01-01"
"""A partition that no table has: replacing it makes an empty table."""


@click.command(name="copy")
@click.option("--to", "target", type=click.Choice(["bigquery"]), required=True, help="Where to copy the warehouse to.")
@click.option("--layer", "layers", multiple=True, help="Only this layer, such as raw; can be given several times.")
def command(target: str, layers: tuple[str, ...]) -> None:
    """Copies the DuckDB warehouse under ECOM_HOME to BigQuery, month by month, and verifies counts and hashes.

    A month that is already there as it should be is not copied again, so that a copy which was interrupted goes on where
    it stopped. What the other warehouse holds of another world is refused, not overwritten.

    \b
    Example:
      ECOM_BIGQUERY_PROJECT=my-shop-prod ecom copy --to bigquery
    """
    from ecom_platform.orchestration.resources import warehouse_resource
    from ecom_platform.warehouse.contract import WarehouseError

    settings = Settings.load()
    source = warehouse_resource(replace(settings, target="duckdb")).open()
    destination = warehouse_resource(replace(settings, target=target)).open()
    tables = chosen(source, layers)
    world = source.world()
    if world is None or not tables:
        raise SettingsError(f"ECOM_HOME is {str(settings.home)!r}: its DuckDB warehouse has no table to copy.")
    destination.claim(world)
    different = []
    for outcome in copied(source, destination, tables, target):
        verdict = "equal" if outcome.equal else "DIFFERENT"
        counts = f"{outcome.rows:>14,} rows  {outcome.copied:>3} of {outcome.slices} slices copied"
        click.echo(f"{outcome.table!s:<34} {counts}  {verdict}")
        if not outcome.equal:
            different.append(str(outcome.table))
    if different:
        raise WarehouseError(f"After the copy {', '.join(different)} differ: something wrote to them meanwhile; copy again.")


@dataclass(frozen=True)
class Outcome:
    """What became of one table: its rows, how many of its slices were copied, and whether it is equal now."""

    table: Table
    rows: int
    slices: int
    copied: int
    equal: bool


def chosen(source: Warehouse, layers: Sequence[str]) -> list[Table]:
    """The platform's tables that the source has, of the given layers (none given: all), in the order of the flow of data."""
    from ecom_platform.tables import CATALOG

    known = {table.layer for table in CATALOG.values()}
    if unknown := [layer for layer in layers if layer not in known]:
        raise SettingsError(f"--layer is {unknown[0]!r}: the layers are {', '.join(sorted(known))}.")
    held = source.tables()
    return [table for name, table in CATALOG.items() if name in held and (not layers or table.layer in layers)]


def copied(source: Warehouse, destination: Warehouse, tables: Sequence[Table], target: str) -> Iterator[Outcome]:
    """Copies each table, slice by slice, where the two differ, and looks again."""
    from ecom_platform.warehouse.fingerprints import fingerprints

    for table in tables:
        here, there = fingerprints(source, "duckdb", table), fingerprints(destination, target, table)
        # What only the destination has is replaced by nothing.
        slices = sorted({*here, *there})
        stale = [key for key in slices if here.get(key) != there.get(key)]
        for key in stale:
            partitions = [key] if table.partitioned else None
            destination.replace({table: source.read(table, partitions)}, partitions)
        if not slices:
            destination.replace({table: table.arrow_schema.empty_table()}, [NO_MONTH] if table.partitioned else None)
        after = fingerprints(destination, target, table) if stale else there
        yield Outcome(table, sum(slice_.rows for slice_ in here.values()), len(slices), len(stale), after == here)
