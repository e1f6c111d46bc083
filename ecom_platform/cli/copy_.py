"""`ecom copy`: the tables of one target's warehouse, copied to another target's and compared there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from ecom_platform.settings import TARGETS, Settings, SettingsError

if TYPE_CHECKING:
    from ecom_platform.tables import Table
    from ecom_platform.warehouse.contract import Warehouse

NO_MONTH = "1970-01-01"
"""A partition that no table has: replacing it makes an empty table."""


@click.command(name="copy")
@click.option("--to", "target", type=click.Choice(TARGETS), required=True, help="The target to copy to.")
@click.option(
    "--from", "origin", type=click.Choice(TARGETS), default=TARGETS[0], show_default=True, help="The target to copy from."
)
@click.option("--layer", "layers", multiple=True, help="Only this layer, such as raw; can be given several times.")
def command(target: str, origin: str, layers: tuple[str, ...]) -> None:
    """Copies the warehouse of one target to that of another, month by month, and verifies counts and hashes.

    A month that is already equal there is not copied again, so an interrupted copy continues where it stopped. Data of
    another world in the destination is refused, not overwritten.

    \b
    Example:
      ECOM_BIGQUERY_PROJECT=my-shop-prod ecom copy --to bigquery
    """
    from ecom_platform.orchestration.resources import warehouse_resource
    from ecom_platform.warehouse.contract import WarehouseError

    if target == origin:
        raise click.UsageError(f"--from and --to are both {target}: name two targets.")
    settings = Settings.load()
    source_resource = warehouse_resource(replace(settings, target=origin))
    source, destination = source_resource.open(), warehouse_resource(replace(settings, target=target)).open()
    tables = chosen(source, layers)
    identity = source.identity()
    if identity is None or not tables:
        raise SettingsError(f"There is no table to copy in {source_resource.whereabouts()}: build it first, with `ecom run`.")
    destination.claim(identity)
    different = []
    for done in copied(source, destination, tables):
        verdict = "equal" if done.equal else "DIFFERENT"
        counts = f"{done.rows:>14,} rows  {done.copied:>3} of {done.slices} slices copied"
        click.echo(f"{done.table!s:<34} {counts}  {verdict}")
        if not done.equal:
            different.append(str(done.table))
    if different:
        raise WarehouseError(
            f"After the copy {', '.join(different)} differ: something wrote to them in the meantime; copy again."
        )


@dataclass(frozen=True)
class CopiedTable:
    """A table after its copy: its rows, how many of its slices were copied, and whether the two are equal now."""

    table: Table
    rows: int
    slices: int
    copied: int
    equal: bool


def chosen(source: Warehouse, layers: Sequence[str]) -> list[Table]:
    """The platform's tables that the source has, of the given layers (none given: all), in the order of the flow of data."""
    from ecom_platform.tables import CATALOG

    if unknown := [layer for layer in layers if layer not in CATALOG.layers]:
        raise SettingsError(f"--layer is {unknown[0]!r}: the layers are {', '.join(CATALOG.layers)}.")
    held = source.tables()
    return [table for name, table in CATALOG.items() if name in held and (not layers or table.layer in layers)]


def copied(source: Warehouse, destination: Warehouse, tables: Sequence[Table]) -> Iterator[CopiedTable]:
    """Copies each table, slice by slice, where the two differ, and compares them again."""
    for table in tables:
        here, there = source.fingerprints(table), destination.fingerprints(table)
        # What only the destination has is replaced by nothing.
        slices = sorted({*here, *there})
        stale = [key for key in slices if here.get(key) != there.get(key)]
        for key in stale:
            partitions = [key] if table.partitioned else None
            destination.replace({table: source.read(table, partitions)}, partitions)
        if not slices:
            destination.replace({table: table.arrow_schema.empty_table()}, [NO_MONTH] if table.partitioned else None)
        after = destination.fingerprints(table) if stale else there
        yield CopiedTable(table, sum(slice_.rows for slice_ in here.values()), len(slices), len(stale), after == here)
