"""`ecom import`: the platform over one's own files."""

from __future__ import annotations

import os

import click


@click.command(name="import")
@click.argument("folder", type=click.Path())
def command(folder: str) -> None:
    """Loads FOLDER's files into the raw tables and materialises everything on top of them.

    FOLDER holds a file for each raw table it can give: TABLE.sql, TABLE.csv or TABLE.parquet. It is the same as
    setting ECOM_SOURCE and running `ecom run`.

    \b
    Example:
      ECOM_HOME=./.ecom-retail ecom import examples/online_retail
    """
    from ecom_platform.cli.run import run_platform

    os.environ["ECOM_SOURCE"] = folder
    run_platform()
