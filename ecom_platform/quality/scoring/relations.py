"""The generated part of the scorecard's SQL: what was found in every table, and how many rows each has."""

from __future__ import annotations

from ecom_platform.tables import CLEANED
from ecom_platform.tables.quality.scorecard import SCORECARD
from ecom_platform.tables.spec import PARTITION_COLUMN
from ecom_platform.warehouse.sql import Draft


def scorecard_draft(written: Draft) -> Draft:
    """`sql/quality/scorecard.sql` with the relations that it reads: `found` (all violations, by `table_name`) and `sizes`."""
    found = "\n  UNION ALL\n".join(
        f"  SELECT '{raw.name}' AS table_name, row_key, kind, column_name, remediation, repaired_value\n"
        f"  FROM violations.{raw.name}"
        for raw in CLEANED
    )
    # A warehouse may refuse to read a large table unless the query names the months.
    every_month = f" WHERE {PARTITION_COLUMN} >= DATE '1900-01-01'"
    sizes = "\n  UNION ALL\n".join(
        f"  SELECT '{raw.name}' AS table_name, COUNT(*) AS row_count FROM {raw}{every_month if raw.partitioned else ''}"
        for raw in CLEANED
    )
    return written.within(
        "`found` has the violations of every table, and `sizes` the number of rows of every raw table.",
        f"WITH found AS (\n{found}\n),\nsizes AS (\n{sizes}\n),\nscores AS (",
        f")\nSELECT {', '.join(SCORECARD.column_names)}\nFROM scores",
        "ecom_platform/quality/scoring/relations.py",
    )
