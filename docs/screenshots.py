"""Pictures of the running platform, for the documentation: every one is taken from the real UI.

ecom run && ecom ui --port 3000        # in one terminal
python docs/screenshots.py             # in another; needs Chromium
python docs/screenshots.py --home .ecom dashboard-kpi dashboard-cohort   # the pages need no server
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGES = {
    "asset-graph": "/asset-groups",
    "asset": "/assets/marts/dm_user_purchase_summary",
    "checks": "/assets/clean/orders?view=checks",
    "automation": "/automation",
    "ticks": "/locations/ecom_platform.definitions/sensors/deliver_alerts",
}
DASHBOARD = {"dashboard-kpi": "kpi.en.html", "dashboard-cohort": "cohort.en.html"}
SETTLE_MILLISECONDS = 12_000
"""For the graph to be laid out and the page's queries to be answered."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:3000")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    parser.add_argument("--home", type=Path, default=Path(".ecom"), help="where the pages of the dashboard are")
    parser.add_argument("pages", nargs="*", help=f"which of {', '.join((*PAGES, *DASHBOARD))}; all by default")
    arguments = parser.parse_args()
    if unknown := set(arguments.pages) - {*PAGES, *DASHBOARD}:
        sys.exit(f"screenshots: there is no page {', '.join(sorted(unknown))}; there are {', '.join((*PAGES, *DASHBOARD))}.")
    chromium = shutil.which("chromium") or sys.exit("screenshots: Chromium is needed, and not installed.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for name in arguments.pages or (*PAGES, *DASHBOARD):
            if name in DASHBOARD:
                page.set_viewport_size({"width": 1440, "height": 1660})
                page.goto((arguments.home / "dashboard" / DASHBOARD[name]).resolve().as_uri())
                page.wait_for_selector("body[data-drawn]")
            else:
                page.set_viewport_size({"width": 1440, "height": 860})
                page.goto(arguments.url + PAGES[name])
                page.wait_for_timeout(SETTLE_MILLISECONDS)
            page.screenshot(path=arguments.out / f"{name}.png")
            print(arguments.out / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
