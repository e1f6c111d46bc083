"""Adding an invariant as CONTRIBUTING.md says: one file, and every run asks it of its table."""

from __future__ import annotations

from pathlib import Path

from ecom_platform_tests.contributing.guide import Copy

STORY = """
from datetime import UTC, date, datetime
from pathlib import Path
import pyarrow as pa
from ecom_platform.quality.checks.validation import validate
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

sessions, warehouse = CATALOG["marts.dm_funnel_events"], DuckDBWarehouse(Path("warehouse.duckdb"))
month, noon = date(2026, 1, 1), datetime(2026, 1, 5, 12, tzinfo=UTC)
users = CATALOG["clean.users"]
user = dict.fromkeys(users.column_names) | {"user_id": "u", "signup_month": month}
warehouse.replace({users: pa.Table.from_pylist([user], schema=users.arrow_schema)}, ["2026-01-01"])
for begins, ends in ((11, 12), (12, 12), (13, 12)):
    row = {"user_id": "u", "session_id": "s", "signup_month": month}
    row |= {"session_start": noon.replace(hour=begins), "session_end": noon.replace(hour=ends)}
    rows = pa.Table.from_pylist([dict.fromkeys(sessions.column_names) | row], schema=sessions.arrow_schema)
    warehouse.replace({sessions: rows}, ["2026-01-01"])
    broken = [breach.rule.words for breach in validate(warehouse, sessions, ["2026-01-01"]).breaches]
    print("a session does not end before it begins" in broken)
"""


def test_one_file_makes_an_invariant_that_is_asked_of_its_table(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert len(copy.apply("Add a check")) == 1
    answer = copy.python("-c", STORY)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == ["False", "False", "True"]
