"""5.3: shares of later revenue, exposed against not, with what was seen held fixed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ecom_platform.insights.discounts import DISCOUNT_CATEGORIES
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q5_3_discounts_and_taste import INQUIRY
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.insights.questions.discounts import discounts


def categories(cells: pd.DataFrame, moved: float = 0.0) -> pd.DataFrame:
    """Half of each user's revenue is Deco, the rest Kitchenware; a discount moves this share of it to Deco."""
    rows: list[dict[str, Any]] = []
    for cell in cells.to_dict("records"):
        deco = 0.5 + moved * bool(cell["is_exposed"])
        for category, share in (("Deco", deco), ("Kitchenware", 1 - deco)):
            rows.append(
                {
                    "discount_mask": cell["discount_mask"],
                    "signup_weekday": cell["signup_weekday"],
                    "category": category,
                    "category_revenue": round(share * cell["later_revenue"]),
                    "category_revenue_squared": share**2 * cell["later_revenue_squared"],
                    "category_revenue_times_revenue": share * cell["later_revenue_squared"],
                }
            )
    return aggregate(DISCOUNT_CATEGORIES, rows)


def test_keener_buyers_with_the_same_taste_show_no_effect_on_shares() -> None:
    cells = discounts(effect=0.5)
    found = answered(INQUIRY, discount_cells=cells, discount_category_cells=categories(cells))
    assert set(found) == {"discounted_share", "category_deco", "category_kitchenware"}
    assert all(each.kind is Kind.CAUSAL and each.estimate == pytest.approx(0, abs=1e-4) for each in found.values())


def test_a_moved_share_is_found() -> None:
    cells = discounts()
    found = answered(INQUIRY, discount_cells=cells, discount_category_cells=categories(cells, moved=0.1))
    deco, kitchenware = found["category_deco"], found["category_kitchenware"]
    assert deco.estimate == pytest.approx(0.1, abs=0.02)
    assert kitchenware.estimate == pytest.approx(-0.1, abs=0.02)
    assert deco.sentence.startswith("A discount met on the signup day raises the share of Deco in later revenue by")
    assert deco.p_adjusted is not None
    assert deco.p_adjusted < 0.05


def test_without_users_there_is_nothing_to_say() -> None:
    (only,) = answered(INQUIRY).values()
    assert only.kind is Kind.DECLINED
