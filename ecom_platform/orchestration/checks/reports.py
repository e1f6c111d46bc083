"""Reporting checks: what is wrong with the rows as they arrive. They warn, with counts and rates, and stop nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from ecom_platform.orchestration.checks.evaluation import CheckFinding, Reported, evaluate
from ecom_platform.orchestration.checks.guards import breach_table, in_words, tables_read
from ecom_platform.orchestration.checks.partitioned import check_spec
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.quality.checks.arrivals import WINDOWS, Finding, drift, freshness, observed_until, volume
from ecom_platform.quality.checks.invariants import demands
from ecom_platform.quality.checks.rules import Family, Rule
from ecom_platform.quality.checks.validation import Breach, Validation, validate
from ecom_platform.tables import CATALOG, Table
from ecom_platform.tables.cleaning import remediations_of
from ecom_platform.tables.remediation import Remediation
from ecom_platform.tables.spec import PARTITION_COLUMN
from ecom_platform.warehouse.contract import RowCounts, Warehouse

SCHEMA = "schema"
VOLUME = "volume"
FRESHNESS = "freshness"
DRIFT = "drift"
EXAMPLES = 3

OF_THE_WHOLE = (SCHEMA, FRESHNESS, DRIFT)
"""A table has one set of columns and one newest row, and its shares are declared of all users: no month is to blame."""

_WORDS = {
    Family.KEYS: "Every row has a key of its own.",
    Family.MISSING_VALUES: "Columns that a sound row fills are filled.",
    Family.REFERENCES: "What a row refers to (a user, an order, a product) exists in the same signup month.",
    Family.ACCEPTED_VALUES: "Columns with a fixed list of values hold nothing else.",
    Family.RANGES: "Numbers are within what is possible.",
    Family.CONSISTENCY: "Rows agree with each other as most do; what disagrees may be behaviour, and stays.",
}


def report(raw: Table, months: dg.PartitionsDefinition[str], synthetic: bool) -> dg.AssetChecksDefinition:
    """The reporting checks of a raw table: one for each kind of error, and what its specification demands, by family."""
    violations = CATALOG[f"violations.{raw.name}"]
    kinds = remediations_of(raw)
    arrivals = _arrivals(raw, synthetic)
    families = [family for family in Family if _rules(raw, family)]
    # Where a table that a rule reads was never written, no rule can be judged: the schema check says so.
    described = [
        (SCHEMA, f"{raw} has exactly its specified columns and types.", tables_read(demands(raw))),
        *((family.value, _WORDS[family], tables_read(_rules(raw, family))) for family in families),
        *((kind.kind, _kind_words(kind), {str(violations)}) for kind in kinds),
        *((name, words, {str(WINDOWS)}) for name, words in arrivals.items()),
    ]
    months_of = {name: months if raw.partitioned and name not in OF_THE_WHOLE else None for name, _, _ in described}
    specs = [check_spec(name, raw, words, reads=reads, months=months_of[name]) for name, words, reads in described]

    @dg.multi_asset_check(name=f"{raw.layer}__{raw.name}__reporting_checks", specs=specs)
    def checks(context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource) -> Iterator[Reported]:
        store = warehouse.open()

        def find(partitions: list[str] | None) -> Mapping[str, CheckFinding]:
            with store.session():
                validation = validate(store, raw, partitions)
                rows = validation.rows if not validation.faults else store.row_counts(raw)
                return {
                    SCHEMA: _schema(validation),
                    **{family.value: _family(validation, family) for family in families},
                    **_kinds(store, violations, kinds, rows, partitions),
                    **_unusual(store, raw, list(arrivals), partitions),
                }

        yield from evaluate(context, specs, raw.partitioned, dg.AssetCheckSeverity.WARN, find)

    return checks


def _rules(raw: Table, family: Family) -> list[Rule]:
    return [rule for rule in demands(raw) if rule.family is family]


def _kind_words(kind: Remediation) -> str:
    return (
        f"Rows with the error {kind.kind} in {', '.join(kind.columns)}. What is done about them: {kind.done}, "
        f"because {kind.why}."
    )


def _arrivals(raw: Table, synthetic: bool) -> dict[str, str]:
    """Names and descriptions of the checks on what arrived as a whole, as far as the table can have them."""
    checks = {}
    if raw.partitioned:
        checks[VOLUME] = "No month has far fewer or far more rows than the three months before it."
    if raw.event_date is not None:
        checks[FRESHNESS] = "Rows of the last days are there: there is no longer silence than chance explains."
    if synthetic and any(column.shares for column in raw.columns):
        checks[DRIFT] = "Values are mixed as the synthetic world declares, within two percentage points."
    return checks


def _unusual(store: Warehouse, raw: Table, names: Sequence[str], partitions: Sequence[str] | None) -> dict[str, CheckFinding]:
    until = observed_until(store)
    if until is None:
        return {name: CheckFinding({}) for name in names}
    findings = {}
    for name in names:
        if name == VOLUME:
            rows = store.row_counts(raw)
            found = volume(raw, rows, until)
            found = Finding(
                {key: bad for key, bad in found.bad.items() if partitions is None or key in partitions}, found.words
            )
        else:
            found = freshness(raw, store, until) if name == FRESHNESS else drift(raw, store)
        findings[name] = CheckFinding(found.bad, words=found.words if found.bad else "")
    return findings


def _schema(validation: Validation) -> CheckFinding:
    if not validation.faults:
        return CheckFinding({}, validation.rows)
    words = f"The columns of {validation.table} are not as specified: {'; '.join(validation.faults)}."
    return CheckFinding({"": 1}, words=words, details={"faults": list(validation.faults)})


def _family(validation: Validation, family: Family) -> CheckFinding:
    breaches = [breach for breach in validation.breaches if breach.rule.family is family]
    if not breaches:
        return CheckFinding({}, validation.rows)
    bad: RowCounts = {}
    for breach in breaches:
        for key, rows in breach.offenders.items():
            bad[key] = bad.get(key, 0) + rows
    details = {"broken_rules": dg.MetadataValue.md(breach_table(breaches))}
    return CheckFinding(bad, validation.rows, f"{in_words(breaches)}.", _examples(breaches), details)


def _examples(breaches: Sequence[Breach]) -> tuple[str, ...]:
    return tuple(key for breach in breaches for key in breach.examples)[:EXAMPLES]


def _kinds(
    store: Warehouse,
    violations: Table,
    kinds: Sequence[Remediation],
    rows: RowCounts,
    partitions: Sequence[str] | None,
) -> dict[str, CheckFinding]:
    """The rows at fault of each kind, from the violations that cleaning found."""
    month = f", {PARTITION_COLUMN}" if violations.partitioned else ""
    counted = store.query(
        f"SELECT kind{month}, COUNT(DISTINCT row_key) AS bad, "
        "COUNT(DISTINCT IF(remediation = 'repair', row_key, NULL)) AS repaired "
        f"FROM {violations} GROUP BY kind{month}",
        [violations],
        partitions,
    ).to_pylist()
    first = store.query(
        f"SELECT kind, row_key FROM (SELECT DISTINCT kind, row_key FROM {violations}) AS found "
        f"WHERE row_key <> '' QUALIFY ROW_NUMBER() OVER (PARTITION BY kind ORDER BY row_key) <= {EXAMPLES}",
        [violations],
        partitions,
    ).to_pylist()
    findings = {}
    for kind in kinds:
        found = [row for row in counted if row["kind"] == kind.kind]
        bad = {str(row[PARTITION_COLUMN]) if month else "": row["bad"] for row in found}
        total, repaired = sum(bad.values()), sum(row["repaired"] for row in found)
        examples = tuple(sorted(row["row_key"] for row in first if row["kind"] == kind.kind))
        details: dict[str, Any] = {"repaired": repaired, "quarantined": total - repaired} if total else {}
        words = f"Rows with this error: {total:,}; {repaired:,} repaired, {total - repaired:,} quarantined." if total else ""
        findings[kind.kind] = CheckFinding(bad, rows, words, examples, details)
    return findings
