"""A source's fingerprint follows the content of its files and nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ecom_platform.origins.source import Source
from ecom_platform_tests.origins.source.conftest import OpenSource

FILES: dict[str, str | None] = {
    "_people.sql": "SELECT * FROM 'people.csv'",
    "people.csv": "id,day\n1,2024-01-05\n",
    "users.sql": "SELECT id AS user_id, day AS signup_date FROM _people",
    "orders.csv": "order_id,user_id,order_date\no1,1,2024-02-01\n",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", "id,day\n1,2024-01-06\n"),
        ("_people.sql", "SELECT * FROM 'people.csv' WHERE true"),
        ("users.sql", "SELECT id AS user_id, day AS signup_date FROM _people LIMIT 1"),
        ("orders.csv", "order_id,user_id,order_date\no2,1,2024-02-01\n"),
        ("source.toml", 'start_month = "2024-01"\nas_of = 2024-03-16\n'),
        ("products.sql", "SELECT 'p' AS product_id"),
    ],
)
def test_it_changes_with_the_content_of_any_file(open_source: OpenSource, name: str, text: str) -> None:
    before = open_source(FILES).fingerprint()
    assert open_source({**FILES, name: text}).fingerprint() != before


def test_it_does_not_change_with_times_or_place_or_notes(open_source: OpenSource, folder: Path, tmp_path: Path) -> None:
    before = open_source(FILES).fingerprint()
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere)
    (elsewhere / "README.md").write_text("notes")
    os.utime(elsewhere / "people.csv", (0, 0))
    assert Source.open(elsewhere, environ={}).fingerprint() == before


def test_it_is_the_same_after_a_file_is_written_back(open_source: OpenSource) -> None:
    before = open_source(FILES).fingerprint()
    source = open_source({**FILES, "people.csv": "id,day\n2,2024-01-05\n"})
    assert source.fingerprint() != before
    assert open_source(FILES).fingerprint() == before
