from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.quality.built import build, world

Change = Callable[..., DuckDBWarehouse]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quality")


@pytest.fixture(scope="session")
def sound(folder: Path) -> DuckDBWarehouse:
    """A warehouse of a world without errors."""
    return build(folder / "sound.duckdb", world(0.0))


@pytest.fixture(scope="session")
def dirty(folder: Path) -> DuckDBWarehouse:
    """A warehouse of a world with so many errors that every kind occurs."""
    return build(folder / "dirty.duckdb", world(0.1))


@pytest.fixture
def changed(sound: DuckDBWarehouse, tmp_path: Path) -> Change:
    """A copy of the sound warehouse to which somebody did something outside the platform."""

    def change(*statements: str) -> DuckDBWarehouse:
        import duckdb

        path = Path(shutil.copy(sound.path, tmp_path / "changed.duckdb"))
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)
        return DuckDBWarehouse(path)

    return change
