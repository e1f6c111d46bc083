"""What keeps the house in order beside import-linter: names that mean one thing, and one registry of targets."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import ecom_platform
from ecom_platform.orchestration.resources import RESOURCES, warehouse_resource
from ecom_platform.settings import TARGETS, Settings
from ecom_platform.warehouse.contract import WarehouseError

PACKAGE = Path(ecom_platform.__file__).parent
ROOMS_OF_TARGETS = (
    "warehouse/duckdb/",
    "warehouse/bigquery/",
    "warehouse/sql/",
    "settings.py",
    "orchestration/resources.py",
    "dashboard/tableau/connections.py",
)
"""Where an engine's name may stand; Tableau's connector to one bears its name."""


def modules() -> dict[str, ast.Module]:
    return {str(path.relative_to(PACKAGE)): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def test_no_two_classes_have_one_name() -> None:
    names = Counter(node.name for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_engine_is_named_outside_its_rooms() -> None:
    named = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if not path.startswith(ROOMS_OF_TARGETS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in TARGETS
    ]
    assert named == []


def test_every_target_of_the_settings_has_a_resource() -> None:
    assert tuple(RESOURCES) == TARGETS


def test_an_unknown_target_has_no_default() -> None:
    @dataclass(frozen=True)
    class Elsewhere:
        target: str
        settings: Settings

        def __getattr__(self, name: str) -> Any:
            return getattr(self.settings, name)

    with pytest.raises(WarehouseError, match="There is no target 'snowflake': the targets are duckdb, bigquery"):
        warehouse_resource(Elsewhere("snowflake", Settings.load({})))
