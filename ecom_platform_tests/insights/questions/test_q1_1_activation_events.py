"""1.1: the lever and the predictor, what is adopted beside what the data would adopt; and, by hand, on which day it is met."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ecom_platform.insights.candidates import Definition, adopted_definition
from ecom_platform.insights.effect import Effect, Kind
from ecom_platform.insights.inquiry import as_frame
from ecom_platform.insights.questions import f5_activation_metric
from ecom_platform.insights.questions.q1_1_activation_events import INQUIRY
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.definition_days import DEFINITION_DAYS
from ecom_platform_tests.insights.aggregates import aggregate, answered, by_name
from ecom_platform_tests.insights.definition_days import Crowd
from ecom_platform_tests.marts.shop import Marts, Shop

OTHER = Definition(4, "add_to_cart", 2)


def answers(acting: Definition, end: int, effect: float, users: int = 30_000) -> dict[str, Effect]:
    return answered(INQUIRY, definition_days=Crowd(np.random.default_rng(1), users, acting, end, effect).cells())


def test_the_adopted_activation_is_borne_out_where_it_is_what_acts() -> None:
    found = answers(adopted_definition(), ACTIVATION.window_days, 0.8)
    lever, adopted, predictor = found["lever"], found["adopted"], found["predictor"]
    assert (lever.kind, adopted.kind, predictor.kind) == (Kind.CAUSAL, Kind.CAUSAL, Kind.ASSOCIATION)
    assert "is borne out" in adopted.sentence
    assert "Having 5 sessions and 1 cart in the first 7 days" in lever.sentence
    assert " raises " in lever.sentence
    assert lever.ci_low is not None
    assert lever.ci_low > 0
    assert lever.p_adjusted is not None
    assert lever.p_adjusted < 0.05
    assert lever.naive_estimate is not None
    assert found["candidate_1"].sentence.startswith("Candidate 1: 5 sessions and 1 cart in the first 7 days.")


def test_what_the_data_would_adopt_instead_is_named() -> None:
    found = answers(OTHER, 9, 0.9)
    assert "4 sessions and 2 carts in the first 9 days" in found["lever"].sentence
    assert found["adopted"].kind is Kind.ASSOCIATION
    assert "not what the data would adopt, which is 4 sessions and 2 carts in the first 9 days" in found["adopted"].sentence


def test_without_an_effect_it_cannot_tell_and_says_how_large_one_would_have_been_found() -> None:
    found = answers(OTHER, 9, 0.0, users=8_000)
    assert found["lever"].kind is Kind.DECLINED
    assert "cannot be told" in found["lever"].sentence
    assert "With 8,000 users, a cliff of " in found["lever"].sentence
    assert found["adopted"].kind is Kind.ASSOCIATION
    assert found["predictor"].kind is Kind.ASSOCIATION


def test_f5_names_two_winners() -> None:
    days = Crowd(np.random.default_rng(2), 30_000, OTHER, 9, 0.9).cells()
    events = answered(INQUIRY, definition_days=days)
    quoted = aggregate(
        "insights.q1_1_activation_events", [{**each.row(), "question": "1.1", "tables_read": ""} for each in events.values()]
    )
    found = by_name(
        f5_activation_metric.INQUIRY, {"insights.definition_days": days, "insights.q1_1_activation_events": quoted}
    )
    assert found["predictor"].kind is Kind.PREDICTION
    assert found["lever"].kind is Kind.CAUSAL
    assert found["lever"].sentence == events["lever"].sentence
    best, lever, adopted = (found[name].estimate for name in ("predictor", "lever_as_predictor", "adopted"))
    assert best is not None
    assert lever is not None
    assert adopted is not None
    assert best > max(lever, adopted) > 0.5
    assert "marks keener users" in found["lever_as_predictor"].sentence
    without = by_name(
        f5_activation_metric.INQUIRY,
        {"insights.definition_days": days, "insights.q1_1_activation_events": aggregate("insights.q1_1_activation_events")},
    )
    assert set(without) == {"predictor", "lever", "adopted"}
    assert without["lever"].kind is Kind.DECLINED


def build(folder: Path, observed_until: date = date(2024, 6, 30), arm: str = "control") -> Marts:
    """Ann signs up on 10 January 2023. Her second session runs over midnight: its cart is of the next day, as is her last."""
    shop = Shop(observed_until=observed_until)
    shop.user("ann", date(2023, 1, 10), device="Web", marketing_source="Paid")
    shop.session("ann", "2023-01-10 09:00", "view mop", "view mop")
    shop.session("ann", "2023-01-16 23:59", "view mop", "cart mop")
    shop.session("ann", "2023-02-08 23:58", "cart mop", "checkout")
    shop.session("ann", "2023-02-09 00:00", "cart mop")
    shop.order("ann", date(2023, 2, 8), "mop")
    shop.order("ann", date(2023, 2, 9), "mop")
    shop.order("ann", date(2024, 1, 4), "mop")
    shop.order("ann", date(2024, 1, 5), "mop")
    shop.assign("ann", "onboarding_nudge", arm, "2023-01-12 00:00")
    return shop.build(folder, DEFINITION_DAYS)


def test_a_definition_is_met_on_the_day_of_its_last_condition(tmp_path: Path) -> None:
    rows = build(tmp_path).rows(DEFINITION_DAYS)
    met = {(row["session_count"], row["event_type"], row["event_count"]): (row["day"], row["last_condition"]) for row in rows}
    assert met == {
        (0, "none", 0): (0, "session"),
        (1, "none", 0): (0, "session"),
        (2, "none", 0): (6, "session"),
        (3, "none", 0): (29, "session"),
        (0, "view_product", 1): (0, "event"),
        (0, "view_product", 2): (0, "event"),
        (0, "view_product", 3): (6, "event"),
        (0, "add_to_cart", 1): (7, "event"),
        (0, "add_to_cart", 2): (29, "event"),
        (0, "checkout_start", 1): (29, "event"),
        (2, "view_product", 1): (6, "session"),
        (2, "view_product", 2): (6, "session"),
        (2, "view_product", 3): (6, "event"),
        (2, "add_to_cart", 1): (7, "event"),
        (2, "add_to_cart", 2): (29, "event"),
        (2, "checkout_start", 1): (29, "event"),
        (3, "view_product", 1): (29, "session"),
        (3, "view_product", 2): (29, "session"),
        (3, "view_product", 3): (29, "session"),
        (3, "add_to_cart", 1): (29, "session"),
        (3, "add_to_cart", 2): (29, "event"),
        (3, "checkout_start", 1): (29, "event"),
    }
    assert {row["later_orders"] for row in rows} == {2}, "days 30 and 359 count, days 29 and 360 do not"
    assert {(row["paid_user_count"], row["ios_user_count"], row["returned_user_count"]) for row in rows} == {(1, 0, 1)}


@pytest.mark.parametrize(
    ("observed_until", "arm"),
    [(date(2024, 1, 3), "control"), (date(2024, 6, 30), "treatment")],
    ids=["not mature", "the nudge was shown"],
)
def test_who_is_in_no_cell(tmp_path: Path, observed_until: date, arm: str) -> None:
    marts = build(tmp_path, observed_until, arm)
    assert marts.rows(DEFINITION_DAYS) == []
    frame = {"insights.definition_days": as_frame(marts.arrow(DEFINITION_DAYS))}
    assert {each.kind for each in by_name(INQUIRY, frame).values()} == {Kind.DECLINED}
