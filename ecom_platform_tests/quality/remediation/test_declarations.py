"""The declared remediations and the SQL agree, and the document is the declaration."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlglot import exp

import ecom_platform
from ecom_platform.quality.remediation.document import markdown
from ecom_platform.tables import CATALOG, CLEANED, Table
from ecom_platform.tables.cleaning import remediations_of
from ecom_platform.warehouse.sql.analysis import analyse
from ecom_platform_tests.quality.remediation.shop import Shop, assets

DECLARED = {(raw.name, each.kind): each for raw in CLEANED for each in remediations_of(raw)}
RULES = {asset.table.name: asset for asset in assets() if asset.table.layer == "violations"}


@pytest.fixture(scope="module")
def museum() -> Shop:
    """A shop in which everything is wrong, in every way and with every decision."""
    shop = Shop()
    far, early = date(2124, 1, 1), date(2023, 12, 26)
    shop.product("lamp2", price=None, category=None, price_tier="?", discount_day_of_week=9)
    shop.product("rug2", price=Decimal(-1))
    for key in ("twin", "twin", None):
        shop.product(key)
        shop.user(key)
        shop.order(key)
        shop.line(key)
        shop.assignment(key)
        shop.event("10:00", "anna", "s1", "view_product", event_id=key)
    shop.product("twin", price=Decimal(7))
    shop.user("twin", region=None)
    shop.order("twin", total_amount=Decimal(7))
    shop.line("twin", qty=7)
    shop.assignment("twin", arm="control")
    shop.event("10:07", "anna", "s1", "view_product", event_id="twin")
    for _ in range(2):
        shop.product("copy")
        shop.user("copy")
        shop.order("copy")
        shop.line("copy")
        shop.assignment("copy")
        shop.event("10:00", "anna", "s1", "view_product", event_id="copy")
    shop.user("anna")
    for number, signup in enumerate((far, None, date(2023, 12, 5))):
        shop.user(f"known{number}", signup=signup, signup_month=date(2024, 1, 1))
        shop.session(f"k{number}", f"known{number}", "10:00", "view_product", "view_product")
        shop.user(f"gone{number}", signup=signup, signup_month=date(2024, 1, 1))
    shop.user("early", subscription_type="Plus", subscription_join_date=early)
    shop.user("later", subscription_type="Plus", subscription_join_date=far)
    shop.user("paid", subscription_type="Plus")
    shop.user("free", subscription_join_date=date(2024, 2, 1))
    shop.user("odd", subscription_type="?", device="?", marketing_source="?", region=None)
    for number, day in enumerate((early, None, far)):
        shop.order(f"undated{number}", day=day)
        shop.user(f"buyer{number}")
        shop.session(f"b{number}", f"buyer{number}", "10:00", "checkout_start", "payment_attempt", "purchase")
        shop.order(f"dated{number}", f"buyer{number}", day)
    shop.order("nobody", None)
    shop.order("orphan", "stranger")
    for region in ("Seoul", "Gyeonggi"):
        shop.user("pair", region=region)
    shop.order("went", "pair")
    shop.order("cancelled", payment_status="cancelled")
    shop.order("pending", payment_status="pending")
    for number, amount in enumerate((Decimal(-1), None, Decimal(1))):
        shop.order(f"sum{number}", total_amount=amount)
        shop.line(f"sum{number}", f"sum{number}")
        shop.order(f"bare{number}", total_amount=amount)
    shop.order("gifts")
    shop.line("gift", "gifts", price=Decimal(0))
    shop.line("homeless", None)
    shop.line("lost", "nowhere")
    shop.order("o")
    shop.line("a", "o")
    shop.line("b", "o")
    faults: list[dict[str, object]] = [
        {"product_id": None}, {"product_id": "?"}, {"price": None}, {"price": Decimal(-1)}, {"qty": None}, {"qty": 0},
        {"line_amount": None}, {"line_amount": Decimal(1)}, {"category": None}, {"price_tier": "?"},
    ]  # fmt: skip
    for number, fault in enumerate(faults):
        shop.line(f"fault{number}", "o", **fault)
    shop.event("12:00", "anna", "e1", "payment_attempt", page="product")
    shop.event("12:00", "anna", "e2", "payment_attempt")
    shop.event("12:00", "anna", "e3", "purchase", page="product")
    shop.event("12:00", "anna", "e4", "purchase")
    shop.event("12:00", "anna", "e5", "checkout_start")
    shop.event("11:59:58", "anna", "e5", "payment_attempt")
    shop.event("12:01", "anna", None, "view_product")
    shop.event("23:59", "anna", None, "view_product")
    shop.session("e6", "anna", "13:00", "view_product", "view_product")
    shop.event("13:05", "paid", "e6", "view_product")
    shop.event("13:05", None, "e6", "view_product")
    shop.event("13:05", None, "e7", "view_product")
    shop.event("13:05", "stranger", "e8", "view_product")
    shop.event("13:05", "pair", "e9", "view_product")
    shop.event(None, "anna", "e10", "view_product")
    shop.event("4 12:00", "anna", "e11", "view_product")
    shop.event("13:05", "anna", "e6", "?", device="?", referrer="?", page="?", product_id="?")
    shop.assignment("stranger")
    shop.assignment("pair")
    shop.assignment("anna", arm="?")
    shop.assignment("paid", assigned_at=None)
    return shop.remediate()


def test_what_the_sql_does_is_what_is_declared_no_more_and_no_less(museum: Shop) -> None:
    done = {
        (table.name, kind, column, remediation)
        for table in CLEANED
        for _, kind, remediation, column in museum.violations(table.name)
    }
    declared = {
        (table, kind, column, decision)
        for (table, kind), each in DECLARED.items()
        for column in each.columns
        for decision in each.decisions
    }
    assert done == declared


def test_everything_in_the_museum_is_accounted_for(museum: Shop) -> None:
    for table in CLEANED:
        assert museum.unaccounted(table) == []


@pytest.mark.parametrize("raw", CLEANED, ids=str)
def test_the_rules_comment_defines_every_kind_of_its_table(raw: Table) -> None:
    for each in remediations_of(raw):
        assert f"`{each.kind}`" in RULES[raw.name].description


def test_the_world_injects_what_the_declaration_says_it_does() -> None:
    from ecom_platform.world import event_errors, order_errors, user_errors

    injected = {
        *(("users", kind.name) for kind in user_errors.KINDS),
        *(("orders", kind.name) for kind in order_errors.KINDS),
        *(("user_events", kind.name) for kind in event_errors.KINDS),
    }
    assert {key for key, each in DECLARED.items() if each.injected} == injected


def test_no_rule_reads_the_labels_it_is_scored_against() -> None:
    for asset in assets():
        tree = analyse(asset.sql, asset.reads).tree
        if asset.table.layer != "quarantine":
            assert "anomaly_flag" not in {node.name for node in tree.find_all(exp.Column)}
        assert not {"raw.injected_anomalies", "raw.world_truth"} & {str(table) for table in asset.reads}


def test_violations_read_nothing_that_comes_after_them() -> None:
    for name, asset in RULES.items():
        assert CATALOG[f"clean.{name}"] not in asset.reads


def test_the_document_is_the_declaration() -> None:
    path = Path(ecom_platform.__file__).parent.parent / "docs" / "remediations.md"
    assert path.read_text(encoding="utf-8") == markdown(), (
        "run: python -m ecom_platform.quality.remediation.document > docs/remediations.md"
    )
