"""`ecom import`: the platform over one's own files."""

from __future__ import annotations

import os
import tempfile

import click


@click.command(name="import")
@click.argument("folder", type=click.Path())
@click.option("--check", is_flag=True, help="Only see what would become of the files: everything is computed, nothing kept.")
def command(folder: str, check: bool) -> None:
    """Loads FOLDER's files into the raw tables and materialises everything on top of them.

    FOLDER holds a file for each raw table it can give: TABLE.sql, TABLE.csv or TABLE.parquet. It is the same as
    setting ECOM_SOURCE and running `ecom run`. At the end it says for each table what arrived, what is clean, what was
    lost to quarantine and why; it fails when a table loses everything.

    \b
    Examples:
      ecom import --check examples/online_retail
      ECOM_HOME=./.ecom-retail ecom import examples/online_retail
    """
    from ecom_platform.cli.run import run_platform
    from ecom_platform.settings import LOCAL_TARGET, SettingsError

    if not folder.strip():
        raise SettingsError(f"FOLDER is {folder!r}: name the folder of a source.")
    os.environ["ECOM_SOURCE"] = folder
    if not check:
        raise SystemExit(run_platform())
    with tempfile.TemporaryDirectory(prefix="ecom-check-") as home:
        os.environ |= {"ECOM_HOME": home, "ECOM_TARGET": LOCAL_TARGET}
        raise SystemExit(run_platform(kept=False))
