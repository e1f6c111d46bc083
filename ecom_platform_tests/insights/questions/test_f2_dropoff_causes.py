"""F2: losses, what recovering a tenth of them is worth, and groups that differ."""

from __future__ import annotations

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.f2_dropoff_causes import INQUIRY
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.insights.funnels import funnel_cell

CELLS = "insights.funnel_moments"


def test_losses_and_what_a_tenth_of_them_is_worth() -> None:
    found = answered(INQUIRY, funnel_moments=aggregate(CELLS, [funnel_cell([(8, 4, 2, 2, 1), (12, 4, 2, 1, 1)] * 50)]))
    lost = found["lost_at_view"]
    assert lost.kind is Kind.DESCRIPTION
    assert lost.estimate == pytest.approx(12 / 20)
    assert "1,000 sessions" in lost.sentence
    # 600 + 200 + 50 + 50 are lost.
    assert "67 % of all that are lost" in lost.sentence
    assert found["lost_at_payment_attempt"].estimate == pytest.approx(1 / 3)
    assert found["gain_at_view"].estimate == pytest.approx(0.1 * (20 / 8 - 1))
    assert found["gain_at_checkout"].estimate == pytest.approx(0.1 * (4 / 3 - 1))
    assert next(name for name in found if name.startswith("gain")) == "gain_at_view"
    assert not any(name.startswith(("device", "channel")) for name in found)


def test_groups_are_compared_by_purchases_per_session() -> None:
    cells = aggregate(
        CELLS,
        [
            funnel_cell([(4, 2, 1, 1, 1), (4, 2, 1, 1, 0)] * 100, device="iOS"),
            funnel_cell([(4, 2, 2, 2, 1)] * 200, device="Web"),
        ],
    )
    found = answered(INQUIRY, funnel_moments=cells)
    assert found["device_ios"].estimate == pytest.approx(1 / 8 - 1 / 4)
    assert found["device_web"].estimate == pytest.approx(1 / 8)
    assert found["device_ios"].kind is Kind.ASSOCIATION
    assert found["device_ios"].p_adjusted is not None
    assert found["device_ios"].p_adjusted < 1e-6


@pytest.mark.parametrize("users", [[(1, 1, 1, 1, 1)] * 12, [(1, 1, 1, 1, 0)] * 100])
def test_nothing_is_said_of_nobody_a_few_or_of_no_purchase(users: list[tuple[int, ...]]) -> None:
    for found in (answered(INQUIRY), answered(INQUIRY, funnel_moments=aggregate(CELLS, [funnel_cell(users)]))):
        assert [each.kind for each in found.values()] == [Kind.DECLINED]
