"""Settings: bad ones are refused with one sentence, and the digest distinguishes any two."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_platform.world import World, WorldSettings


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"users": 0}, "users is 0; it must be a whole number from 1 to"),
        ({"users": 10.5}, "users is 10.5; it must be a whole number"),
        ({"seed": "seven"}, "seed is 'seven'; it must be a whole number"),
        ({"start_month": date(2024, 1, 2)}, "start_month is 2024-01-02; it must be the first day of a month."),
        ({"as_of": date(2023, 11, 30)}, "as_of is 2023-11-30; it must not be before start_month, 2023-12-01."),
        ({"as_of": "2024-01-01"}, "as_of is '2024-01-01'; it must be a datetime.date."),
        ({"event_anomaly_rate": -0.1}, "event_anomaly_rate is -0.1; it must be a number from 0 to 1."),
        ({"user_anomaly_rate": float("nan")}, "user_anomaly_rate is nan; it must be a number from 0 to 1."),
        ({"nudge_effect": 1.2}, "nudge_effect is 1.2; it must be a number from 0 to 1."),
        ({"trial_offer_effect": 0.9}, "it makes the probability of a subscription"),
        ({"activation_effect": -1.0}, "activation_effect is -1.0; it must be a number from -0.9 to 4."),
        ({"nudge_direct_effect": -1.0}, "nudge_direct_effect is -1.0; it must be a number from -0.9 to 4."),
        ({"activation_effect_by_intent": 1.5}, "activation_effect_by_intent is 1.5; it must be a number from -1 to 1."),
        ({"activation_effect_by_source": (1.0, 3.0, 1.0)}, "it must be 3 weights, each from 0 to 2."),
        ({"seasonality": (1.0,) * 11}, "it must be 12 weights, each from 0.5 to 2."),
        ({"users": 400_000_000, "as_of": date(2060, 1, 1)}, "that makes a month of more than"),
    ],
)
def test_a_bad_setting_is_refused_with_one_sentence(bad: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError) as refused:
        WorldSettings(**bad)  # type: ignore[arg-type]
    message = str(refused.value)
    assert says in message
    assert "\n" not in message
    assert message.endswith(".")


def test_the_digest_covers_everything_but_the_identity() -> None:
    plain = WorldSettings()
    assert plain.digest() == replace(plain, seed=1, users=5, as_of=date(2030, 1, 1), start_month=date(2020, 1, 1)).digest()
    assert plain.digest() != replace(plain, activation_effect=0.0).digest()
    assert plain.digest() != replace(plain, event_anomaly_rate=0.0).digest()


def test_a_month_without_users_gives_empty_tables() -> None:
    lonely = World(WorldSettings(users=1, seed=3))
    sizes = [lonely.month(month)["users"].num_rows for month in lonely.months]
    empty = lonely.months[sizes.index(0)]
    built = lonely.month(empty)
    assert all(table.num_rows == 0 for name, table in built.items() if name != "observation_windows")
    assert built["observation_windows"].num_rows == 1


def test_a_month_or_day_outside_the_world_is_refused() -> None:
    small = World(WorldSettings(users=10))
    with pytest.raises(ValueError, match="is not a month of this world"):
        small.month(date(2023, 11, 1))
    with pytest.raises(ValueError, match="is not a month of this world"):
        small.month(date(2024, 1, 2))
    with pytest.raises(ValueError, match="is outside the world"):
        small.day(date(2026, 11, 23))


RATES = st.floats(0, 1)
EFFECTS = st.floats(-0.9, 4)


@given(
    chosen=st.fixed_dictionaries(
        {},
        optional={
            "seed": st.integers(-(2**63), 2**63 - 1),
            "user_anomaly_rate": RATES,
            "order_anomaly_rate": RATES,
            "event_anomaly_rate": RATES,
            "overlap_rate": RATES,
            "nudge_effect": RATES,
            "activation_effect": EFFECTS,
            "activation_effect_by_source": st.tuples(*[st.floats(0, 2)] * 3),
            "activation_effect_by_intent": st.floats(-1, 1),
            "nudge_direct_effect": EFFECTS,
            "subscription_effect": EFFECTS,
            "discount_effect": EFFECTS,
            "confounding": st.floats(0, 2),
            "failure_rate": st.floats(0, 0.5),
            "weekend_factor": st.floats(0.5, 2),
            "activation_carts": st.integers(1, 12),
            "activation_sessions": st.integers(1, 12),
            "activation_days": st.integers(5, 30),
            "trial_offer_effect": st.floats(0, 0.3),
            "premium_share": st.floats(0, 0.3),
            "plus_share": st.floats(0, 0.4),
        },
    ),
    days=st.integers(0, 500),
)
@settings(max_examples=25, deadline=None)
def test_every_allowed_setting_builds_a_sound_world(chosen: dict[str, Any], days: int) -> None:
    made = World(WorldSettings(users=1_500, as_of=date(2023, 12, 1) + timedelta(days=days), **chosen))
    for table in made.month(made.months[-1]).values():
        table.validate(full=True)
    truth = made.month(made.months[0])["world_truth"].to_pylist()
    for user in truth:
        assert user["activated"] == user["activated_if_nudged" if user["nudged"] else "activated_if_not_nudged"]
        assert user["activated_if_nudged"] or not user["activated_if_not_nudged"]
