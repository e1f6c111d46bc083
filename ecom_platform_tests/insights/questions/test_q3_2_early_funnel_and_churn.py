"""3.2: churn by stage, the design of failed payments and its test, and, by hand, which payment a user is counted under."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q3_2_early_funnel_and_churn import INQUIRY
from ecom_platform.tables.insights.first_payments import FIRST_PAYMENTS
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

STAGES, PAYMENTS = "insights.users_by_stage", "insights.first_payments"


def payments(is_failed: bool, n: int, returned: int, **known: Any) -> dict[str, Any]:
    before = {"is_first_session": False, "is_without_cart": False, "device": "iOS", "marketing_source": "Paid"}
    return {
        "is_failed": is_failed,
        "user_count": n,
        "return_known_user_count": n,
        "returned_user_count": returned,
        "mature_user_count": n,
        "later_orders": 2 * n,
        "later_orders_squared": 5 * n,
        **before,
        **known,
    }


def stage(name: str, n: int, returned: int) -> dict[str, Any]:
    return {
        "first_session_stage": "view_product",
        "furthest_stage": name,
        "return_known_user_count": n,
        "returned_user_count": returned,
        "mature_user_count": n,
        "later_orders": returned,
        "later_orders_squared": returned,
    }


BY_STAGE = aggregate(STAGES, [stage("view_product", 200, 40), stage("payment_attempt", 100, 30), stage("purchase", 400, 240)])


def test_churn_goes_with_the_stage_and_a_failed_payment_is_a_design_beside_its_naive_comparison() -> None:
    balanced = [
        payments(failed, n // 2, returned // 2, device=device)
        for failed, n, returned in ((True, 200, 100), (False, 1000, 520))
        for device in ("iOS", "Web")
    ]
    found = answered(INQUIRY, users_by_stage=BY_STAGE, first_payments=aggregate(PAYMENTS, balanced))
    assert found["churn_after_view_product"].kind is Kind.ASSOCIATION
    assert found["churn_after_view_product"].estimate == pytest.approx(0.8 - 0.4)
    churn, orders, balance = (found[f"failed_payment_{name}"] for name in ("churn", "orders", "balance"))
    assert churn.kind is orders.kind is Kind.CAUSAL
    assert churn.estimate == pytest.approx(0.5 - 0.48)
    assert churn.naive_estimate == pytest.approx(0.7 - 0.4)
    assert orders.estimate == pytest.approx(0)
    assert orders.naive_estimate == pytest.approx(30 / 100 - 240 / 400)
    assert churn.sentence.startswith("A failed first payment has no effect that can be told from zero: 50 % of users")
    assert balance.p_adjusted == pytest.approx(1)
    assert balance.sentence in churn.assumptions


def test_the_claim_is_withdrawn_where_failures_are_not_as_good_as_random() -> None:
    unbalanced = [
        payments(True, 180, 60, device="Web"),
        payments(True, 20, 10, device="iOS"),
        payments(False, 500, 250, device="Web"),
        payments(False, 500, 270, device="iOS"),
    ]
    found = answered(INQUIRY, users_by_stage=BY_STAGE, first_payments=aggregate(PAYMENTS, unbalanced))
    assert found["failed_payment_churn"].kind is Kind.ASSOCIATION
    assert "withdrawn" in found["failed_payment_churn"].caveats
    assert found["failed_payment_churn"].sentence.startswith("65 % of users")
    assert found["failed_payment_balance"].sentence.startswith("There is an imbalance")
    assert "device iOS" in found["failed_payment_balance"].sentence


def test_nothing_is_said_of_nobody_or_of_a_few() -> None:
    few = aggregate(PAYMENTS, [payments(True, 29, 3), payments(False, 900, 500)])
    for found in (answered(INQUIRY), answered(INQUIRY, first_payments=few)):
        assert {name: each.kind for name, each in found.items()} == {
            "churn_after_stages": Kind.DECLINED,
            "failed_payment_churn": Kind.DECLINED,
        }


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        pytest.param([("2024-01-10 09:00", "checkout", "pay")], (True, 0, True, True), id="failed"),
        pytest.param([("2024-01-10 09:00", "cart mop", "checkout", "pay", "buy")], (False, 0, True, False), id="paid"),
        pytest.param(
            [("2024-01-10 09:00", "pay", "pay", "buy")], (False, 0, True, False), id="a repeated step that then succeeds"
        ),
        pytest.param(
            [("2024-01-10 09:00", "view mop"), ("2024-01-12 09:00", "pay"), ("2024-01-13 09:00", "pay", "buy")],
            (True, 2, False, False),
            id="the first attempt counts, not the later success",
        ),
        pytest.param(
            [("2024-01-12 09:00", "pay", "buy"), ("2024-01-12 09:00", "pay")],
            (False, 2, True, False),
            id="equal timestamps: the smaller id is the first",
        ),
        pytest.param(
            [("2024-01-09 09:00", "pay"), ("2024-01-16 23:59", "pay", "buy")],
            (False, 6, True, False),
            id="an attempt before signup is none; a session over the end is taken whole",
        ),
        pytest.param([("2024-01-17 00:00", "pay")], None, id="exactly at the window's end"),
        pytest.param([("2024-01-10 09:00", "cart mop", "checkout")], None, id="no attempt"),
    ],
)
def test_which_payment_a_user_is_counted_under(
    tmp_path: Path, sessions: list[tuple[str, ...]], expected: tuple[bool, int, bool, bool] | None
) -> None:
    shop = Shop(observed_until=date(2024, 1, 31))
    shop.user("ann", date(2024, 1, 10))
    for number, (start, *events) in enumerate(sessions):
        shop.session("ann", start, *events, session_id=f"s{number}")
    columns = ("is_failed", "day", "is_first_session", "is_without_cart")
    rows = shop.build(tmp_path, FIRST_PAYMENTS).rows(FIRST_PAYMENTS, *columns)
    assert [tuple(row.values()) for row in rows] == ([] if expected is None else [expected])
