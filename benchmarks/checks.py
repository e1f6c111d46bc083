"""What the checks cost, as a share of the run they guard.

    python -m benchmarks.checks [--users 100000]

One whole run as `ecom run` makes it, in a process of its own. The cost of the checks is the time of their steps, which
holds everything they do: importing pandera and Ibis, asking the warehouse, and Dagster's writing of each evaluation. The
last is counted separately, since it depends on the number of checks and months and not on the size of the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2026, 11, 22)
ALLOWED = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--home", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.home:
        print(json.dumps(measure(Path(arguments.home), arguments.users)))
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.checks", "--users", str(arguments.users), "--home", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"benchmarks.checks failed:\n{done.stderr}")
        report(json.loads(done.stdout.splitlines()[-1]), arguments.users)


def measure(home: Path, users: int) -> dict[str, Any]:
    """Seconds of the run, of each step, and of what the checks asked of the warehouse."""
    import dagster as dg

    from ecom_platform.cli.instance import prepare_home
    from ecom_platform.definitions import build_definitions
    from ecom_platform.orchestration.automation.schedules import range_tags
    from ecom_platform.orchestration.checks import evaluation, guards, reports
    from ecom_platform.orchestration.partitions import signup_months
    from ecom_platform.settings import Settings

    settings = Settings.load({"ECOM_HOME": str(home), "ECOM_USERS": str(users), "ECOM_AS_OF": AS_OF.isoformat()})
    prepare_home(settings)
    asked = 0.0
    evaluate = evaluation.evaluate

    def timed(context: Any, specs: Any, partitioned: Any, severity: Any, find: Any) -> Any:
        def look(partitions: Any) -> Any:
            nonlocal asked
            started = time.perf_counter()
            try:
                return find(partitions)
            finally:
                asked += time.perf_counter() - started

        return evaluate(context, specs, partitioned, severity, look)

    vars(guards)["evaluate"] = vars(reports)["evaluate"] = timed
    keys = signup_months(settings.start_month, settings.as_of).get_partition_keys()
    job = build_definitions(settings).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.get() as instance:
        started, processor = time.perf_counter(), time.process_time()
        result = job.execute_in_process(
            instance=instance,
            tags=range_tags(keys[0], keys[-1]),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        steps = {
            step.step_key: (step.end_time or 0) - (step.start_time or 0) for step in instance.get_run_step_stats(result.run_id)
        }
        evaluations = len(result.get_asset_check_evaluations())
    return {"seconds": seconds, "processor": processor, "steps": steps, "asked": asked, "evaluations": evaluations}


def report(figures: dict[str, Any], users: int) -> None:
    checks = {name: seconds for name, seconds in figures["steps"].items() if name.endswith("_checks")}
    whole, cost = figures["seconds"], sum(checks.values())
    layers: dict[str, float] = defaultdict(float)
    for name, seconds in checks.items():
        layers[name.split("__")[0]] += seconds
    print(f"A run of {users:,} users to {AS_OF}: {whole:.1f} s ({figures['processor']:.1f} s of processor time)")
    print(f"Its checks: {cost:.1f} s, {cost / whole:.0%} of it ({ALLOWED:.0%} is allowed)")
    print(f"  {'asking the warehouse, imports':<32}{figures['asked']:7.1f} s")
    print(f"  {'Dagster, ' + str(figures['evaluations']) + ' evaluations':<32}{cost - figures['asked']:7.1f} s")
    for layer, seconds in layers.items():
        print(f"  of them on {layer:<21}{seconds:7.1f} s")
    for name, seconds in sorted(checks.items(), key=lambda item: -item[1])[:5]:
        print(f"    {name:<42}{seconds:7.1f} s")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
