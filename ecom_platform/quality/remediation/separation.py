"""The SQL that separates raw rows into quarantine and clean by the violations that were found: the same for every table."""

from __future__ import annotations

from ecom_platform.quality.remediation.violations import month, row_key, same_month
from ecom_platform.tables.cleaning import DUPLICATE_ROW, UNSEEN, clean_of, repaired_columns
from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.sql import Draft, Part, as_comment


def quarantine_draft(raw: Table) -> Draft:
    """The statement of a raw table's quarantine."""
    comment = (
        f"The rows of {raw} with an error that is not repaired, as they arrived, with the kinds of their violations.\n"
        f"Rows that share a key share its violations (see `violations.{raw.name}`), so the join loses and multiplies no row.\n"
        "Of a row that is only repeated, all copies but one are here."
    )
    columns = "".join(f"  r.{name},\n" for name in raw.column_names)
    # What copies may differ in decides which of them stays, so that it is always the same one.
    order = ", ".join([f"r.{name}" for name in raw.column_names if name in UNSEEN] or ["q.row_key"])
    sql = (
        "WITH quarantined AS (\n"
        "  SELECT\n"
        f"    row_key{month(raw)},\n"
        "    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS quarantine_reason,\n"
        f"    LOGICAL_AND(kind = '{DUPLICATE_ROW}') AS is_only_repeated\n"
        f"  FROM violations.{raw.name}\n"
        "  WHERE remediation = 'quarantine'\n"
        f"  GROUP BY row_key{month(raw)}\n"
        ")\n"
        f"SELECT\n{columns}  q.quarantine_reason\n"
        f"FROM {raw} AS r\n"
        f"JOIN quarantined AS q ON q.row_key = {row_key(raw, 'r')}{same_month(raw, 'q', 'r')}\n"
        "QUALIFY NOT q.is_only_repeated\n"
        f"  OR ROW_NUMBER() OVER (PARTITION BY q.row_key{month(raw, 'q')} ORDER BY {order}) > 1\n"
    )
    return Draft(f"quarantine.{raw.name}", (Part(f"{as_comment(comment)}\n{sql}", raw.file),))


def clean_draft(raw: Table) -> Draft:
    """The statement of a raw table's clean rows."""
    clean, repaired = clean_of(raw), repaired_columns(raw)
    comment = (
        f"The clean rows of {raw}: all but those in quarantine, repaired as `violations.{raw.name}` says.\n"
        "`original_values` has what each repair replaced. A row that arrived several times is here once."
    )

    def joined(relation: str) -> str:
        return f"{relation}.row_key = {row_key(raw, 'r')}{same_month(raw, relation, 'r')}"

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
    selected = (
        f"{columns}  v.repair_reason,\n  v.original_values\nFROM {raw} AS r\nLEFT JOIN remediations AS v ON {joined('v')}\n"
    )
    is_kept = "(v.is_quarantined IS NULL OR NOT v.is_quarantined)"
    sql = (
        "WITH remediations AS (\n"
        "  SELECT\n"
        f"    row_key{month(raw)},\n"
        "    LOGICAL_OR(remediation = 'quarantine') AS is_quarantined,\n"
        "    STRING_AGG(DISTINCT kind, ',' ORDER BY kind) AS repair_reason,\n"
        "    STRING_AGG(CONCAT(column_name, '=', IFNULL(original_value, '')), '; ' ORDER BY column_name) AS original_values"
        f"{repairs}\n"
        f"  FROM violations.{raw.name}\n"
        f"  WHERE kind <> '{DUPLICATE_ROW}'\n"
        f"  GROUP BY row_key{month(raw)}\n"
        "),\n\n"
        f"repeated AS (\n"
        f"  SELECT row_key{month(raw)} FROM violations.{raw.name}\n"
        f"  WHERE kind = '{DUPLICATE_ROW}'\n"
        ")\n\n"
        f"SELECT\n{selected}LEFT JOIN repeated AS d ON {joined('d')}\n"
        f"WHERE {is_kept} AND d.row_key IS NULL\n"
        "UNION ALL\n"
        f"SELECT DISTINCT\n{selected}JOIN repeated AS d ON {joined('d')}\n"
        f"WHERE {is_kept}\n"
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
