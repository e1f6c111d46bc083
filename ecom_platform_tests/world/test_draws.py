"""Randomness and keys: uniform, independent across purposes, bijective."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ecom_platform.world.draws import bits, lane, lookup, mix, normal, uniform
from ecom_platform.world.keys import EVENT, USER, belonging, entities, hexadecimal, keys, uuids

NUMBERED = entities(600, np.arange(200_000), USER)


def test_draws_of_consecutive_entities_are_uniform() -> None:
    for purpose in ("one", "another"):
        assert stats.kstest(uniform(1, purpose, NUMBERED), "uniform").pvalue > 1e-3
    for index in range(4):
        counts = np.bincount(lane(bits(1, "lanes", NUMBERED), index) >> 8, minlength=256)
        assert stats.chisquare(counts).pvalue > 1e-3


def test_draws_of_other_purposes_seeds_and_neighbours_are_independent() -> None:
    limit = 5 / np.sqrt(len(NUMBERED))
    one = normal(1, "one", NUMBERED)
    assert abs(np.corrcoef(one, normal(1, "another", NUMBERED))[0, 1]) < limit
    assert abs(np.corrcoef(one, normal(2, "one", NUMBERED))[0, 1]) < limit
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < limit
    words = bits(1, "lanes", belonging(NUMBERED, EVENT, np.zeros(1, int)))
    for first in range(4):
        for second in range(first):
            assert abs(np.corrcoef(lane(words, first), lane(words, second))[0, 1]) < limit


@given(st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=50))
def test_mixing_is_a_bijection(values: list[int]) -> None:
    assert len(set(mix(np.array(values, dtype=np.uint64)).tolist())) == len(values)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_hexadecimal_writes_the_number(values: list[int]) -> None:
    rows = hexadecimal(np.array(values, dtype=np.uint64))
    assert [bytes(row).decode() for row in rows] == [f"{value:016x}" for value in values]


def test_a_draw_does_not_depend_on_its_company() -> None:
    assert uniform(1, "one", NUMBERED)[4_711] == uniform(1, "one", NUMBERED[4_711:4_712])[0]


def test_session_ids_are_version_4_uuids_and_distinct() -> None:
    from uuid import UUID

    rows = uuids(5, NUMBERED[:5_000])
    names = [bytes(row).decode() for row in rows]
    assert len(set(names)) == len(names)
    assert all(UUID(name).version == 4 and str(UUID(name)) == name for name in names)


def test_keys_have_one_width_and_hide_their_order() -> None:
    rows = [bytes(row).decode() for row in keys(5, "u", NUMBERED[:5_000])]
    assert len(set(rows)) == len(rows)
    assert {len(row) for row in rows} == {17}
    ranks = np.argsort(np.argsort(rows))
    assert abs(np.corrcoef(ranks, np.arange(len(rows)))[0, 1]) < 5 / np.sqrt(len(rows))


def test_a_lookup_gives_the_weights() -> None:
    shares = np.bincount(lookup((0.5, 0.0, 0.3, 0.2))) / (1 << 16)
    assert np.allclose(shares, [0.5, 0, 0.3, 0.2], atol=1e-4)
