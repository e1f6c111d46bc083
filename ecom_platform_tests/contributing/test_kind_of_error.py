"""Adding a kind of error as CONTRIBUTING.md says: its declaration and its rule, two files."""

from __future__ import annotations

import json
from pathlib import Path

from ecom_platform_tests.contributing.guide import Copy

TITLE = "Add a kind of error"

STORY = """
import json
from ecom_platform.quality.statements import platform_sql
from ecom_platform_tests.quality.remediation.shop import Shop
shop = Shop()
shop.user("anna")
shop.order("o1", total_amount=200)
shop.line("i1")
shop.order("o2", total_amount=100_000)
shop.line("i2", "o2", qty=1000, line_amount=100_000)
shop.order("o3", total_amount=100_100)
shop.line("i3", "o3", qty=1001, line_amount=100_100)
shop.remediate()
described = {str(each.table): each.description for each in platform_sql(("violations",))}
print(json.dumps([sorted(shop.kinds("order_items")), shop.quarantine("order_items"), sorted(shop.clean("order_items")),
    "implausible_qty" in described["violations.order_items"]]))
"""


def test_two_files_make_a_kind_that_is_found_and_quarantined(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert len(copy.apply(TITLE)) == 2
    told = copy.python("-c", STORY)
    assert told.returncode == 0, told.stderr
    found, quarantined, clean, described = json.loads(told.stdout)
    assert found == [["i3", "implausible_qty"]]
    assert quarantined == {"i3": "implausible_qty"}
    assert clean == ["i1", "i2"]
    assert described


def test_a_mistake_in_a_rule_is_named_with_the_line_of_its_file(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.apply(TITLE)
    copy.replace("sql/violations/order_items.sql", "WHERE qty > 1000", "WHERE quantity > 1000")
    lines = (tmp_path / "sql/violations/order_items.sql").read_text(encoding="utf-8").splitlines()
    told = copy.python("-c", "from ecom_platform.quality.statements import platform_sql; platform_sql()")
    (at,) = [number for number, line in enumerate(lines, start=1) if "quantity" in line]
    assert f"sql/violations/order_items.sql:{at}: there is no column quantity" in told.stderr.splitlines()[-1]
