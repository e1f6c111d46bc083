"""The scorecard tells how good the rules are, and the residual errors what cleaning leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ecom_platform.cli.quality import show
from ecom_platform.quality.scoring.scorecard import NO_RESIDUAL, UNKNOWN_TRUTH, headline, residual_markdown, scorecard_markdown
from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.tables.cleaning import remediations_of
from ecom_platform.tables.quality.residual_errors import RESIDUAL_ERRORS
from ecom_platform.tables.quality.scorecard import SCORECARD
from ecom_platform.warehouse.contract import WarehouseError
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.quality.built import build, world

INJECTED = {(raw.name, each.kind) for raw in CLEANED for each in raw.remediations if each.injected}
ISSUED = (
    "table_name",
    "kind",
    "injected",
    "true_positives",
    "false_positives",
    "false_negatives",
    "precision",
    "recall",
    "repaired",
    "repaired_to_truth",
)


def scores(warehouse: DuckDBWarehouse) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["table_name"], row["kind"]): row for row in warehouse.read(SCORECARD).to_pylist()}


def residual(warehouse: DuckDBWarehouse) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["figure"], row["segment"]): row for row in warehouse.read(RESIDUAL_ERRORS).to_pylist()}


def without_truth(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Raw rows as a real source would give them: no label, no truth."""
    blind = {}
    for name, rows in tables.items():
        kept = rows.slice(0, 0) if name in ("injected_anomalies", "world_truth") else rows
        if "anomaly_flag" in kept.column_names:
            at = kept.column_names.index("anomaly_flag")
            kept = kept.set_column(at, "anomaly_flag", pa.nulls(kept.num_rows, pa.bool_()))
        blind[name] = kept
    return blind


@pytest.fixture(scope="module")
def blind(folder: Path) -> DuckDBWarehouse:
    """The dirty world again, its labels and its truth taken away before any rule ran."""
    return build(folder / "blind.duckdb", world(0.1), without_truth)


def test_the_first_columns_are_the_scorecard_s() -> None:
    assert SCORECARD.column_names[: len(ISSUED)] == ISSUED


def test_every_declared_kind_has_a_row(sound: DuckDBWarehouse, dirty: DuckDBWarehouse) -> None:
    declared = {(raw.name, each.kind) for raw in CLEANED for each in remediations_of(raw)}
    assert set(scores(sound)) == declared
    assert set(scores(dirty)) == declared


def test_everything_injected_is_flagged_and_hardly_anything_else(dirty: DuckDBWarehouse) -> None:
    found = scores(dirty)
    assert {key for key, row in found.items() if row["injected"]} == INJECTED
    for key in INJECTED:
        assert found[key]["recall"] == 1.0, key
        assert found[key]["precision"] >= 0.99, key
        assert found[key]["flagged"] == found[key]["true_positives"] + found[key]["false_positives"]


def test_in_a_world_without_errors_no_row_is_flagged(sound: DuckDBWarehouse) -> None:
    assert {row["flagged"] for row in scores(sound).values()} == {0}
    assert {row["false_positives"] for row in scores(sound).values()} == {0}
    assert {row["avoidable"] for row in residual(sound).values()} == {0.0}
    assert scorecard_markdown(sound.read(SCORECARD)) == "No error was injected, and no row was flagged."


def test_repairs_restore_what_was_there_wherever_something_tells_it(dirty: DuckDBWarehouse) -> None:
    found = scores(dirty)
    for key in [("users", "signup_in_future"), ("orders", "negative_amount"), ("orders", "amount_mismatch")]:
        assert found[key]["repaired_to_truth"] > 0.9 * found[key]["repaired"] > 0, key
    for key in [("users", "missing_region"), ("user_events", "timestamp_reversed")]:
        assert found[key]["repaired"] == found[key]["injected"] > found[key]["repaired_to_truth"], key
    assert found["orders", "orphan_user"]["repaired"] == 0


def test_the_true_side_is_the_clean_twin(sound: DuckDBWarehouse, dirty: DuckDBWarehouse) -> None:
    twin = residual(sound)
    for key, row in residual(dirty).items():
        assert row["true_value"] == pytest.approx(twin[key]["cleaned_value"], rel=1e-12), key


def test_what_cleaning_leaves_is_what_nothing_could_recover(dirty: DuckDBWarehouse) -> None:
    """At ten times the default rates, and so few users (some dozens in a segment) that one order counts for a lot."""
    for (figure, segment), row in residual(dirty).items():
        assert abs(row["avoidable"]) < (0.02 if segment == "all" else 0.1), (figure, segment)
        assert row["error"] == pytest.approx(row["unrecoverable"] + row["avoidable"])


def test_no_rule_reads_the_labels_or_the_truth(dirty: DuckDBWarehouse, blind: DuckDBWarehouse) -> None:
    for layer in ("violations", "quarantine", "clean"):
        for raw in CLEANED:
            table = CATALOG[f"{layer}.{raw.name}"]
            names = [name for name in table.column_names if name != "anomaly_flag"]
            rows = [sorted(map(str, warehouse.read(table, columns=names).to_pylist())) for warehouse in (dirty, blind)]
            assert rows[0] == rows[1], str(table)


def test_where_the_truth_is_unknown_only_rates_are_given(blind: DuckDBWarehouse, dirty: DuckDBWarehouse) -> None:
    known = scores(dirty)
    for key, row in scores(blind).items():
        positives = ("true_positives", "false_positives", "false_negatives")
        assert [row[name] for name in ("injected", *positives, "precision", "recall")] == [None] * 6
        assert row["repaired_to_truth"] is None
        assert row["flagged_rate"] == known[key]["flagged_rate"]
    assert residual(blind) == {}
    assert scorecard_markdown(blind.read(SCORECARD)).startswith(UNKNOWN_TRUTH)
    assert residual_markdown(blind.read(RESIDUAL_ERRORS)) == NO_RESIDUAL
    assert headline(blind.read(SCORECARD)) == {}


def test_ecom_quality_prints_the_scorecard(dirty: DuckDBWarehouse, capsys: pytest.CaptureFixture[str]) -> None:
    show(dirty)
    printed = capsys.readouterr().out
    assert "false positives" in printed
    assert "purchase_without_payment" in printed
    assert "What cleaning leaves behind" in printed
    assert "duplicate_key" not in printed


def test_ecom_quality_says_that_the_truth_is_unknown(blind: DuckDBWarehouse, capsys: pytest.CaptureFixture[str]) -> None:
    show(blind, everything=True)
    printed = " ".join(capsys.readouterr().out.split())
    assert UNKNOWN_TRUTH in printed
    assert NO_RESIDUAL in printed
    assert "duplicate_key" in printed


def test_ecom_quality_before_any_run_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="There is no scorecard yet: materialise the platform with `ecom run`"):
        show(DuckDBWarehouse(tmp_path / "none.duckdb"))
