"""What a whole run costs, beside its floor.

    python -m benchmarks.run [--users 100000]

The floor is the least that anything doing the same job could cost: as many values as the raw tables hold, drawn by plain
NumPy and written by DuckDB, plus a Dagster run of the same graph, partitions and checks in which every step does nothing.
Each part runs in a process of its own, one after the other, on the same machine in the same minutes.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

AS_OF = date(2026, 11, 22)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--part", choices=list(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--home", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        started = time.perf_counter()
        figures = PARTS[arguments.part](Path(arguments.home), arguments.users)
        figures["seconds"] = figures.get("seconds", time.perf_counter() - started)
        figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(figures))
        return
    with tempfile.TemporaryDirectory() as folder:
        parts = {}
        for part in PARTS:
            print(f"{part} ...", file=sys.stderr, flush=True)
            parts[part] = _measure(part, Path(folder), arguments.users)
            print(f"    {parts[part]['seconds']:.1f} s", file=sys.stderr, flush=True)
    _report(parts, arguments.users)


def _measure(part: str, home: Path, users: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.run", "--part", part, "--users", str(users), "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"benchmarks.run: {part} failed:\n{done.stderr}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _settings(home: Path, users: int) -> Any:
    from ecom_platform.settings import Settings

    return Settings.load({"ECOM_HOME": str(home), "ECOM_USERS": str(users), "ECOM_AS_OF": AS_OF.isoformat()})


def _execute(home: Path, definitions: Any, settings: Any) -> dict[str, Any]:
    """Runs every asset for every month; seconds of each layer's steps, and of the whole."""
    from ecom_platform.cli.instance import INSTANCE_YAML
    from ecom_platform.orchestration.automation.schedules import range_tags
    from ecom_platform.orchestration.partitions import signup_months

    os.environ["DAGSTER_HOME"] = str(home)
    home.mkdir(parents=True)
    # The same instance as `ecom run` has, for the platform and for its floor.
    (home / "dagster.yaml").write_text(INSTANCE_YAML)
    keys = signup_months(settings.start_month, settings.as_of).get_partition_keys()
    with dg.DagsterInstance.get() as instance:
        started = time.perf_counter()
        result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            tags=range_tags(keys[0], keys[-1]),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        seconds = time.perf_counter() - started
        layers: dict[str, float] = defaultdict(float)
        for step in instance.get_run_step_stats(result.run_id):
            name = "checks" if "check" in step.step_key else step.step_key.split("__")[0].replace("raw_cohorts", "raw")
            layers[name] += (step.end_time or 0) - (step.start_time or 0)
    return {"seconds": seconds, "layers": layers}


def platform(home: Path, users: int) -> dict[str, Any]:
    """The whole platform as `ecom run` runs it."""
    from ecom_platform.definitions import build_definitions

    settings = _settings(home, users)
    return _execute(home / "dagster", build_definitions(settings), settings)


def generation(home: Path, users: int) -> dict[str, Any]:
    """The world's rows as Arrow tables, kept nowhere."""
    from ecom_platform.origins.origin import open_origin

    world = open_origin(_settings(home, users), AS_OF)
    started = time.perf_counter()
    world.products()
    rows = sum(table.num_rows for month in world.months for table in world.month(month).values())
    return {"seconds": time.perf_counter() - started, "rows": rows}


