"""quality/truth: it scores the answers that are stored, and the report shows the truth of these answers and of no others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from ecom_platform.insights.effect import Effect, Kind
from ecom_platform.orchestration.assets.quality import quality_assets
from ecom_platform.orchestration.assets.report import write_report
from ecom_platform.orchestration.resources import DuckDBResource
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.tables.insights.answers import ANSWERS
from ecom_platform.tables.quality.true_effects import TRUE_EFFECTS
from ecom_platform.tables.quality.truth import TRUTH
from ecom_platform.truth.scoring import UNKNOWN_TRUTH

TRUE = [{"question": "4.1", "effect": "late_relative", "truth": 0.66}]


def answers(estimate: float) -> pa.Table:
    effect = Effect(
        effect="late_relative",
        kind=Kind.CAUSAL,
        estimand="relative effect",
        population="users",
        unit="user",
        scale="relative",
        window="[30, 360)",
        method="2SLS",
        sentence="Activation raises later orders.",
        n=1_000,
        estimate=estimate,
        ci_low=estimate - 0.2,
        ci_high=estimate + 0.2,
    )
    row = {**effect.row(), "question": "4.1", "tables_read": "insights.experiment_outcomes"}
    return pa.Table.from_pylist([row], schema=ANSWERS.arrow_schema)


class Home:
    """A warehouse with one answer, and what is said to be true of it."""

    def __init__(self, folder: Path, true_effects: list[dict[str, object]]) -> None:
        self.settings = Settings.load({"ECOM_HOME": str(folder)})
        self.resource = DuckDBResource(path=str(folder / "warehouse.duckdb"))
        self.store = self.resource.open()
        windows = CATALOG["raw.observation_windows"]
        seen = {"observed_until": date(2024, 12, 31), "signup_month": date(2024, 1, 1)}
        with self.store.session():
            self.store.replace({windows: pa.Table.from_pylist([seen], schema=windows.arrow_schema)}, ["2024-01-01"])
            self.store.replace({ANSWERS: answers(0.6)}, None)
            self.store.replace({TRUE_EFFECTS: pa.Table.from_pylist(true_effects, schema=TRUE_EFFECTS.arrow_schema)}, None)

    def score(self) -> dict[str, object]:
        """Runs quality/truth; what it says of itself."""
        (asset,) = (each for each in quality_assets(self.settings) if each.key == dg.AssetKey(["quality", "truth"]))
        run = dg.materialize([asset], resources={"warehouse": self.resource})
        (event,) = run.asset_materializations_for_node(asset.node_def.name)
        return {name: entry.value for name, entry in event.metadata.items()}

    @property
    def report(self) -> Path:
        return self.settings.home / "insights" / "report.md"


def test_the_stored_answers_are_scored_and_shown_with_their_truth(tmp_path: Path) -> None:
    home = Home(tmp_path, [*TRUE])
    said = home.score()
    (row,) = home.store.read(TRUTH).to_pylist()
    assert (row["estimate"], row["truth"], row["covered"]) == (pytest.approx(0.6), 0.66, True)
    assert (said["intervals"], said["covered"]) == (1, 1)
    assert "The truth of this world is +66.0%." in home.report.read_text("utf-8")


def test_a_report_on_other_answers_does_not_show_the_truth_of_these(tmp_path: Path) -> None:
    home = Home(tmp_path, [*TRUE])
    home.score()
    home.store.replace({ANSWERS: answers(0.7)}, None)
    write_report(home.store, home.settings, "another run")
    assert "truth of this world" not in home.report.read_text("utf-8")


def test_where_the_truth_is_unknown_the_asset_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path, [])
    assert home.score()["truth"] == UNKNOWN_TRUTH
    assert home.store.read(TRUTH).num_rows == 0
    assert not home.report.exists(), "a report that is right is left alone"
