"""The search finds the definition that acts, on whatever day and count it is, and claims none where none acts."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from ecom_platform.insights.candidates import Definition, candidates, together
from ecom_platform.insights.cliffs import Search, jump_of, search
from ecom_platform_tests.insights.definition_days import MONTHS, Crowd

USERS = 30_000
ACTING = (
    (Definition(4, "add_to_cart", 1), 7),
    (Definition(5, "none", 0), 9),
    (Definition(0, "add_to_cart", 2), 6),
)


@cache
def searched(definition: Definition, end: int, effect: float, seed: int, where: tuple[date, ...] = MONTHS) -> Search:
    crowd = Crowd(np.random.default_rng(seed), USERS, definition, end, effect, where)
    found = search(*candidates(crowd.cells()))
    assert found is not None
    return found


@pytest.mark.parametrize(("definition", "end"), ACTING, ids=lambda each: getattr(each, "words", each))
def test_it_names_the_definition_that_acts_and_the_end_of_its_window(definition: Definition, end: int) -> None:
    found = searched(definition, end, 0.8, seed=1)
    assert (found.named.definition, found.named.end, found.refusal) == (definition, end, "")
    assert found.named.jump.estimate < 0
    assert found.named_later is not None
    assert found.p_adjusted < 0.001


def test_where_nothing_acts_it_claims_nothing() -> None:
    for seed in range(2, 6):
        assert searched(*ACTING[0], 0.0, seed=seed).refusal


def test_a_cliff_of_the_earlier_cohorts_alone_is_not_confirmed() -> None:
    found = searched(*ACTING[0], 1.5, seed=7, where=MONTHS[:3])
    assert found.p_adjusted < 0.05
    assert "later ones" in found.refusal


def test_who_the_users_are_must_not_jump_on_the_same_day() -> None:
    definition, end = ACTING[0]
    crowd = Crowd(np.random.default_rng(8), USERS, definition, end, 0.8)
    in_time = crowd.day_of(definition) < end
    crowd.kinds["paid_user_count"] = np.random.default_rng(9).random(USERS) < np.where(in_time, 0.3, 0.6)
    found = search(*candidates(crowd.cells()))
    assert found is not None
    assert "not alike" in found.refusal


def test_a_second_cliff_of_the_same_definition_withdraws_the_first() -> None:
    definition, end = ACTING[0]
    crowd = Crowd(np.random.default_rng(10), USERS, definition, end, 0.9)
    crowd.orders = np.where(crowd.day_of(definition) < end + 4, crowd.orders + 2, crowd.orders)
    found = search(*candidates(crowd.cells()))
    assert found is not None
    assert "other days" in found.refusal


def test_the_two_halves_are_whole_months_and_together_everybody() -> None:
    cells = Crowd(np.random.default_rng(11), 3_000, *ACTING[0], 0.8).cells()
    earlier, later = candidates(cells)
    whole = together(earlier, later)
    assert earlier.users + later.users == whole.users == 3_000
    assert 0.5 <= earlier.users / 3_000 < 0.7
    position = whole.position(ACTING[0][0])
    assert position is not None
    own, others = whole.sides(position, 7)
    assert own.n + others.n == 3_000
    assert whole.met[position, 7] == own.n
    assert whole.correlations()[position, 7] > 0
    assert jump_of(whole, position, 0) is None
    (_, met), (returned, everybody) = whole.returns(position, 7)
    assert (met, everybody) == (own.n, 3_000)
    assert 0 < returned < everybody
