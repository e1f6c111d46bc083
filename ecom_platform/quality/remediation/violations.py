"""The SQL of the violations tables: rules that follow from a specification, generated, around those written by hand.

A violations table is the union of
- the rows whose key is missing, or shared by rows that differ: their only violation, since no other rule could say which of
  them it is about;
- the rows that arrived several times, equal in every column: one finding a row, whatever else is found;
- what the generated rules find: a remediation that names a `Fault` has one;
- what `sql/violations/<table>.sql` finds, where there is such a file. It is one SELECT of `row_key`, `kind`, `remediation`,
  `column_name`, `original_value`, `repaired_value` (and `signup_month`), and may read `broken_keys` (the keys that
  are missing, or shared by rows that differ, by `row_key`), `broken_keys_of_<table>` (those of another raw table) and
  `accepted_values` (`column_name`, `value`: what the specification accepts). A row that arrived several times is there as
  often: it may be found at fault as often, but a rule that counts rows must count it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.tables.cleaning import content_columns, key_remediations, violations_of
from ecom_platform.tables.remediation import Fault, Remediation
from ecom_platform.tables.spec import PARTITION_COLUMN, Column, ForeignKey, Table, Type
from ecom_platform.warehouse.sql import Draft, Part, SqlError, as_comment

NO_VALUE = "CAST(NULL AS STRING)"


def violations_draft(raw: Table, written: Draft | None) -> Draft:
    """The statement of a raw table's violations, around the rules that are written by hand, if there are any.

    Raises SqlError for a file whose select list is not that of a rule.
    """
    name, relations = f"violations.{raw.name}", [*_keys(raw), *_generated(raw)]
    if written is None:
        decided = " Decided within a signup month." if raw.partitioned else ""
        comment = as_comment(
            f"What is wrong with {raw}, and what is done about it.{decided}\n\n"
            f"Every rule follows from the specification in `{raw.file}`:\n\n{_described(raw)}"
        )
        return Draft(name, (Part(f"{comment}\nWITH {_with(relations)}\n{_union(raw)}", raw.file),))
    _require_rule(raw, written)
    if "accepted_values" in written.sql:
        relations.append(_accepted_values(raw))
    for other in CLEANED:
        if f"broken_keys_of_{other.name}" in written.sql:
            relations += _keys(other, f"_of_{other.name}")
    note = f"The other rules follow from the specification in `{raw.file}`:\n\n{_described(raw)}"
    before = f"WITH {_with(relations)},\nwritten AS ("
    return written.within(note, before, f")\n{_union(raw, written=True)}", raw.file)


def row_key(raw: Table, rows: str = "") -> str:
    """The key of a raw row as one text: its parts joined with '/', a missing one empty. `rows` is the alias to read from."""
    prefix = f"{rows}." if rows else ""
    parts = [f"IFNULL({_text(raw.column(name), prefix)}, '')" for name in raw.key]
    joined = ", '/', ".join(parts)
    return parts[0] if len(parts) == 1 else f"CONCAT({joined})"


def literal(value: str) -> str:
    """A GoogleSQL string literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _literals(values: Iterable[str]) -> str:
    return ", ".join(map(literal, values))


def month(raw: Table, rows: str = "") -> str:
    """`, signup_month` for a table that has months. `rows` is the alias to read from."""
    return f", {f'{rows}.' if rows else ''}{PARTITION_COLUMN}" if raw.partitioned else ""


def same_month(raw: Table, left: str, right: str) -> str:
    """The part of a join's condition that keeps two aliases to the same signup month."""
    return f" AND {left}.{PARTITION_COLUMN} = {right}.{PARTITION_COLUMN}" if raw.partitioned else ""


def _with(relations: list[tuple[str, str]]) -> str:
    return ",\n".join(f"{name} AS (\n{_indented(sql)}\n)" for name, sql in relations)


def _indented(sql: str) -> str:
    return "\n".join(f"  {line}" for line in sql.splitlines())


