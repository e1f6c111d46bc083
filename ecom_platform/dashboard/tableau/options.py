"""The settings of Tableau: the server that a workbook is published to, and where Tableau's schemas are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecom_platform.variables import folder, optional, setting, text, url


@dataclass(frozen=True)
class TableauOptions:
    server: str = optional("ECOM_TABLEAU_SERVER", "Tableau server that `ecom tableau publish` publishes to.", url, "")
    site: str = optional(
        "ECOM_TABLEAU_SITE",
        "Site on that server, as its addresses name it; empty for the default site.",
        text,
        "",
        needs="ECOM_TABLEAU_SERVER",
    )
    project: str = setting("ECOM_TABLEAU_PROJECT", "default", "Project that the workbook is published in.", text)
    token_name: str = optional(
        "ECOM_TABLEAU_TOKEN_NAME",
        "Name of the personal access token to sign in with.",
        text,
        "",
        needs="ECOM_TABLEAU_TOKEN_SECRET",
    )
    token_secret: str = optional(
        "ECOM_TABLEAU_TOKEN_SECRET", "Secret of that token. A secret.", text, "", needs="ECOM_TABLEAU_SERVER", secret=True
    )
    schemas: Path | None = optional(
        "ECOM_TABLEAU_SCHEMAS",
        "Folder of Tableau's published schemas (`twb_*.xsd`); then every workbook is validated against each.",
        folder,
    )