def numpy_and_duckdb(home: Path, users: int) -> dict[str, Any]:
    """As many values of the same types as the raw tables hold: drawn by NumPy, written by DuckDB."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    from ecom_platform.tables import RAW, Type
    from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

    warehouse = DuckDBWarehouse(_settings(home, users).warehouse_path)
    rows = {table: sum(warehouse.row_counts(table).values()) for table in RAW}
    generator = np.random.default_rng(7)
    words = pa.array([f"word-{number:012x}" for number in generator.integers(0, 2**48, 4096)])

    def draw(column_type: Type, count: int) -> Any:
        if column_type is Type.STRING:
            return words.take(pa.array(generator.integers(0, len(words), count), pa.int64()))
        if column_type is Type.BOOL:
            return generator.random(count) < 0.5
        if column_type is Type.DATE:
            return pa.array(generator.integers(19_000, 20_000, count).astype("int32")).cast(pa.date32())
        if column_type is Type.TIMESTAMP:
            return pa.array(generator.integers(0, 2**50, count)).cast(pa.timestamp("us"))
        return generator.random(count)

    started = time.perf_counter()
    with duckdb.connect(str(home / "floor.duckdb")) as connection:
        for table, count in rows.items():
            content = pa.table({column.name: draw(column.type, count) for column in table.columns})  # noqa: F841
            connection.execute(f"CREATE TABLE {table.name} AS SELECT * FROM content")
    return {"seconds": time.perf_counter() - started, "rows": sum(rows.values())}


def dagster_alone(home: Path, users: int) -> dict[str, Any]:
    """The same graph, partitions and checks, with steps that do nothing."""
    from ecom_platform.definitions import build_definitions

    settings = _settings(home, users)
    whole = build_definitions(settings)
    return _execute(
        home / "dagster_alone",
        dg.Definitions(
            [_idle(each) for each in whole.assets or []],
            asset_checks=[_idle_checks(each) for each in whole.asset_checks or []],
            executor=dg.in_process_executor,
        ),
        settings,
    )


def _idle(assets: Any) -> Any:
    specs = [spec.replace_attributes(partitions_def=assets.partitions_def) for spec in assets.specs]

    @dg.multi_asset(name=assets.node_def.name, specs=specs, backfill_policy=assets.backfill_policy)
    def idle() -> Any:
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key)

    return idle


def _idle_checks(checks: Any) -> Any:
    specs = list(checks.check_specs)

    @dg.multi_asset_check(name=checks.node_def.name, specs=specs)
    def idle(context: dg.AssetCheckExecutionContext) -> Any:
        for spec in specs:
            for key in context.op_execution_context.partition_keys if spec.partitions_def else []:
                yield dg.AssetCheckEvaluation(asset_key=spec.asset_key, check_name=spec.name, passed=True, partition=key)
            yield dg.AssetCheckResult(passed=True, asset_key=spec.asset_key, check_name=spec.name)

    return idle


PARTS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "platform": platform,
    "generation": generation,
    "numpy_and_duckdb": numpy_and_duckdb,
    "dagster_alone": dagster_alone,
}


def _report(parts: dict[str, dict[str, Any]], users: int) -> None:
    whole, floor = parts["platform"], parts["numpy_and_duckdb"]["seconds"] + parts["dagster_alone"]["seconds"]
    layers, idle = whole["layers"], parts["dagster_alone"]["layers"]
    own = {name: seconds - idle.get(name, 0.0) for name, seconds in layers.items()}
    split = {
        "generation": parts["generation"]["seconds"],
        "storage of raw tables": own["raw"] - parts["generation"]["seconds"],
        "violations, quarantine, clean": own["violations"] + own["quarantine"] + own["clean"],
        "marts": own["marts"],
        "analysis": own["analysis"],
        "checks": own.get("checks", 0.0),
    }
    split["Dagster's own"] = whole["seconds"] - sum(split.values())
    print(f"A run of {users:,} users to {AS_OF}: {whole['seconds']:.1f} s, peak memory {whole['peak_mib']:,.0f} MiB")
    for name, seconds in split.items():
        print(f"  {name:<32}{seconds:7.1f} s {seconds / whole['seconds']:6.0%}")
    print(f"Its floor: {floor:.1f} s")
    print(f"  {'NumPy draws, DuckDB writes':<32}{parts['numpy_and_duckdb']['seconds']:7.1f} s")
    print(f"  {'a Dagster run of idle steps':<32}{parts['dagster_alone']['seconds']:7.1f} s")
    print(f"Ratio to the floor: {whole['seconds'] / floor:.2f}")


if __name__ == "__main__":
    main()
