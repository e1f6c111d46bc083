"""Guarding checks: what must be true of a table before anything is built from it. They are errors, and they block."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from ecom_platform.orchestration.checks.evaluation import CheckFinding, Reported, evaluate
from ecom_platform.orchestration.checks.partitioned import check_spec
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.quality.checks.invariants import demands
from ecom_platform.quality.checks.rules import Rule
from ecom_platform.quality.checks.validation import Breach, Validation, validate
from ecom_platform.tables import Catalog, Table
from ecom_platform.warehouse.contract import RowCounts, Warehouse

CONTRACT = "contract"
ACCOUNTING = "accounting"
BREACHES_SHOWN = 20


def guard(table: Table, months: dg.PartitionsDefinition[str], catalog: Catalog) -> dg.AssetChecksDefinition:
    """The blocking checks of a table: its contract and, where its layer balances with others, that no row was lost."""
    by_month = months if table.partitioned else None
    specs = [
        check_spec(
            CONTRACT,
            table,
            f"{table} has exactly its specified columns and types, and no row violates their rules: keys, references, "
            "required and accepted values, ranges, and what must agree within and between rows. Where it fails, nothing is "
            "built from the table.",
            reads=tables_read(demands(table)),
            months=by_month,
            blocking=True,
        )
    ]
    balance = catalog.balance_of(table)
    if balance:
        arrived, _, rejected = balance
        specs.append(
            check_spec(
                ACCOUNTING,
                table,
                f"No row is dropped silently: the rows of {arrived} are the rows of {table} plus those of {rejected}, "
                f"{'in every signup month' if table.partitioned else 'in all'}.",
                reads=map(str, balance),
                months=by_month,
                blocking=True,
            )
        )

    @dg.multi_asset_check(name=f"{table.layer}__{table.name}__guarding_checks", specs=specs)
    def checks(context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource) -> Iterator[Reported]:
        store = warehouse.open()

        def find(partitions: list[str] | None) -> Mapping[str, CheckFinding]:
            with store.session():
                found = {CONTRACT: contract(validate(store, table, partitions))}
                if balance:
                    found[ACCOUNTING] = accounting(store, balance, partitions)
                return found

        yield from evaluate(context, specs, table.partitioned, dg.AssetCheckSeverity.ERROR, find)

    return checks


def tables_read(rules: Iterable[Rule]) -> set[str]:
    """The tables that the rules look at besides their own."""
    return {table for rule in rules for table in rule.reads}


def contract(validation: Validation) -> CheckFinding:
    """What a validation means for those who build on the table."""
    table = validation.table
    if validation.faults:
        words = f"The columns of {table} are not those that others rely on: {'; '.join(validation.faults)}."
        return CheckFinding({"": 1}, words=f"{words} Nothing was built from it.", details={"faults": list(validation.faults)})
    bad: RowCounts = {}
    for breach in validation.breaches:
        for key, rows in breach.offenders.items():
            bad[key] = max(bad.get(key, 0), rows)
    if not bad:
        return CheckFinding({}, validation.rows)
    worst = sorted(validation.breaches, key=lambda breach: -breach.rows)
    return CheckFinding(
        bad,
        validation.rows,
        f"{table} violates its contract: {in_words(worst[:3])}. Nothing was built from it; what was built before stands.",
        worst[0].examples,
        {"broken_rules": dg.MetadataValue.md(breach_table(worst))},
    )


def in_words(breaches: Sequence[Breach]) -> str:
    """The violated rules, each with its count, as a part of a sentence."""
    return "; ".join(
        f'{breach.rows:,} row{"s violate" if breach.rows > 1 else " violates"} "{breach.rule.words}"' for breach in breaches
    )


def breach_table(breaches: Sequence[Breach]) -> str:
    """The violated rules as a markdown table: a rule a row, with counts and a few keys."""
    lines = ["| rule | what should hold | rows | months | example keys |", "|---|---|---|---|---|"]
    for breach in breaches[:BREACHES_SHOWN]:
        months = len([key for key in breach.offenders if key]) or ""
        examples = ", ".join(breach.examples)
        lines.append(f"| {breach.rule.name} | {breach.rule.words} | {breach.rows:,} | {months} | {examples} |")
    return "\n".join(lines)


def accounting(store: Warehouse, balance: tuple[Table, Table, Table], partitions: Sequence[str] | None) -> CheckFinding:
    """Whether rows arrived = rows kept + rows rejected, the tables of `balance`, in each of the partitions."""
    arrived, kept, rejected = (store.row_counts(table) for table in balance)
    keys = (arrived.keys() | kept.keys() | rejected.keys()) if partitions is None else partitions
    missing = {key: arrived.get(key, 0) - kept.get(key, 0) - rejected.get(key, 0) for key in sorted(keys)}
    bad = {key: abs(rows) for key, rows in missing.items() if rows}
    raw, clean, quarantine = balance
    lost, invented = sum(max(rows, 0) for rows in missing.values()), -sum(min(rows, 0) for rows in missing.values())
    parts = [f"{lost:,} rows of {raw} are in neither {clean} nor {quarantine}"] if lost else []
    parts += [f"{clean} and {quarantine} have {invented:,} rows more than {raw}"] if invented else []
    words = f"Rows do not add up: {'; '.join(parts)}. Nothing was built from {clean}." if parts else ""
    return CheckFinding(bad, {key: arrived.get(key, 0) for key in keys}, words)
