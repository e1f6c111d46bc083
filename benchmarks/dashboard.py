"""How large the pages are, how soon they are ready, and how fast a filter answers.

    python -m benchmarks.dashboard [--home .ecom] [--users 10000000]

It takes the pages that the last run left in the home. Readiness and filters are timed in the system's Chromium, the best of a
few; without one, only sizes are printed. Sizes at another scale are those of simulated cubes: every cell a Poisson draw about
what the cell's customers and axes have on the whole, so that no cell is empty by the chance of a small shop.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from ecom_platform.dashboard.cube import Cube
from ecom_platform.dashboard.files import page_path
from ecom_platform.dashboard.pages import PAGES
from ecom_platform.dashboard.rollup import Rollup, model_in
from ecom_platform.dashboard.verification import SIZE_LIMIT

TIMES = 5
USERS = 10_000_000
USERS_OBSERVED = ("user_count", "eligible_user_count")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path(".ecom"))
    parser.add_argument("--users", type=int, default=USERS, help="scale of the simulated cubes")
    arguments = parser.parse_args()
    paths = {page.name: page_path(arguments.home, page.name, "en") for page in PAGES}
    if missing := [name for name, path in paths.items() if not path.is_file()]:
        sys.exit(f"benchmarks.dashboard: {arguments.home} has no {', '.join(missing)}; `ecom run` makes the pages.")
    print(f"{'page':<10} {'bytes':>10} {'simulated':>10} {'of 2 MB':>8} {'ready, s':>9} {'filter, s':>10}")
    for name, path in paths.items():
        size = path.stat().st_size
        larger = simulated_size(path, arguments.users)
        ready, filtered = timed(path)
        print(f"{name:<10} {size:>10,} {larger:>10,} {larger / SIZE_LIMIT:>8.0%} {ready:>9} {filtered:>10}")


def simulated_size(path: Path, users: int) -> int:
    """Bytes of the page if that many users had signed up."""
    import numpy as np

    model = model_in(path) | {"path": str(path)}
    (page,) = (page for page in PAGES if page.name == model["page"])
    rollup = Rollup(model)
    now = next(iter(rollup.cubes.values())).kinds
    factor = users / max(_users(rollup), 1)
    draw = np.random.default_rng(1)
    size = path.stat().st_size
    for name, cube in rollup.cubes.items():
        measures = {
            measure: _simulated_users(numbers, factor, draw)
            if measure in USERS_OBSERVED and numbers.ndim > 2
            else _simulated(numbers, factor, draw)
            for measure, numbers in cube.measures.items()
        }
        larger = Cube(now, cube.axes, measures).encoded(page.cubes[name])
        size += len(larger["data"]) - len(model["cubes"][name]["data"])
    return size


def _users(rollup: Rollup) -> float:
    """How many users the page counts."""
    model = rollup.model
    if "kpis" in rollup.cubes:
        return float(rollup.cubes["kpis"].measures["new_user_count"].sum())
    if "days" in rollup.cubes:
        return float(rollup.cubes["days"].measures["eligible_user_count"][..., 0].sum())
    # Sessions and views: as many a user as in the page of KPIs beside it.
    (path,) = [Path(model["path"]).with_name("kpi.en.html")]
    return _users(Rollup(model_in(path)))


def _simulated(numbers: Any, factor: float, draw: Any) -> Any:
    """Whole numbers with the margins of these, `factor` times as many, in units of what these have in common."""
    import numpy as np

    if not numbers.any():
        return numbers
    unit = np.gcd.reduce(np.rint(numbers * 100).astype(np.int64), axis=None) / 100
    kinds = numbers.reshape(len(numbers), -1).sum(axis=1)
    cells = numbers.reshape(len(numbers), -1).sum(axis=0)
    expected = np.outer(kinds, cells) / numbers.sum() * factor / unit
    return (np.where(expected > 0, draw.poisson(np.minimum(expected, 1e15)), 0) * unit).reshape(numbers.shape)


def _simulated_users(numbers: Any, factor: float, draw: Any) -> Any:
    """Users observed so long: drawn once for each kind and cohort, as the same users stand in every later cell of theirs."""
    import numpy as np

    users = _simulated(numbers.max(axis=-1), factor, draw)
    observed = numbers.sum(axis=0) / np.maximum(numbers.sum(axis=0).max(axis=-1, keepdims=True), 1)
    return np.rint(users[..., None] * observed[None])


def timed(path: Path) -> tuple[str, str]:
    """Seconds until every chart is drawn, and from a filter's change until they are again; the best of a few."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return "–", "–"
    from playwright.sync_api import sync_playwright

    ready, filtered = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(TIMES):
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            begun = time.perf_counter()
            page.goto(path.resolve().as_uri())
            page.wait_for_selector("body[data-drawn]")
            ready.append(time.perf_counter() - begun)
            page.locator('details[data-filter="device"] summary').click()
            begun = time.perf_counter()
            page.locator('details[data-filter="device"] input').first.click()
            page.wait_for_function("document.body.dataset.drawn === '2'")
            filtered.append(time.perf_counter() - begun)
            page.close()
        browser.close()
    return f"{min(ready):.2f}", f"{min(filtered):.2f}"


if __name__ == "__main__":
    main()
