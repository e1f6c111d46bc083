"""What analyses and insights cost beyond the marts, and how much of the warehouse enters Python.

    python -m benchmarks.insights [--users 1000000] [--home a built ECOM_HOME]

Every asset of the two layers as its run makes it, one after the other, on one warehouse: its SQL, or its aggregates, estimates
and picture. Bytes are counted where they leave the warehouse: at the calls that read a table or answer a query. A home is
copied, not touched; without one, a world of that size is built first. Fails where more bytes enter Python than are allowed at
any size; seconds are printed beside what a million users may take, and judged by a person, on a quiet machine.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.analysis import analysis
from ecom_platform.insights.inquiry import Context, inquiries
from ecom_platform.orchestration.assets.analyses import analysed
from ecom_platform.orchestration.assets.insights import answered
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, ESTIMATES, Table
from ecom_platform.tables.insights import LIFETIME_VALUE
from ecom_platform.tables.insights.answers import ANSWERS, ANSWERS_TO
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

if TYPE_CHECKING:
    import pyarrow as pa

AS_OF = date(2026, 11, 22)
SECONDS_FOR_A_MILLION, ALLOWED_BYTES = 60, 50_000_000
SHOP = Context(currency="KRW")
SHOWN = 12

CLEANING, MARTS, MEASURED = ("violations", "quarantine", "clean"), ("marts",), ("analysis", "insights")


class Metered(DuckDBWarehouse):
    """The warehouse, and how many bytes it has given away."""

    given = 0

    def read(self, *arguments: Any, **options: Any) -> pa.Table:
        return self._given(super().read(*arguments, **options))

    def query(self, *arguments: Any, **options: Any) -> pa.Table:
        return self._given(super().query(*arguments, **options))

    def _given(self, rows: pa.Table) -> pa.Table:
        self.given += rows.nbytes
        return rows


class Cost(NamedTuple):
    """What an asset took: seconds by the clock and of the processor, and bytes that entered Python."""

    seconds: float
    processor: float
    received: int


class Bench:
    """A warehouse, and what each asset that was made in it took."""

    def __init__(self, warehouse: Metered, months: list[str]) -> None:
        self.warehouse, self.months = warehouse, months
        self.costs: dict[str, Cost] = {}
        self._python = {str(table): table for table in (*ESTIMATES, *LIFETIME_VALUE)}

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        started, processor, given = time.perf_counter(), time.process_time(), self.warehouse.given
        yield
        self.costs[name] = Cost(time.perf_counter() - started, time.process_time() - processor, self.warehouse.given - given)

    def sql(self, layers: tuple[str, ...]) -> None:
        """The SQL assets of these layers, and the Python ones that they read, each after what it reads."""
        for file in platform_sql():
            if file.table.layer not in layers:
                continue
            for table in file.reads:
                self.analysis(table)
            with self.measured(str(file.table)):
                self.warehouse.replace({file.table: file.query()}, self.months if file.table.partitioned else None)

    def analysis(self, table: Table) -> None:
        """A Python analysis, unless it has been made or is none."""
        if self._python.pop(str(table), None) is None:
            return
        with self.measured(str(table)):
            made = analysed(self.warehouse, SHOP, analysis(table))
            self.warehouse.replace({table: made.rows}, None)
            _draw(made.finding.chart)

    def answers(self) -> None:
        """Every question, its picture, and all answers in one table."""
        import pyarrow as pa

        for question, inquiry in inquiries().items():
            table = ANSWERS_TO[question.number]
            with self.measured(str(table)):
                found = answered(self.warehouse, SHOP, question, inquiry)
                self.warehouse.replace({table: found.rows}, None)
                _draw(inquiry.chart(found.aggregates, found.effects) if inquiry.chart else None)
        with self.measured(str(ANSWERS)):
            parts = [self.warehouse.read(part) for part in ANSWERS_TO.values()]
            self.warehouse.replace({ANSWERS: pa.concat_tables(parts)}, None)

    def total(self, layers: tuple[str, ...]) -> Cost:
        own = [cost for name, cost in self.costs.items() if name.split(".")[0] in layers]
        return Cost(sum(c.seconds for c in own), sum(c.processor for c in own), sum(c.received for c in own))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=1_000_000, help="scale of the world that is built without a home")
    parser.add_argument("--home", type=Path, help="a home whose clean layer is built already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        if arguments.home:
            shutil.copy(arguments.home / "warehouse.duckdb", path)
        bench = Bench(*(_held(path) if arguments.home else _built(path, arguments.users)))
        with bench.warehouse.session():
            measure(bench, clean=not arguments.home)
        wrong = report(bench)
    sys.exit(wrong)


def measure(bench: Bench, clean: bool) -> None:
    if clean:
        bench.sql(CLEANING)
    bench.sql(MARTS)
    bench.sql(MEASURED)
    for table in (*ESTIMATES, *LIFETIME_VALUE):
        bench.analysis(table)
    bench.answers()


def report(bench: Bench) -> str | None:
    """Prints what was measured; returns what is wrong with it, if anything is."""
    marts, measured = bench.total(MARTS), bench.total(MEASURED)
    users = sum(bench.warehouse.row_counts(CATALOG["marts.dm_user_purchase_summary"]).values())
    own = {name: cost for name, cost in bench.costs.items() if name.split(".")[0] in MEASURED}
    print(f"{len(own)} analyses and insights of {users:,} users: {_line(measured)}")
    print(f"A million users may take {SECONDS_FOR_A_MILLION} s on two quiet cores")
    print(f"The marts: {_line(marts)}; ratio to them {measured.seconds / marts.seconds:.2f}")
    print(f"Peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    for title, by in (("slowest", "seconds"), ("most bytes", "received")):
        print(f"{title}:")
        for name, cost in sorted(own.items(), key=lambda item: -getattr(item[1], by))[:SHOWN]:
            print(f"  {name:<44}{_line(cost)}")
    if measured.received > ALLOWED_BYTES:
        return f"{measured.received:,} bytes entered Python, {ALLOWED_BYTES:,} are allowed"
    return None


def _line(cost: Cost) -> str:
    return f"{cost.seconds:7.2f} s ({cost.processor:7.2f} s of processor time), {cost.received / 1e6:7.2f} MB"


def _draw(chart: Any) -> None:
    from ecom_platform.insights.pictures import png

    if chart is not None:
        png(chart)


def _held(path: Path) -> tuple[Metered, list[str]]:
    warehouse = Metered(path)
    return warehouse, sorted(warehouse.row_counts(CATALOG["raw.users"]))


def _built(path: Path, users: int) -> tuple[Metered, list[str]]:
    from ecom_platform.world import World, WorldSettings

    warehouse, world = Metered(path), World(WorldSettings(users=users, as_of=AS_OF))
    with warehouse.session():
        warehouse.replace({CATALOG["raw.products"]: world.products()}, None)
        for month in world.months:
            rows = {CATALOG[f"raw.{name}"]: table for name, table in world.month(month).items()}
            warehouse.replace(rows, [month.isoformat()])
    return warehouse, [month.isoformat() for month in world.months]


if __name__ == "__main__":
    main()
