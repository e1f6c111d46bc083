"""Other processes at the same warehouse: small programs that the tests start, and what they do.

Run as `python -m ecom_platform_tests.warehouse.processes PATH DUTY ARGUMENT...`; each prints a word when it has begun.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ecom_platform.warehouse.contract import Query
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.warehouse.tables import JANUARY, VISITS, VISITS_COPY, visits

COPY = Query("SELECT * FROM raw.visits", (VISITS,))
ROWS_OF_A_GENERATION = 4_000


def start(path: Path, duty: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", __name__, str(path), duty, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def started(path: Path, duty: str, *arguments: object) -> subprocess.Popen[str]:
    """The process, once it is in the midst of its duty."""
    process = start(path, duty, *arguments)
    assert process.stdout is not None
    assert process.stdout.readline(), process.communicate()[1]
    return process


def finish(process: subprocess.Popen[str]) -> str:
    """What it said on the error stream; it must have ended well."""
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return errors


def write_each(path: Path, months: Sequence[str]) -> None:
    """Writes both tables of every month, one transaction a month, in turns with whoever else is there."""
    for month in months:
        DuckDBWarehouse(path, wait_seconds=60).replace({VISITS: visits([month], each=50), VISITS_COPY: COPY}, [month])


def write_generations(path: Path, first: str) -> None:
    """Rewrites January for ever; all rows of one write have its generation as `pages`."""
    generation = int(first)
    warehouse = DuckDBWarehouse(path, wait_seconds=60)
    while True:
        rows = visits([JANUARY], each=ROWS_OF_A_GENERATION, pages=generation)
        for _ in range(5):
            warehouse.replace({VISITS: rows, VISITS_COPY: COPY}, [JANUARY])
            print("written", flush=True)
        generation += 1


def write_in_a_session(path: Path, until: str) -> None:
    """Writes until the file `until` exists."""
    warehouse = DuckDBWarehouse(path, wait_seconds=60)
    with warehouse.session():
        while not Path(until).exists():
            warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
            print("written", flush=True)


def think_in_a_session(path: Path, until: str) -> None:
    """Writes, is busy with something else until the file `until` exists, and writes again."""
    warehouse = DuckDBWarehouse(path, wait_seconds=60)
    with warehouse.session():
        warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
        print("thinking", flush=True)
        while not Path(until).exists():
            time.sleep(0.01)
        warehouse.replace({VISITS: visits([JANUARY], each=3)}, [JANUARY])


def materialise(path: Path, months: Sequence[str]) -> None:
    """A Dagster run for each month, as a backfill makes them."""
    import dagster as dg

    from ecom_platform.orchestration.io_manager import WarehouseIOManager
    from ecom_platform.orchestration.resources import DuckDBResource
    from ecom_platform_tests.warehouse.assets import clean_query, raw_rows

    resources = {"io_manager": WarehouseIOManager(warehouse=DuckDBResource(path=str(path), wait_seconds=60))}
    with dg.DagsterInstance.ephemeral() as instance:
        for month in months:
            dg.materialize([raw_rows, clean_query], instance=instance, resources=resources, partition_key=month)


def hold_with_another_program(path: Path, seconds: str) -> None:
    """Opens the file as a program does that knows nothing of the platform."""
    import duckdb

    with duckdb.connect(str(path)):
        print("held", flush=True)
        time.sleep(float(seconds))


DUTIES = {
    "write_each": lambda path, *months: write_each(path, months),
    "materialise": lambda path, *months: materialise(path, months),
    "write_generations": write_generations,
    "write_in_a_session": write_in_a_session,
    "think_in_a_session": think_in_a_session,
    "hold_with_another_program": hold_with_another_program,
}

if __name__ == "__main__":
    DUTIES[sys.argv[2]](Path(sys.argv[1]), *sys.argv[3:])
