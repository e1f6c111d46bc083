"""Adding a chart and a page as docs/dashboard.md says: one file, and three."""

from __future__ import annotations

import json
from pathlib import Path

from ecom_platform_tests.contributing.guide import ROOT, Copy

GUIDE = ROOT / "docs" / "dashboard.md"

STORY = """
import json
from pathlib import Path

import dagster as dg

from ecom_platform.dashboard.pages import PAGES
from ecom_platform.dashboard.rollup import model_in
from ecom_platform.dashboard.verification import compare, outside
from ecom_platform.definitions import build_definitions
from ecom_platform.settings import Settings
from ecom_platform_tests.dashboard.written import write
from ecom_platform_tests.marts.random_shop import random_shop

graph = build_definitions(Settings.load({"ECOM_AS_OF": "2026-02-20"})).resolve_asset_graph()
page = dg.AssetKey(["dashboard", "subscription_page"])
folder = Path("pages")
folder.mkdir()
marts = random_shop(5).build(folder)
told = {}
for each in PAGES:
    if each.name in ("kpi", "subscription"):
        path = write(marts.warehouse, folder, each, ("en", "ko"))
        found = compare(marts.warehouse, path, 2)
        told[each.name] = {
            "charts": [chart["name"] for chart in model_in(path)["charts"]],
            "figures": found.figures,
            "differences": list(found.differences),
            "outside": outside(path),
            "linked": "subscription.en.html" in path.read_text(encoding="utf-8"),
        }
print(json.dumps({
    **told,
    "group": graph.get(page).group_name,
    "checks": sorted(check.name for check in graph.asset_check_keys if check.asset_key == page),
}))
"""


def test_a_chart_is_one_file_and_a_page_three(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert copy.apply("Add a chart", GUIDE) == {"ecom_platform/dashboard/pages/kpi.py"}
    assert len(copy.apply("Add a page", GUIDE)) == 3
    done = copy.python("-c", STORY)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["group"] == "dashboard"
    assert told["checks"] == ["figures", "self_contained"]
    assert "order_value" in told["kpi"]["charts"]
    assert told["subscription"]["charts"] == ["months"]
    for page in ("kpi", "subscription"):
        assert told[page]["figures"] > 0
        assert told[page]["differences"] == told[page]["outside"] == []
        assert told[page]["linked"]
