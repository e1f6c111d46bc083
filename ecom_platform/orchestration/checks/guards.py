"""Guarding checks: what must be true of a table before anything is built from it. They are errors, and they block."""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from ecom_platform.orchestration.checks.outcome import Outcome, Told, tell
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.quality.checks.validation import Breach, Validation, validate
from ecom_platform.tables import CATALOG, Table
from ecom_platform.warehouse.contract import RowCounts, Warehouse

CONTRACT = "contract"
ACCOUNTING = "accounting"
BREACHES_SHOWN = 20


def guard(table: Table, months: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    """The blocking checks of a table: its contract and, of a clean table, that no row was lost on the way to it."""
    key = dg.AssetKey([table.layer, table.name])
    partitions = months if table.partitioned else None
    specs = [
        dg.AssetCheckSpec(
            CONTRACT,
            asset=key,
            description=f"{table} has exactly its specified columns and types, and every row keeps their rules: keys, "
            "references, required and accepted values, ranges, and what must agree within and between rows. Where it "
            "fails, nothing is built from the table.",
            blocking=True,
            partitions_def=partitions,
        )
    ]
    trio = _trio(table)
    if trio:
        raw, _, quarantine = trio
        specs.append(
            dg.AssetCheckSpec(
                ACCOUNTING,
                asset=key,
                description=f"No row is dropped silently: the rows of {raw} are the rows of {table} plus those of "
                f"{quarantine}, {'in every signup month' if raw.partitioned else 'in all'}.",
                blocking=True,
                additional_deps=[dg.AssetKey([other.layer, other.name]) for other in (raw, quarantine)],
                partitions_def=partitions,
            )
        )

    @dg.multi_asset_check(name=f"{table.layer}__{table.name}__guarding_checks", specs=specs)
    def checks(context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource) -> Iterator[Told]:
        store = warehouse.open()

        def find(partitions: list[str] | None) -> Mapping[str, Outcome]:
            with store.session():
                found = {CONTRACT: contract(validate(store, table, partitions))}
                if trio:
                    found[ACCOUNTING] = accounting(store, trio, partitions)
                return found

        yield from tell(context, specs, table.partitioned, dg.AssetCheckSeverity.ERROR, find)

    return checks


def contract(validation: Validation) -> Outcome:
    """What a validation means for those who build on the table."""
    table = validation.table
    if validation.faults:
        words = f"The columns of {table} are not those that others rely on: {'; '.join(validation.faults)}."
        return Outcome({"": 1}, words=f"{words} Nothing was built from it.", details={"faults": list(validation.faults)})
    bad: RowCounts = {}
    for breach in validation.breaches:
        for key, rows in breach.offenders.items():
            bad[key] = max(bad.get(key, 0), rows)
    if not bad:
        return Outcome({}, validation.rows)
    worst = sorted(validation.breaches, key=lambda breach: -breach.rows)
    words = "; ".join(
        f"in {breach.rows:,} row{'s' * (breach.rows > 1)} it is not so that {breach.rule.words}" for breach in worst[:3]
    )
    return Outcome(
        bad,
        validation.rows,
        f"{table} breaks what it promises: {words}. Nothing was built from it; what was built before stands.",
        worst[0].examples,
        {"broken_rules": dg.MetadataValue.md(breach_table(worst))},
    )


def told(breaches: Sequence[Breach]) -> str:
    """The broken rules as clauses of a sentence."""
    return "; ".join(
        f"in {breach.rows:,} row{'s' * (breach.rows > 1)} it is not so that {breach.rule.words}" for breach in breaches
    )


def breach_table(breaches: Sequence[Breach]) -> str:
    """The broken rules as a markdown table: a rule a row, with counts and a few keys."""
    lines = ["| rule | what should hold | rows | months | example keys |", "|---|---|---|---|---|"]
    for breach in breaches[:BREACHES_SHOWN]:
        months = len([key for key in breach.offenders if key]) or ""
        examples = ", ".join(breach.examples)
        lines.append(f"| {breach.rule.name} | {breach.rule.words} | {breach.rows:,} | {months} | {examples} |")
    return "\n".join(lines)


def accounting(store: Warehouse, trio: tuple[Table, Table, Table], partitions: Sequence[str] | None) -> Outcome:
    """Whether raw rows = clean rows + quarantined rows in each of the partitions."""
    arrived, kept, aside = (store.row_counts(table) for table in trio)
    keys = (arrived.keys() | kept.keys() | aside.keys()) if partitions is None else partitions
    missing = {key: arrived.get(key, 0) - kept.get(key, 0) - aside.get(key, 0) for key in sorted(keys)}
    bad = {key: abs(rows) for key, rows in missing.items() if rows}
    raw, clean, quarantine = trio
    lost, invented = sum(max(rows, 0) for rows in missing.values()), -sum(min(rows, 0) for rows in missing.values())
    parts = [f"{lost:,} rows of {raw} are in neither {clean} nor {quarantine}"] if lost else []
    parts += [f"{clean} and {quarantine} have {invented:,} rows more than {raw}"] if invented else []
    words = f"Rows do not add up: {'; '.join(parts)}. Nothing was built from {clean}." if parts else ""
    return Outcome(bad, {key: arrived.get(key, 0) for key in keys}, words)


def _trio(table: Table) -> tuple[Table, Table, Table] | None:
    if table.layer != "clean":
        return None
    return CATALOG[f"raw.{table.name}"], table, CATALOG[f"quarantine.{table.name}"]
