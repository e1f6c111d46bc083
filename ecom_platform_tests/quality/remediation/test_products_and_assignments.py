"""Stories of products and of experiment assignments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ecom_platform_tests.quality.remediation.shop import Shop


def test_a_product_s_faults_are_repaired_so_that_its_lines_keep_a_product() -> None:
    shop = Shop(products=())
    shop.product("lamp", price=None)
    shop.product("rug", price=Decimal(-5), category=None)
    shop.product("mop", price_tier="Luxury", discount_day_of_week=7)
    shop.remediate()
    assert shop.kinds("products") == {
        ("lamp", "missing_price"),
        ("rug", "negative_price"),
        ("rug", "missing_category"),
        ("mop", "unknown_price_tier"),
        ("mop", "unknown_discount_day"),
    }
    clean = shop.clean("products")
    assert (clean["lamp"]["price"], clean["rug"]["price"], clean["rug"]["category"]) == (0, 0, "Unknown")
    assert (clean["mop"]["price_tier"], clean["mop"]["discount_day_of_week"]) == (None, None)


def test_products_that_share_a_key_are_quarantined_and_with_them_their_lines() -> None:
    shop = Shop(products=("lamp", "rug"))
    shop.product("lamp", category="Fabric")
    shop.product(None)
    shop.user("anna")
    shop.order("o1", total_amount=Decimal(400))
    shop.line("i1")
    shop.line("i2", product_id="rug")
    shop.remediate()
    assert shop.kinds("products") == {("lamp", "duplicate_key"), ("", "missing_key")}
    assert len(shop.rows("quarantine", "products")) == 3
    assert shop.quarantine("order_items") == {"i1": "orphan_product"}
    assert shop.clean("orders")["o1"]["total_amount"] == Decimal(200)


def test_a_product_without_what_is_optional_is_sound() -> None:
    shop = Shop(products=())
    shop.product("lamp", price=Decimal(0), price_tier=None, brand=None, discount_day_of_week=None)
    shop.remediate()
    assert shop.flagged() == set()


def test_an_assignment_is_never_guessed(shop: Shop) -> None:
    for name in ("anna", "ben", "cleo", "dora"):
        shop.user(name)
    shop.user("emma", signup=date(2124, 1, 1))
    shop.assignment("anna")
    shop.assignment("anna", experiment="trial_offer", arm="control")
    shop.assignment("ben")
    shop.assignment("ben", arm="control")
    shop.assignment("cleo", arm="maybe")
    shop.assignment("dora", assigned_at=None)
    shop.assignment("stranger")
    shop.assignment("emma")
    shop.assignment(None)
    shop.remediate()
    assert shop.kinds("experiment_assignments") == {
        ("ben/onboarding_nudge", "duplicate_key"),
        ("cleo/onboarding_nudge", "unknown_arm"),
        ("dora/onboarding_nudge", "missing_assigned_at"),
        ("stranger/onboarding_nudge", "orphan_user"),
        ("emma/onboarding_nudge", "user_quarantined"),
        ("/onboarding_nudge", "missing_key"),
    }
    assert {row["user_id"] for row in shop.rows("clean", "experiment_assignments")} == {"anna"}
    assert len(shop.rows("quarantine", "experiment_assignments")) == 7