def _keys(raw: Table, suffix: str = "") -> list[tuple[str, str]]:
    """`broken_keys`, and `repeated_rows`: the keys of rows that arrived several times, equal in every column."""
    without, shared, _ = key_remediations(raw)
    missing = " OR ".join(f"IFNULL({_text(raw.column(name))}, '') = ''" for name in raw.key)
    content = ", ".join(f"r.{column.name}" for column in content_columns(raw))
    # No more than the rows of these keys are compared in full.
    doubtful = (
        f"SELECT {row_key(raw)} AS row_key{month(raw)},\n"
        f"  IF({missing}, '{without.kind}', '{shared.kind}') AS kind\n"
        f"FROM {raw}\n"
        f"GROUP BY row_key{month(raw)}, kind\n"
        f"HAVING COUNT(*) > 1 OR kind = '{without.kind}'"
    )
    repeated = (
        f"SELECT row_key{month(raw)}\n"
        "FROM (\n"
        f"  SELECT DISTINCT d.row_key, {content}\n"
        f"  FROM {raw} AS r\n"
        f"  JOIN doubtful_keys{suffix} AS d ON d.row_key = {row_key(raw, 'r')}{same_month(raw, 'd', 'r')}\n"
        f"  WHERE d.kind = '{shared.kind}'\n"
        ") AS versions\n"
        f"GROUP BY row_key{month(raw)}\n"
        "HAVING COUNT(*) = 1"
    )
    broken = (
        f"SELECT d.row_key, d.kind{month(raw, 'd')}\n"
        f"FROM doubtful_keys{suffix} AS d\n"
        f"LEFT JOIN repeated_rows{suffix} AS r ON r.row_key = d.row_key{same_month(raw, 'r', 'd')}\n"
        "WHERE r.row_key IS NULL"
    )
    relations = {"doubtful_keys": doubtful, "repeated_rows": repeated, "broken_keys": broken}
    return [(f"{name}{suffix}", sql) for name, sql in relations.items()]


def _accepted_values(raw: Table) -> tuple[str, str]:
    return "accepted_values", "\nUNION ALL\n".join(
        f"SELECT '{column.name}' AS column_name, value FROM UNNEST([{_literals(column.accepted)}]) AS value"
        for column in raw.columns
        if column.accepted
    )


def _generated(raw: Table) -> Iterator[tuple[str, str]]:
    """The rows at fault by the generated rules, in one pass over the raw table, and the violations they are."""
    kinds = [each for each in raw.remediations if each.fault is not None]
    if not kinds:
        return
    at_fault = {each.columns[0]: raw.column(each.columns[0]) for each in kinds}
    references = {name: key for name in at_fault if (key := raw.foreign_key(name)) and _refers(raw, name)}
    orphans = {name: _orphan(key) for name, key in references.items()}
    columns = [f"{row_key(raw, 'r')} AS row_key", *(f"r.{name}" for name in at_fault)]
    columns += [f"{condition} AS {name}_is_orphan" for name, condition in orphans.items()]
    columns += [f"r.{PARTITION_COLUMN}"] if raw.partitioned else []
    conditions = [_condition(raw, each, "r.") for each in kinds if each.fault not in (Fault.ORPHAN, Fault.PARENT_QUARANTINED)]
    conditions += orphans.values()
    yield "at_fault", "\n".join([
        "SELECT",
        ",\n".join(f"  {column}" for column in columns),
        f"FROM {raw} AS r",
        *(line for key in references.values() for line in _parent(raw, key)),
        "WHERE " + "\n  OR ".join(conditions),
    ])  # fmt: skip
    for name, key in references.items():
        if any(each.fault is Fault.PARENT_QUARANTINED and each.columns == (name,) for each in kinds):
            parent = CATALOG[key.references]
            yield f"quarantined_{parent.name}", f"SELECT DISTINCT {name}{month(parent)} FROM quarantine.{parent.name}"
    yield "generated", "\nUNION ALL\n".join(_finding(raw, each) for each in kinds)


