"""The SQL that separates raw rows into quarantine and clean by the violations that were found: the same for every table."""

from __future__ import annotations

from ecom_platform.quality.remediation.violations import month, row_key, same_month
from ecom_platform.tables.cleaning import clean_of, repaired_columns
from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.sql import Draft, Part, as_comment


def quarantine_draft(raw: Table) -> Draft:
    """The statement of a raw table's quarantine."""
    comment = (
        f"The rows of {raw} with an error that is not repaired, as they arrived, with the kinds of their violations.\n"
        f"Rows that share a key share its violations (see `violations.{raw.name}`), so the join loses and multiplies no row."
    )
    columns = "".join(f"  r.{name},\n" for name in raw.column_names)
    sql = (
        "WITH quarantined AS (\n"
        f"  SELECT row_key{month(raw)}, STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason\n"
        f"  FROM violations.{raw.name}\n"
        "  WHERE remediation = 'quarantine'\n"
        f"  GROUP BY row_key{month(raw)}\n"
        ")\n"
        f"SELECT\n{columns}  q.quarantine_reason\n"
        f"FROM {raw} AS r\n"
        f"JOIN quarantined AS q ON q.row_key = {row_key(raw, 'r')}{same_month(raw, 'q', 'r')}\n"
    )
    return Draft(f"quarantine.{raw.name}", (Part(f"{as_comment(comment)}\n{sql}", raw.file),))


def clean_draft(raw: Table) -> Draft:
    """The statement of a raw table's clean rows."""
    clean, repaired = clean_of(raw), repaired_columns(raw)
    comment = (
        f"The clean rows of {raw}: all but those in quarantine, repaired as `violations.{raw.name}` says.\n"
        "`original_values` has what each repair replaced."
    )
    repairs = "".join(
        f",\n    LOGICAL_OR(column_name = '{name}') AS repairs_{name}"
        f",\n    MAX(IF(column_name = '{name}', repaired_value, NULL)) AS {name}"
        for name in repaired
    )
    columns = "".join(
        f"  {_repaired(raw.column(name)) if name in repaired else f'r.{name}'},\n"
        for name in clean.column_names
        if name in raw.column_names
    )
    sql = (
        "WITH remediations AS (\n"
        "  SELECT\n"
        f"    row_key{month(raw)},\n"
        "    LOGICAL_OR(remediation = 'quarantine') AS is_quarantined,\n"
        "    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS repair_reason,\n"
        "    STRING_AGG(CONCAT(column_name, '=', IFNULL(original_value, '')), '; ' ORDER BY column_name) AS original_values"
        f"{repairs}\n"
        f"  FROM violations.{raw.name}\n"
        f"  GROUP BY row_key{month(raw)}\n"
        ")\n"
        f"SELECT\n{columns}  v.repair_reason,\n  v.original_values\n"
        f"FROM {raw} AS r\n"
        f"LEFT JOIN remediations AS v ON v.row_key = {row_key(raw, 'r')}{same_month(raw, 'v', 'r')}\n"
        "WHERE v.is_quarantined IS NULL OR NOT v.is_quarantined\n"
    )
    return Draft(str(clean), (Part(f"{as_comment(comment)}\n{sql}", raw.file),))


def _repaired(column: Column) -> str:
    name = column.name
    return f"IF(v.repairs_{name}, {_from_text(column)}, r.{name}) AS {name}"


def _from_text(column: Column) -> str:
    """The value that a violation's text stands for."""
    text = f"v.{column.name}"
    match column.type:
        case Type.STRING:
            return text
        case Type.INT64:
            return f"CAST(CAST({text} AS NUMERIC) AS INT64)"
        case Type.BOOL:
            return f"{text} = 'true'"
        case _:
            return f"CAST({text} AS {column.type})"
