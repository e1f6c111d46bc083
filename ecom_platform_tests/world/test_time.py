"""Append-only in time: a later as-of day only adds rows that happen later, and days add up to the whole."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_platform.world import World
from ecom_platform_tests.world.worlds import PRESENT, START, TABLES, in_key_order, keys_of, month_end, world

LAST = month_end(24)


@given(before=st.integers(0, (LAST - START).days), later=st.integers(1, 60), seed=st.integers(0, 5))
@settings(max_examples=12, deadline=None)
def test_an_earlier_world_is_a_prefix_of_a_later_one(before: int, later: int, seed: int) -> None:
    earlier = START + timedelta(days=before)
    small = {"users": 900, "seed": seed, "order_anomaly_rate": 0.2, "event_anomaly_rate": 0.2, "user_anomaly_rate": 0.3}
    first, second = world(as_of=earlier, **small), world(as_of=earlier + timedelta(days=later), **small)
    for month in first.months[-8:]:
        old, new = first.month(month), second.month(month)
        for name in TABLES:
            if name == "observation_windows":
                continue
            _assert_prefix(name, old[name], new[name], earlier)


def _assert_prefix(name: str, old: pa.Table, new: pa.Table, until: date) -> None:
    known = set(keys_of(old, name))
    kept = pa.array([key in known for key in keys_of(new, name)], pa.bool_())
    unchanging = [column for column in old.column_names if not (name == "users" and column in PRESENT)]
    assert new.filter(kept).select(unchanging).equals(old.select(unchanging)), name
    added = new.filter(pc.invert(kept))
    for column, first_day in {"users": "signup_date", "user_events": "event_timestamp"}.items():
        if name == column and added.num_rows:
            happened = pc.cast(added[first_day], pa.timestamp("us")) if name == "users" else added[first_day]
            assert pc.min(happened).as_py().date() > until
    if name == "orders" and added.num_rows:
        sound = added.filter(pc.invert(added["anomaly_flag"]))
        assert not pc.any(pc.less_equal(sound["order_date"], pa.scalar(until))).as_py()


def test_sixty_days_one_by_one_end_in_the_same_tables_as_one_build() -> None:
    start, end = date(2026, 6, 1), date(2026, 10, 8)
    small = {"users": 1_500, "start_month": start, "order_anomaly_rate": 0.1, "event_anomaly_rate": 0.1}
    before = world(as_of=end - timedelta(days=60), **small)
    grown = {name: [before.month(month)[name] for month in before.months] for name in TABLES}
    for ahead in range(60):
        today = end - timedelta(days=59 - ahead)
        for name, rows in world(as_of=today, **small).day(today).items():
            grown[name].append(rows)
    _assert_same(grown, world(as_of=end, **small))


def test_the_days_of_one_world_add_up_to_its_months() -> None:
    start, end = date(2026, 8, 1), date(2026, 10, 8)
    whole = world(as_of=end, start_month=start, users=1_500)
    days = [whole.day(start + timedelta(days=ahead)) for ahead in range((end - start).days + 1)]
    _assert_same({name: [day[name] for day in days] for name in TABLES}, whole)


def _assert_same(grown: dict[str, list[pa.Table]], final: World) -> None:
    for name in TABLES:
        if name == "observation_windows":
            continue
        built = pa.concat_tables([final.month(month)[name] for month in final.months])
        unchanging = [column for column in built.column_names if not (name == "users" and column in PRESENT)]
        replayed = in_key_order(pa.concat_tables(grown[name]), name).select(unchanging)
        assert replayed.equals(in_key_order(built, name).select(unchanging)), name


def test_present_tense_attributes_are_those_of_the_as_of_day() -> None:
    for days in (0, 40, 200):
        as_of = date(2025, 5, 10) + timedelta(days=days)
        small = world(as_of=as_of, users=2_000, user_anomaly_rate=0.0)
        users = pa.concat_tables([small.month(month)["users"] for month in small.months]).to_pylist()
        for user in users:
            joined = user["subscription_join_date"]
            assert (user["subscription_type"] == "Free") == (joined is None)
            assert joined is None or joined <= as_of
            assert user["is_new_user_flag"] == ((as_of - user["signup_date"]).days < 45)


def test_the_users_of_a_month_can_be_refreshed_alone() -> None:
    small = world(users=2_000)
    for month in small.months[::7]:
        assert small.users(month).equals(small.month(month)["users"])


def test_observation_windows_end_on_the_as_of_day() -> None:
    small = world()
    for month in small.months[:3]:
        assert small.month(month)["observation_windows"].to_pylist() == [
            {"signup_month": month, "observed_until": month_end(36)}
        ]
