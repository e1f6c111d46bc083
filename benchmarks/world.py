"""How fast the world is built: rows a second beside its peers and the floor, in one run on one core.

Run it as `python benchmarks/world.py [--users N] [--parquet DIR]`. The peers are `jafgen` and `plotsim` from PyPI; one that is
not installed is skipped with a sentence. The floor is NumPy drawing as many columns of the same types as user_events has and
handing them to Arrow: what no generator on NumPy can beat by much. With `--parquet` the world is also written month by month
and the peak memory reported.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from ecom_platform.world import World, WorldSettings
from ecom_platform.world.columns import bools, dates, fixed_strings, labels, timestamps
from ecom_platform.world.export import write_world

REPEATS = 3


class Measurement(NamedTuple):
    rows: int
    seconds: float
    """CPU seconds of the process: the machine may be busy with other things."""

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


def measure(build: Callable[[], int], repeats: int = REPEATS) -> Measurement:
    """The fastest of a few runs of a function that returns how many rows it made."""
    runs = []
    for _ in range(repeats):
        start = time.process_time()
        rows = build()
        runs.append(Measurement(rows, time.process_time() - start))
    return max(runs, key=lambda run: run.rate)


def events_of_a_month(world: World, month: date) -> int:
    """Build every table of the month; count its events, the usual yardstick."""
    return int(world.month(month)["user_events"].num_rows)


def rows_of_a_month(world: World, month: date) -> int:
    return sum(int(table.num_rows) for table in world.month(month).values())


def floor(rows: int) -> int:
    """Draw the columns of user_events, bare, and hand them to Arrow: ASCII for keys, codes for labels, numbers."""
    random = np.random.Generator(np.random.SFC64(1))
    columns = []
    for width in (17, 17, 36, 17):
        letters = np.frombuffer(random.bytes(rows * width), dtype=np.uint8) & np.uint8(0x7F)
        columns.append(fixed_strings(letters.reshape(rows, width)))
    for size in (5, 3, 4, 6):
        names = [f"value {each}" for each in range(size)]
        columns.append(labels(names, random.integers(0, size, rows, dtype=np.uint8)))
    columns.append(timestamps(random.integers(0, 10**9, rows)))
    columns.extend(bools(random.random(rows, dtype=np.float32) < share) for share in (0.1, 0.02))
    columns.append(dates(np.zeros(rows, dtype=np.int32)))
    return int(pa.Table.from_arrays(columns, names=[f"column {each}" for each in range(len(columns))]).num_rows)


def jafgen() -> int:
    """One simulated year of the jaffle shop, in memory: orders, their items and the customers."""
    from jafgen.simulation import Simulation  # type: ignore[import-not-found,unused-ignore]

    shop = Simulation(1, "raw")
    shop.run_simulation()
    rows = len(shop.orders) + len(shop.customers)
    return rows + sum(len(order.to_dict()) > 0 and len(order.items) for order in shop.orders)


def plotsim() -> int:
    """The retail template that comes with plotsim, in memory."""
    import plotsim as peer  # type: ignore[import-not-found,unused-ignore]

    tables = peer.generate_tables(peer.load_template("retail"), np.random.default_rng(1))
    return sum(len(table) for table in tables.values())


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep the peers' progress bars off the report."""
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        yield


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--users", type=int, default=1_000_000, help="scale of the world whose month is timed")
    arguments.add_argument("--parquet", type=Path, nargs="?", const=Path(tempfile.gettempdir()) / "world", default=None)
    arguments.add_argument("--months", type=int, default=None, help="write only the largest so many months to Parquet")
    options = arguments.parse_args()

    world = World(WorldSettings(users=options.users))
    month = world.months[-6]
    world.month(world.months[0])
    events = measure(lambda: events_of_a_month(world, month))
    everything = Measurement(rows_of_a_month(world, month), events.seconds)
    print(f"world     {events.rate:12,.0f} events a second a core, {everything.rate:,.0f} rows of all its tables")
    bottom = measure(lambda: floor(events.rows))
    print(
        f"floor     {bottom.rate:12,.0f} rows a second: the world takes {bottom.rate / events.rate:.1f} times the floor's time"
    )
    for name, peer in (("jafgen", jafgen), ("plotsim", plotsim)):
        try:
            with quietly():
                rate = measure(peer, repeats=1).rate
        except ModuleNotFoundError:
            print(f"{name:9} is not installed: skipped; `pip install {name}` adds it to the comparison.")
            continue
        print(f"{name:9} {rate:12,.0f} rows a second: the world makes {everything.rate / rate:,.0f} times as many")
    if options.parquet is not None:
        report_parquet(options.users, options.parquet, options.months)


def report_parquet(users: int, out: Path, months: int | None) -> None:
    """Write a world and report time, size and peak memory. With `months`, the last so many full months of the 36."""
    world = World(WorldSettings(users=users))
    chosen = world.months if months is None else world.months[-months - 1 : -1]

    def progress(month: date, done: int, total: int) -> None:
        print(f"\r{month} {done}/{total}", end="", file=sys.stderr)

    started = time.perf_counter()
    paths = write_world(world, out, progress=progress, months=chosen)
    seconds = time.perf_counter() - started
    size = sum(path.stat().st_size for path in paths)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    done = f"{users:,} users, {len(chosen)} months: {seconds:.0f} s, {size / 2**30:.2f} GiB on disk"
    print(f"\nparquet   {done}, peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
