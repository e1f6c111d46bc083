"""`python -m ecom_platform.truth`: runs the suite of worlds, or continues it, and writes what it says.

What it writes: docs/truth.md, and `insights/coverage.json`, from which each interval quotes its coverage.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ecom_platform.insights import coverage
from ecom_platform.truth import document
from ecom_platform.truth.suite import results, run
from ecom_platform.truth.worlds import SEEDS_PER_KIND, tasks

PACKAGE = Path(coverage.__file__).parent
DOCUMENT = PACKAGE.parents[1] / "docs" / "truth.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ecom_platform.truth", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help=f"worlds of each kind (200; at most {SEEDS_PER_KIND:,})")
    parser.add_argument("--users", type=int, default=60_000, help="users of a world (60,000)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="worlds computed at a time")
    parser.add_argument("--results", type=Path, default=Path("truth_results/worlds.jsonl"), help="the file it continues")
    parser.add_argument("--write-only", action="store_true", help="compute nothing: write what the results say so far")
    chosen = parser.parse_args()
    if not (0 < chosen.worlds <= SEEDS_PER_KIND and chosen.users > 0 and chosen.processes > 0):
        parser.error(f"worlds are 1 to {SEEDS_PER_KIND:,}; users and processes at least 1.")
    if not DOCUMENT.parent.is_dir():
        parser.error(f"it writes {DOCUMENT}, and there is no such folder: run it in a checkout.")
    if not chosen.write_only:
        run(tasks(chosen.worlds, chosen.users), chosen.results, chosen.processes)
    found = results(chosen.results)
    _replace(DOCUMENT, document.markdown(found))
    _replace(PACKAGE / coverage.FILE, document.coverage_json(found))


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    main()
