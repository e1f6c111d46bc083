"""`ecom tableau`: the workbook, published to a Tableau server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ecom_platform.settings import Settings

NAME = "Activation and customer value"


@click.group(name="tableau")
def command() -> None:
    """The Tableau workbook that the asset dashboard/workbook writes.

    \b
    Example:
      ecom tableau publish --project Growth
    """


@command.command()
@click.option("--project", help="Project to publish in; ECOM_TABLEAU_PROJECT by default.")
@click.option("--name", default=NAME, show_default=True, help="What the workbook is called on the server.")
@click.option("--overwrite", is_flag=True, help="Replace a workbook of that name in the project.")
@click.option("--file", type=click.Path(path_type=Path), help="Another workbook than the one that the last run wrote.")
def publish(project: str | None, name: str, overwrite: bool, file: Path | None) -> None:
    """Publishes the workbook: with its extracts where it has them, with the live connection where not.

    Server, site and token come from ECOM_TABLEAU_* variables.

    \b
    Examples:
      ecom tableau publish --project Growth
      ecom tableau publish --overwrite
    """
    from ecom_platform.dashboard.tableau.package import workbook_file
    from ecom_platform.dashboard.tableau.publish import PublishError
    from ecom_platform.dashboard.tableau.publish import publish as send

    settings = Settings.load()
    options = replace(settings.tableau, project=project) if project else settings.tableau
    try:
        made = send(options, file or workbook_file(settings.home), name, overwrite)
    except PublishError as error:
        raise click.ClickException(str(error)) from None
    where = f": {made.address}" if made.address else "."
    click.echo(f"{made.name!r} is published in the project {made.project!r}{where}")
