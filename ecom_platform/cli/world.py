"""`ecom world`: the synthetic world as files, without Dagster and without a warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from ecom_platform.cli.options import world_options
from ecom_platform.settings import Settings, SettingsError


@click.command(name="world")
@world_options
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
@click.option("--format", "form", type=click.Choice(["parquet"]), default="parquet", show_default=True)
def command(out: Path, form: str) -> None:
    """Writes every raw table of the synthetic world, month by month, in bounded memory.

    \b
    Example:
      ecom world --users 1000000 --out ./world --format parquet
    """
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from ecom_platform.origins.origin import world_settings
    from ecom_platform.world import World
    from ecom_platform.world.export import write_world

    settings = Settings.load()
    world = World(world_settings(settings, settings.observed_until()))
    bar = Progress(
        SpinnerColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), transient=True
    )
    try:
        with bar:
            task = bar.add_task("months", total=len(world.months))
            paths = write_world(
                world, out, form, lambda month, done, _: bar.update(task, completed=done, description=f"{month:%Y-%m}")
            )
    except OSError as error:
        raise SettingsError(f"--out is {str(out)!r}: it cannot be written ({error.strerror}).") from None
    click.echo(f"{len(paths):,} files, {sum(path.stat().st_size for path in paths) / 2**20:,.1f} MiB, under {out}")
