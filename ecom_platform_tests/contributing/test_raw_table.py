"""Adding the raw table `returns` as CONTRIBUTING.md says: four files, and everything else follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecom_platform_tests.contributing.guide import Copy

TITLE = "Add a raw table"
WORLD = {"ECOM_USERS": "40000", "ECOM_START_MONTH": "2026-01", "ECOM_AS_OF": "2026-02-20"}
SPECIFICATION = "ecom_platform/tables/raw/returns.py"

LOOK = """
import json, sys
from ecom_platform.orchestration.resources import warehouse_resource
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
store = warehouse_resource(Settings.load()).open()
names = ("raw.returns", "violations.returns", "quarantine.returns", "clean.returns")
print(json.dumps({name: store.read(CATALOG[name]).to_pylist() for name in names}, default=str))
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The package with the table added."""
    copy = Copy(tmp_path_factory.mktemp("returns"))
    assert len(copy.apply(TITLE)) == 4
    return copy


def test_four_files_make_a_table_that_is_filled_checked_and_cleaned(shop: Copy) -> None:
    environment = {**WORLD, "ECOM_HOME": str(shop.folder / "home")}
    run = shop.python(
        "-c",
        "from ecom_platform.cli import main; main()",
        "run",
        "--select",
        'group:raw or +key:"clean/returns"',
        **environment,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    found = shop.python("-c", LOOK, **environment)
    tables = json.loads(found.stdout)
    raw, violations, quarantine, clean = tables.values()
    assert len(raw) == len(clean) + len(quarantine) > 5
    assert {row["kind"] for row in violations} <= {"unknown_reason", "orphan_order", "order_quarantined"}
    misspelt = {row["return_id"] for row in raw if row["reason"] == "demaged"}
    assert misspelt
    repaired = {row["return_id"]: row for row in clean if row["repair_reason"]}
    assert set(repaired) == misspelt - {row["return_id"] for row in quarantine}
    assert all((row["reason"], row["original_values"]) == (None, "reason=demaged") for row in repaired.values())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('key=("return_id",),', "key=(),", "raw.returns has no key; name the columns that identify its rows."),
        (
            'made_by="world/returns.py",',
            "",
            "raw.returns has no rows; name the file of the synthetic world that makes them, as made_by.",
        ),
        (
            'made_by="world/returns.py",',
            'made_by="world/refunds.py",',
            "raw.returns has no rows: made_by is world/refunds.py, and there is no such file in ecom_platform.",
        ),
        (
            'emptied("unknown_reason", "reason", Fault.NOT_ACCEPTED, "nothing tells the true one"),',
            "",
            "raw.returns declares no remediation where reason is not among the accepted values.",
        ),
        (
            'quarantined("orphan_order", "order_id", Fault.ORPHAN, "nothing tells what came back"),',
            "",
            "raw.returns declares no remediation where order_id is a reference to nothing.",
        ),
        (
            "accepted=REASONS),",
            "),",
            "raw.returns declares unknown_reason but demands nothing of reason that a value could fail to meet as "
            "'not accepted'.",
        ),
    ],
)
def test_what_a_specification_leaves_out_stops_the_load(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    copy = Copy(tmp_path)
    copy.apply(TITLE)
    path = copy.folder / SPECIFICATION
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    loaded = copy.python("-c", "import ecom_platform.tables")
    assert loaded.returncode != 0
    assert loaded.stderr.splitlines()[-1] == f"ecom_platform.tables.spec.SpecificationError: {SPECIFICATION}: {sentence}"


def test_a_table_that_the_world_forgets_is_named_when_it_runs(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.apply(TITLE)
    copy.replace("ecom_platform/world/assemble.py", '"returns": returns(cohort, days),', "")
    environment = {**WORLD, "ECOM_USERS": "50", "ECOM_HOME": str(tmp_path / "home")}
    run = copy.python("-c", "from ecom_platform.cli import main; main()", "run", "--select", "group:raw", **environment)
    assert run.returncode == 1
    assert f"{SPECIFICATION}: raw.returns has no rows: world/returns.py makes none." in run.stdout + run.stderr