def _refers(raw: Table, name: str) -> bool:
    faults = (Fault.ORPHAN, Fault.PARENT_QUARANTINED)
    return any(each.fault in faults and each.columns == (name,) for each in raw.remediations)


def _parent(raw: Table, key: ForeignKey) -> Iterator[str]:
    parent, name = CATALOG[key.references], key.column
    together = raw.partitioned and parent.partitioned
    yield (
        f"LEFT JOIN clean.{parent.name} AS {parent.name} "
        f"ON {parent.name}.{name} = r.{name}{same_month(raw, parent.name, 'r') if together else ''}"
    )
    if not parent.partitioned:
        yield f"CROSS JOIN (SELECT COUNT(*) AS row_count FROM {parent}) AS all_{parent.name}"


def _orphan(key: ForeignKey) -> str:
    parent, name = CATALOG[key.references], key.column
    # A catalogue without a row was not given at all, and then there is nothing to refer to.
    given = "" if parent.partitioned else f" AND all_{parent.name}.row_count > 0"
    return f"(r.{name} IS NOT NULL AND {parent.name}.{name} IS NULL{given})"


def _condition(raw: Table, remediation: Remediation, prefix: str = "") -> str:
    """What is true of a row with the remediation's fault, where that shows in the row alone."""
    column = raw.column(remediation.columns[0])
    value = f"{prefix}{column.name}"
    match remediation.fault:
        case Fault.MISSING:
            text = column.type is Type.STRING and raw.foreign_key(column.name) is None
            return f"IFNULL({value}, '') = ''" if text else f"{value} IS NULL"
        case Fault.NOT_ACCEPTED:
            unknown = f"{value} NOT IN ({_literals(column.accepted)})"
            return f"({value} IS NULL OR {unknown})" if _null_is_not_accepted(raw, column) else unknown
        case Fault.OUT_OF_RANGE:
            bounds = ((column.minimum, "<"), (column.maximum, ">"))
            outside = [f"{value} {sign} {bound:g}" for bound, sign in bounds if bound is not None]
            return outside[0] if len(outside) == 1 else f"({' OR '.join(outside)})"
        case _:
            return f"{value}_is_orphan"


def _null_is_not_accepted(raw: Table, column: Column) -> bool:
    missing = any(each.fault is Fault.MISSING and each.columns == (column.name,) for each in raw.remediations)
    return not column.nullable and not missing


def _finding(raw: Table, remediation: Remediation) -> str:
    """The violations of one generated rule."""
    (name,) = remediation.columns
    (decision,) = remediation.decisions
    repaired = NO_VALUE if remediation.value is None else literal(remediation.value)
    select = (
        f"SELECT f.row_key, '{remediation.kind}' AS kind, '{decision}' AS remediation, '{name}' AS column_name,\n"
        f"  {_text(raw.column(name), 'f.')} AS original_value, {repaired} AS repaired_value{month(raw, 'f')}\n"
        "FROM at_fault AS f\n"
    )
    condition = _condition(raw, remediation, "f.")
    key = raw.foreign_key(name)
    separate = any(each.fault is Fault.PARENT_QUARANTINED and each.columns == (name,) for each in raw.remediations)
    if key is None or not separate or remediation.fault not in (Fault.ORPHAN, Fault.PARENT_QUARANTINED):
        return f"{select}WHERE {condition}"
    parent = CATALOG[key.references]
    months = same_month(raw, "q", "f") if parent.partitioned else ""
    found = "IS NULL" if remediation.fault is Fault.ORPHAN else "IS NOT NULL"
    return (
        f"{select}LEFT JOIN quarantined_{parent.name} AS q ON q.{name} = f.{name}{months}\n"
        f"WHERE {condition} AND q.{name} {found}"
    )


