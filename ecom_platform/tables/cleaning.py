"""How the layers that clean a raw table derive from it: violations, quarantine, clean.

raw rows = clean rows + quarantined rows, for every table and partition:
- `violations.T`: one row per rule that a raw row breaks and column at fault, with what is done about it;
- `quarantine.T`: the raw rows with a violation whose remediation is quarantine, as they arrived, with the reasons;
- `clean.T`: all other raw rows, repaired where a violation's remediation is repair.

Raw rows that share a key share its violations. Where they differ, or have no key, no other rule judges them, because nobody
could say which row a finding is about, and all of them are quarantined. Where they are equal in every column they are one
row that arrived several times: the rules judge it once, and if it is sound one stays and its copies are quarantined.
"""

from ecom_platform.tables.remediation import QUARANTINE, Fault, Remediation
from ecom_platform.tables.spec import PARTITION_COLUMN, Column, ForeignKey, Layout, Table, Type, signup_month_column

VIOLATION_COLUMNS = (
    Column(
        "row_key",
        Type.STRING,
        "Primary key of the raw row; a key of several columns is joined with '/', and a missing part is empty.",
    ),
    Column("kind", Type.STRING, "The rule that the row breaks."),
    Column("remediation", Type.STRING, "What is done about it.", accepted=("repair", "quarantine")),
    Column("column_name", Type.STRING, "The column at fault."),
    Column("original_value", Type.STRING, "Its value as it arrived, as text.", nullable=True),
    Column(
        "repaired_value",
        Type.STRING,
        "The value a repair puts there, as text; null in quarantine or to be emptied.",
        nullable=True,
    ),
)

REPAIR_COLUMNS = (
    Column(
        "repair_reason",
        Type.STRING,
        "Kinds of the violations repaired on this row, comma-separated; null when untouched.",
        True,
    ),
    Column(
        "original_values",
        Type.STRING,
        "What the repairs replaced, as 'column=value' separated by '; ' (empty for null); null when untouched.",
        True,
    ),
)

QUARANTINE_REASON = Column(
    "quarantine_reason", Type.STRING, "Kinds of the violations that put the row here, comma-separated, in alphabetical order."
)

DUPLICATE_ROW = "duplicate_row"
"""The one kind of violation that quarantines only some of the rows that have it: all but one of the copies."""

UNSEEN = ("anomaly_flag",)
"""What cleaning does not look at: it is for scoring the rules."""


def key_remediations(raw: Table) -> tuple[Remediation, ...]:
    """What is done about the key of any raw table; a violation names the key's first column."""
    columns = raw.key[:1]
    return (
        Remediation("missing_key", columns, QUARANTINE, "quarantined", "what cannot be named cannot be referred to"),
        Remediation(
            "duplicate_key",
            columns,
            QUARANTINE,
            "every row with the key is quarantined",
            "they differ, and none can be shown to be right",
        ),
        Remediation(
            DUPLICATE_ROW, columns, QUARANTINE, "one stays, its copies are quarantined", "the same row was sent several times"
        ),
    )


def content_columns(raw: Table) -> tuple[Column, ...]:
    """The columns in which equal rows are equal: all but those that cleaning does not look at."""
    return tuple(column for column in raw.columns if column.name not in UNSEEN)


def remediations_of(raw: Table) -> tuple[Remediation, ...]:
    """Every remediation of a raw table, those of its key first."""
    return (*key_remediations(raw), *raw.remediations)


def repaired_columns(raw: Table) -> tuple[str, ...]:
    """The columns that some remediation may repair, in the table's order."""
    repaired = {column for each in raw.remediations if "repair" in each.decisions for column in each.columns}
    return tuple(name for name in raw.column_names if name in repaired)


def cleaned(raw: Table) -> tuple[Table, Table, Table]:
    """The violations, quarantine and clean tables of a raw table.

    Raises SpecificationError where a value may be wrong and no remediation says what is done about it.
    """
    _require_remediations(raw)
    return violations_of(raw), quarantine_of(raw), clean_of(raw)


def _require_remediations(raw: Table) -> None:
    for column in raw.columns:
        if column.name in (*raw.key, PARTITION_COLUMN):
            continue
        declared = [each for each in raw.remediations if column.name in each.columns]
        faults = {each.fault for each in declared}
        if None in faults:
            # A rule written by hand may find anything.
            continue
        demands = {
            "missing": not column.nullable and not faults & {Fault.MISSING, Fault.NOT_ACCEPTED},
            "not among the accepted values": bool(column.accepted) and Fault.NOT_ACCEPTED not in faults,
            "out of range": (column.minimum, column.maximum) != (None, None) and Fault.OUT_OF_RANGE not in faults,
            "a reference to nothing": raw.foreign_key(column.name) is not None and Fault.ORPHAN not in faults,
        }
        if open_ends := [fault for fault, is_open in demands.items() if is_open]:
            raise raw.error(f"declares no remediation where {column.name} is {' or '.join(open_ends)}")


def violations_of(raw: Table) -> Table:
    return Table(
        layer="violations",
        name=raw.name,
        doc=f"One row per row of {raw} and rule it breaks.",
        columns=VIOLATION_COLUMNS + ((signup_month_column(),) if raw.partitioned else ()),
        key=("row_key", "kind", "column_name", *(("signup_month",) if raw.partitioned else ())),
        layout=Layout(cluster_by=("row_key",)),
    )


def quarantine_of(raw: Table) -> Table:
    return raw.derive(
        "quarantine",
        doc=f"{raw.doc.split('. ')[0].rstrip('.')}, with an error that is not repaired: as it arrived, with the reasons.",
        add=(QUARANTINE_REASON,),
        foreign_keys=(),
    )


def clean_of(raw: Table) -> Table:
    return raw.derive(
        "clean",
        doc=f"{raw.doc} Sound rows, repaired where a repair is declared.",
        add=REPAIR_COLUMNS,
        drop=UNSEEN,
        foreign_keys=tuple(ForeignKey(key.column, key.references.replace("raw.", "clean.")) for key in raw.foreign_keys),
    )
