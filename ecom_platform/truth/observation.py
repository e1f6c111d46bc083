"""What the platform would see of a world: its tables without errors, through the platform's own SQL, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ecom_platform.insights.inquiry import Aggregates, as_frame
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.tables.cleaning import clean_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ecom_platform.tables import Table
    from ecom_platform.warehouse.duckdb.memory import Memory, Plan
    from ecom_platform.world import WorldSettings

COMPUTED = ("marts", "insights", "quality")


@contextmanager
def observed(settings: WorldSettings, tables: Iterable[str], *, without: str = "") -> Iterator[Memory]:
    """The clean twin of a world, with what is needed to read `tables` (by full name) from it.

    The twin has no error, so the raw rows are the clean ones. `without` names an experiment that leaves no record.
    """
    from ecom_platform.warehouse.duckdb.memory import in_memory

    with in_memory(_plan(tuple(tables))) as memory:
        memory.give(_clean_twin(settings, without))
        yield memory


def aggregates(settings: WorldSettings, tables: Iterable[str]) -> Aggregates:
    """The tables as an inquiry gets them: `INQUIRY.answer(aggregates(settings, INQUIRY.reads), context)`."""
    names = tuple(tables)
    with observed(settings, names) as memory:
        return frames(memory, names)


def frames(memory: Memory, tables: Iterable[str]) -> Aggregates:
    return {name: as_frame(memory.read(CATALOG[name])) for name in tables}


@lru_cache(maxsize=8)
def _plan(tables: tuple[str, ...]) -> Plan:
    from ecom_platform.warehouse.duckdb.memory import Plan

    return Plan(platform_sql(COMPUTED), [CATALOG[name] for name in tables])


def _clean_twin(settings: WorldSettings, without: str) -> Mapping[Table, pa.Table]:
    import pyarrow as pa
    import pyarrow.compute as pc

    from ecom_platform.world import World

    world = World(replace(settings, user_anomaly_rate=0.0, order_anomaly_rate=0.0, event_anomaly_rate=0.0))
    months = [world.month(month) for month in world.months]
    rows = {name: pa.concat_tables([month[name] for month in months]) for name in months[0]}
    drawn = rows["experiment_assignments"]
    rows["experiment_assignments"] = drawn.filter(pc.not_equal(drawn["experiment"], pa.scalar(without)))
    given = {CATALOG[f"raw.{name}"]: found for name, found in {**rows, "products": world.products()}.items()}
    return given | {clean_of(raw): found for raw, found in given.items() if raw in CLEANED}
