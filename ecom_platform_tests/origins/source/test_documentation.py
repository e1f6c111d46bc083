"""The worked example of docs/sources.md is a source that works, and gives what the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from ecom_platform.origins.source import Source
from ecom_platform.origins.source.columns import required_columns
from ecom_platform.origins.source.settings import VOCABULARIES
from ecom_platform.tables import CLEANED
from ecom_platform_tests.origins.source.conftest import months_of, rows

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_worked_example_loads(tmp_path: Path) -> None:
    files = dict(re.findall(r"^`([\w./]+)`\n\n```\w+\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    source = Source.open(tmp_path, environ={})
    assert months_of(source, "users", "user_id") == {"1": date(2024, 1, 1), "2": date(2024, 2, 1)}
    assert months_of(source, "orders", "order_id") == {
        "1001": date(2024, 1, 1),
        "1002": date(2024, 1, 1),
        "1003": date(2024, 3, 1),
        "1004": date(2024, 2, 1),
    }
    assert len(rows(source, "order_items")) == 5
    assert source.products().num_rows == 2


def test_the_table_of_required_columns_is_what_is_checked() -> None:
    for table in CLEANED:
        columns = ", ".join(f"`{name}`" for name in required_columns(table))
        assert f"| `{table.name}` | {columns} |" in PAGE


def test_every_vocabulary_is_listed() -> None:
    for column, accepted in VOCABULARIES.items():
        if accepted:
            assert f"| `{column}` | {', '.join(f'`{value}`' for value in accepted)} |" in PAGE
