"""The SQL of every asset that the warehouse computes: the files under `sql/`, completed by what specifications imply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ecom_platform.quality.remediation.separation import clean_draft, quarantine_draft
from ecom_platform.quality.remediation.violations import violations_draft
from ecom_platform.quality.scoring.relations import scorecard_draft
from ecom_platform.tables import CATALOG, CLEANED, Catalog
from ecom_platform.tables.quality.scorecard import SCORECARD
from ecom_platform.warehouse.sql import Draft, SqlAsset, SqlError, check_sql, read_sql, sql_folder


def platform_sql(layers: Iterable[str] = (), folder: Path | None = None, catalog: Catalog = CATALOG) -> tuple[SqlAsset, ...]:
    """Every SQL asset (of these layers only, if any are named), each after those it reads.

    `folder` is where the files are, by default the platform's own; `catalog` has their tables. Raises SqlError as
    `check_sql` does, and for a file of a table whose SQL is generated.
    """
    wanted = frozenset(layers)
    drafts = {draft.table: draft for draft in read_sql(folder or sql_folder(), wanted)}
    drafts |= {draft.table: draft for draft in _completed(drafts) if not wanted or draft.table.split(".")[0] in wanted}
    return check_sql(drafts.values(), catalog)


def _completed(files: Mapping[str, Draft]) -> Iterator[Draft]:
    for raw in CLEANED:
        yield violations_draft(raw, files.get(f"violations.{raw.name}"))
        for generated in (quarantine_draft(raw), clean_draft(raw)):
            if written := files.get(generated.table):
                problem = f"the SQL of {generated.table} is generated from {raw.file}: delete this file"
                raise written.locate(SqlError(problem))
            yield generated
    if scorecard := files.get(str(SCORECARD)):
        yield scorecard_draft(scorecard)
