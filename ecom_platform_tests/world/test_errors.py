"""Injected errors: at the declared rates, listed exactly with their clean values, and undone by them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ecom_platform.world import order_errors
from ecom_platform.world.errors import Change, ErrorKind, Hits, amounts
from ecom_platform_tests.world.worlds import clean_world, frames, world

SIZE: dict[str, Any] = {"users": 8_000}
DIRTY, CLEAN = world(**SIZE), clean_world(**SIZE)
KINDS = {
    "users": {
        "join_before_signup",
        "paid_without_join_date",
        "free_with_join_date",
        "unknown_device",
        "missing_region",
        "signup_in_future",
    },
    "orders": {"amount_mismatch", "negative_amount", "order_before_signup", "unknown_payment_status", "orphan_user"},
    "user_events": {
        "payment_without_checkout",
        "purchase_without_payment",
        "timestamp_reversed",
        "session_id_null",
        "user_id_mismatch",
    },
}
KEYS = {"users": "user_id", "orders": "order_id", "user_events": "event_id"}


def errors(name: str) -> pd.DataFrame:
    listed = frames(DIRTY)["injected_anomalies"]
    return listed[listed["table_name"] == name]


@pytest.mark.parametrize(("name", "rate"), [("users", 0.01), ("orders", 0.01), ("user_events", 0.02)])
def test_errors_have_their_rate_and_every_kind_occurs(name: str, rate: float) -> None:
    rows = frames(DIRTY)[name]
    tolerance = 4 * (rate * (1 - rate) / len(rows)) ** 0.5 + 0.03 * rate
    assert abs(rows["anomaly_flag"].mean() - rate) < tolerance
    assert set(errors(name)["kind"]) == KINDS[name]


@pytest.mark.parametrize("name", KINDS)
def test_the_flag_marks_exactly_the_listed_rows(name: str) -> None:
    rows = frames(DIRTY)[name]
    assert set(rows.loc[rows["anomaly_flag"], KEYS[name]]) == set(errors(name)["row_key"])


def test_some_rows_have_two_kinds_of_error() -> None:
    per_row = frames(DIRTY)["injected_anomalies"].groupby(["table_name", "row_key"])["kind"].nunique()
    assert (per_row > 1).groupby("table_name").any().all()


@pytest.mark.parametrize("name", KINDS)
def test_putting_the_clean_values_back_gives_the_clean_twin(name: str) -> None:
    key = KEYS[name]
    dirty = frames(DIRTY)[name].astype(object).set_index(key).drop(columns="anomaly_flag")
    clean = frames(CLEAN)[name].astype(object).set_index(key).drop(columns="anomaly_flag")
    assert dirty.index.equals(clean.index)
    differs = (dirty != clean) & ~(dirty.isna() & clean.isna())
    changed = {(row, column) for row, column in differs.stack()[lambda cell: cell].index}
    listed = errors(name)
    assert changed == set(zip(listed["row_key"], listed["column_name"], strict=True))
    for row, column, text in zip(listed["row_key"], listed["column_name"], listed["clean_value"], strict=True):
        value = clean.at[row, column]
        if text is None:
            assert pd.isna(value)
        elif isinstance(value, pd.Timestamp):
            assert pd.Timestamp(text) == value
        elif isinstance(value, bool):
            assert text == str(value).lower()
        else:
            assert text == str(value)


def test_other_tables_do_not_know_of_errors() -> None:
    for name in ("order_items", "experiment_assignments", "world_truth"):
        assert frames(DIRTY)[name].equals(frames(CLEAN)[name]), name


def test_each_kind_is_what_its_name_says() -> None:
    tables = frames(DIRTY)
    users = tables["users"].set_index("user_id")
    orders = tables["orders"].set_index("order_id")
    events = tables["user_events"].set_index("event_id")

    def rows(name: str, kind: str) -> pd.DataFrame:
        listed = errors(name)
        frame = {"users": users, "orders": orders, "user_events": events}[name]
        return frame.loc[listed.loc[listed["kind"] == kind, "row_key"].unique()]

    late = rows("users", "signup_in_future")
    assert (late["signup_date"] > DIRTY.settings.as_of).all()
    early = rows("users", "join_before_signup")
    assert (early["subscription_join_date"] < early["signup_date"]).all()
    assert (rows("users", "free_with_join_date")["subscription_type"] == "Free").all()
    paid = rows("users", "paid_without_join_date")
    assert ((paid["subscription_type"] != "Free") & paid["subscription_join_date"].isna()).all()

    totals = tables["order_items"].groupby("order_id")["line_amount"].sum()
    wrong = rows("orders", "amount_mismatch")
    assert (wrong["total_amount"] != totals.loc[wrong.index]).all()
    before = rows("orders", "order_before_signup")
    clean_signup = frames(CLEAN)["users"].set_index("user_id")["signup_date"]
    assert (before["order_date"] < before["user_id"].map(clean_signup)).all()
    strangers = rows("orders", "orphan_user")
    assert not strangers["user_id"].isin(users.index).any()
    months = pd.to_datetime(strangers["order_date"]).dt.to_period("M")
    assert (months == pd.to_datetime(strangers["signup_month"]).dt.to_period("M")).all()

    clean_events = frames(CLEAN)["user_events"].set_index("event_id")
    first = clean_events.pivot_table(index="session_id", columns="event_type", values="event_timestamp", aggfunc="min")
    back = rows("user_events", "timestamp_reversed")
    assert (back["event_timestamp"].dt.date == clean_events.loc[back.index, "event_timestamp"].dt.date).all()
    before_it = {"payment_attempt": "checkout_start", "purchase": "payment_attempt"}
    for kind, stage in before_it.items():
        of_kind = back[back["event_type"] == kind]
        stage_at = clean_events.loc[of_kind.index, "session_id"].map(first[stage])
        assert (of_kind["event_timestamp"].array < stage_at.array).all()
    foreign = rows("user_events", "user_id_mismatch")
    truth = clean_events.loc[foreign.index, "user_id"]
    assert (foreign["user_id"] != truth).all()
    other_month = foreign["user_id"].map(users["signup_month"])
    assert (other_month == foreign["signup_month"]).all()
    for kind, stage in (("payment_without_checkout", "checkout_start"), ("purchase_without_payment", "payment_attempt")):
        sessions = rows("user_events", kind)["session_id"]
        assert not sessions.isin(events.loc[events["event_type"] == stage, "session_id"]).any()


def test_a_new_kind_is_one_entry_and_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def free_of_charge(draft: order_errors.OrderRows, hit: Hits) -> list[Change]:
        clean = amounts(draft.total[hit.rows])
        draft.total[hit.rows] = 0
        return [Change("total_amount", hit.rows, clean)]

    monkeypatch.setattr(order_errors, "KINDS", (*order_errors.KINDS, ErrorKind("free_of_charge", 0.5, free_of_charge)))
    built = frames(world(**SIZE, seed=2))
    listed = built["injected_anomalies"].query("kind == 'free_of_charge'").set_index("row_key")
    orders = built["orders"].set_index("order_id").loc[listed.index]
    assert len(listed) > 10
    assert (orders["total_amount"] == 0).all()
    assert orders["anomaly_flag"].all()
    clean = frames(clean_world(**SIZE, seed=2))["orders"].set_index("order_id").loc[listed.index]
    assert (clean["total_amount"].astype(str) == listed["clean_value"]).all()


def test_an_extreme_rate_flags_every_row_that_an_error_may_hit() -> None:
    full = world(users=300, user_anomaly_rate=1.0, order_anomaly_rate=1.0, event_anomaly_rate=1.0)
    built = frames(full)
    assert built["users"]["anomaly_flag"].all()
    assert built["orders"]["anomaly_flag"].all()
    assert built["user_events"]["anomaly_flag"].mean() > 0.9
