"""`ecom dashboard`: the pages on loopback, for browsers that follow no link to a file."""

from __future__ import annotations

import click

from ecom_platform.cli.ui import LOOPBACK, check_free
from ecom_platform.dashboard.files import FOLDER, PORT
from ecom_platform.settings import Settings, SettingsError

REPORT_FOLDER = "insights"


@click.command(name="dashboard")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@click.option(
    "--host", default=LOOPBACK, show_default=True, help="Address to listen on; one that others can reach needs ECOM_UI_TOKEN."
)
def command(port: int, host: str) -> None:
    """Serves the pages that the last run made, and the report they link to; Ctrl-C stops it.

    They are files that open without it: this is for links, such as those in the Dagster UI. It reads no warehouse.

    \b
    Example:
      ecom dashboard --port 3180
    """
    import uvicorn

    from ecom_platform.orchestration.servers import check_reach
    from ecom_platform.web.folders import folders
    from ecom_platform.web.guard import Guard, origins_of

    settings = Settings.load()
    check_reach(host, settings.ui_token)
    pages = sorted((settings.home / FOLDER).glob("*.html"))
    if not pages:
        raise SettingsError(f"there are no pages in {settings.home / FOLDER} yet: `ecom run` makes them.")
    check_free(host, port)
    first = next((page.name for page in pages if page.name == "kpi.en.html"), pages[0].name)
    app = folders(f"/{FOLDER}/{first}", {FOLDER: settings.home / FOLDER, REPORT_FOLDER: settings.home / REPORT_FOLDER})
    click.echo(f"The dashboard is at http://{host}:{port} (Ctrl-C stops it).")
    uvicorn.run(Guard(app, origins_of(host, port), settings.ui_token), host=host, port=port, log_level="warning")
