"""`ecom query`: read the warehouse."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, BinaryIO

import click

from ecom_platform.settings import Settings, SettingsError

if TYPE_CHECKING:
    from ecom_platform.warehouse.contract import Stream, Warehouse


@click.command(name="query")
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(["table", "csv", "parquet"]), default="table", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of the terminal; parquet needs one.")
@click.option("--force", is_flag=True, help="Replace the file that --out names.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Rows shown as a table.")
def command(sql: str, form: str, out: Path | None, force: bool, limit: int) -> None:
    """Reads the warehouse with one statement in its own dialect. Nothing can be written.

    \b
    Examples:
      ecom query "SELECT category, SUM(revenue) FROM marts.dm_category_performance GROUP BY 1"
      ecom query "SELECT * FROM marts.dm_user_purchase_summary" --format parquet --out users.parquet
      ecom query "SHOW ALL TABLES"
    """
    from ecom_platform.cli import rendering
    from ecom_platform.orchestration.resources import warehouse_resource

    if form == "parquet" and out is None:
        raise click.UsageError("--format parquet needs --out FILE.")
    settings = Settings.load()
    if out is not None:
        _check_out(out, settings.home, force)
    with result_of(warehouse_resource(settings).open(), sql) as stream:
        if out is None:
            _show(stream, form, limit)
            return
        with _written_whole(out) as file:
            if form == "parquet":
                rows = rendering.parquet(stream, file)
            elif form == "csv":
                rows = rendering.csv(stream, file)
            else:
                text, rows, _ = rendering.table(stream, limit, width=None)
                file.write(text.encode())
    click.echo(f"{rows:,} row{'' if rows == 1 else 's'} written to {out}", err=True)


def result_of(store: Warehouse, sql: str) -> AbstractContextManager[Stream]:
    """What a statement gives. Raises SettingsError for bytes that are no text, WarehouseError as `stream_native` does."""
    if not sql.isascii() and sql.encode(errors="replace").decode() != sql:
        raise SettingsError("SQL must be text in UTF-8.")
    return store.stream_native(sql)


def _show(stream: Stream, form: str, limit: int) -> None:
    from ecom_platform.cli import rendering

    if form == "csv":
        rendering.csv(stream, sys.stdout.buffer)
        return
    terminal = sys.stdout.isatty()
    text, rows, more = rendering.table(stream, limit, width=get_terminal_size().columns if terminal else None)
    click.echo(text, nl=False)
    if more:
        click.echo(f"The first {rows:,} rows; --limit shows more.", err=not terminal)


def _check_out(out: Path, home: Path, force: bool) -> None:
    """Refuses, before anything is computed, a place that the result may not be written to."""
    # A link leads to the file that would be lost.
    place = out.resolve()
    if place.is_relative_to(home.resolve()):
        raise SettingsError(f"--out is {str(out)!r}: the files of the platform are there, in ECOM_HOME; choose another place.")
    if place.exists() and not place.is_file():
        raise SettingsError(f"--out is {str(out)!r}: that is no file.")
    if place.exists() and not force:
        raise SettingsError(f"--out is {str(out)!r}: there is such a file already; --force replaces it.")
    if not place.parent.is_dir():
        raise SettingsError(f"--out is {str(out)!r}: there is no folder {str(place.parent)!r}.")


@contextmanager
def _written_whole(out: Path) -> Iterator[BinaryIO]:
    """A file beside `out` that takes its place at the end, and is gone when it could not be written whole."""
    place = out.resolve()
    part = place.with_name(f".{place.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(place)
    except OSError as error:
        raise SettingsError(f"--out is {str(out)!r}: it cannot be written ({error.strerror or error}).") from None
    finally:
        part.unlink(missing_ok=True)
