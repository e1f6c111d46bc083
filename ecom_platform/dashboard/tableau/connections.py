"""Where a workbook finds a table: in an extract that is packed with it, or live in BigQuery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ecom_platform.tables import Table
from ecom_platform.warehouse.bigquery.options import BigQueryOptions

EXTRACT_SCHEMA = "Extract"
EXTRACT_FOLDER = "Data/Extracts"
"""The folder of the extracts inside a packaged workbook."""

CONNECTION_CLASSES = ("hyper", "bigquery")
"""Tableau's names of the connectors that the workbooks use; any other would ask for a driver that nobody here has tried."""


@dataclass(frozen=True)
class TableSource:
    """A table as Tableau reaches it: the connection's attributes, of which `class` names the connector, and its name there."""

    attributes: Mapping[str, str]
    table: str

    @property
    def connector(self) -> str:
        return self.attributes["class"]


Sourced = Callable[[Table], TableSource]


def in_extracts(table: Table) -> TableSource:
    """The table in the extract of its name."""
    attributes = {
        "authentication": "auth-none",
        "class": "hyper",
        "dbname": f"{EXTRACT_FOLDER}/{extract_name(table)}",
        "default-settings": "yes",
        "schema": EXTRACT_SCHEMA,
        "sslmode": "",
        "tablename": table.name,
        "username": "tableau_internal_user",
    }
    return TableSource(attributes, f"[{EXTRACT_SCHEMA}].[{table.name}]")


def extract_name(table: Table) -> str:
    return f"{table.name}.hyper"


def in_bigquery(options: BigQueryOptions) -> Sourced:
    """The tables in the datasets of a BigQuery warehouse; Tableau asks whoever opens the workbook to sign in to Google.

    The attributes are those of Tableau's documentation of embedded BigQuery attributes. Without a project, the workbook names
    none, and Tableau asks for it.
    """

    def source(table: Table) -> TableSource:
        dataset = options.dataset(table.layer)
        attributes = {
            "CATALOG": options.project,
            "EXECCATALOG": options.project,
            "authentication": "yes",
            "bq_schema": dataset,
            "class": "bigquery",
            "connection-dialect": "google-sql",
            "connection-protocol": "native-api",
            "login_title": "Sign in to Google BigQuery",
            "odbc-connect-string-extras": "",
            "project": options.project,
            "schema": dataset,
            "server": "googleapis.com/bigquery",
            "server-oauth": "",
            "table": table.name,
            "username": "",
        }
        return TableSource(attributes, f"[{dataset}].[{table.name}]")

    return source