def _union(raw: Table, written: bool = False) -> str:
    missing, _, repeated = key_remediations(raw)
    names = violations_of(raw).column_names
    key = f"'{missing.columns[0]}'"
    sql = (
        f"SELECT row_key, kind, '{missing.decisions[0]}' AS remediation, {key} AS column_name,\n"
        f"  row_key AS original_value, {NO_VALUE} AS repaired_value{month(raw)}\n"
        "FROM broken_keys\n"
        f"UNION ALL\n"
        f"SELECT row_key, '{repeated.kind}', '{repeated.decisions[0]}', {key}, row_key, {NO_VALUE}{month(raw)}\n"
        "FROM repeated_rows"
    )
    sources = ["generated"] if any(each.fault is not None for each in raw.remediations) else []
    for source in [*sources, *(["written"] if written else [])]:
        sql += (
            f"\nUNION ALL\nSELECT DISTINCT {', '.join(f'f.{name}' for name in names)}\n"
            f"FROM {source} AS f\n"
            f"LEFT JOIN broken_keys AS b ON b.row_key = IFNULL(f.row_key, ''){same_month(raw, 'b', 'f')}\n"
            "WHERE b.row_key IS NULL"
        )
    return sql


def _text(column: Column, prefix: str = "") -> str:
    """The column's value as violations write it."""
    value = f"{prefix}{column.name}"
    match column.type:
        case Type.STRING:
            return value
        case Type.TIMESTAMP:
            return f"FORMAT_TIMESTAMP('%F %H:%M:%E6S', {value})"
        case _:
            return f"CAST({value} AS STRING)"


def _described(raw: Table) -> str:
    """The generated rules as a markdown table."""
    missing, duplicate, repeated = key_remediations(raw)
    key = [f"`{name}`" for name in raw.key]
    rules = [
        (missing, f"{' or '.join(key)} is null or empty"),
        (duplicate, f"rows that differ have the same {' and '.join(key)}"),
        (repeated, "several rows are equal in every column"),
        *((each, _when(raw, each)) for each in raw.remediations if each.fault is not None),
    ]
    lines = [f"| `{each.kind}` | {when} | {each.done} |" for each, when in rules]
    return "\n".join(["| kind | when | remediation |", "|---|---|---|", *lines])


def _when(raw: Table, remediation: Remediation) -> str:
    column = raw.column(remediation.columns[0])
    name = f"`{column.name}`"
    match remediation.fault:
        case Fault.MISSING:
            text = column.type is Type.STRING and raw.foreign_key(column.name) is None
            return f"{name} is null{' or empty' if text else ''}"
        case Fault.NOT_ACCEPTED:
            null = "null is one" if _null_is_not_accepted(raw, column) else "null is no error"
            return f"{name} is none of {', '.join(column.accepted)} ({null})"
        case Fault.OUT_OF_RANGE:
            bounds = ((column.minimum, "below"), (column.maximum, "above"))
            return f"{name} is {' or '.join(f'{word} {bound:g}' for bound, word in bounds if bound is not None)}"
        case _:
            key = raw.foreign_key(column.name)
            assert key is not None
            parent = CATALOG[key.references]
            if remediation.fault is Fault.PARENT_QUARANTINED:
                return f"{name} is among the rows of {parent} in quarantine"
            where = " of the same signup month" if raw.partitioned and parent.partitioned else ", where that has any row"
            return f"{name} is not in {parent}{where}"


def _require_rule(raw: Table, written: Draft) -> None:
    """The generated text reads the file's rows by name: a misspelt one is the file's mistake."""
    from ecom_platform.warehouse.sql.analysis import line_of, parse

    try:
        tree = parse(written.sql)
        expected = list(violations_of(raw).column_names)
        if tree.named_selects != expected:
            line = line_of(tree.selects[0]) if tree.selects else 1
            raise SqlError(
                f"the select list of a rule is {', '.join(expected)}; here it is {', '.join(tree.named_selects)}", line
            )
    except SqlError as error:
        raise written.locate(error) from error
