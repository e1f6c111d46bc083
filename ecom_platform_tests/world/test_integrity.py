"""A clean world is coherent: references hold, events and orders agree, every session keeps the rules of the log."""

from __future__ import annotations

import pandas as pd
import pytest

from ecom_platform.tables import CATALOG
from ecom_platform_tests.world.worlds import TABLES, clean_world, frames

WORLD = clean_world(users=4_000)
STAGES = ["view_product", "add_to_cart", "checkout_start", "payment_attempt", "purchase"]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    built = dict(frames(WORLD))
    for name in ("user_events", "orders"):
        built[name] = built[name].copy()
    built["products"] = WORLD.products().to_pandas()
    events, users = built["user_events"], built["users"]
    events["day"] = events["event_timestamp"].dt.tz_localize(None).dt.normalize()
    signup = users.set_index("user_id")["signup_date"]
    events["signup"] = pd.to_datetime(events["user_id"].map(signup))
    built["orders"]["signup"] = built["orders"]["user_id"].map(signup)
    return built


@pytest.mark.parametrize("name", [*TABLES, "products"])
def test_references_hold_and_sound_columns_have_values(tables: dict[str, pd.DataFrame], name: str) -> None:
    spec = CATALOG[f"raw.{name}"]
    for key in spec.foreign_keys:
        target = tables[CATALOG[key.references].name]
        assert tables[name][key.column].dropna().isin(target[key.column]).all(), key
    for column in spec.columns:
        values = tables[name][column.name]
        assert column.nullable or values.notna().all(), column.name
        assert not column.accepted or values.dropna().isin(column.accepted).all(), column.name


def test_a_clean_world_lists_no_errors(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["injected_anomalies"].empty
    assert not any(tables[name]["anomaly_flag"].any() for name in ("users", "orders", "user_events"))


def test_sessions_have_two_to_six_events_in_steps_of_five_seconds_to_twenty_minutes(tables: dict[str, pd.DataFrame]) -> None:
    events = tables["user_events"]
    complete = events[events["day"] < pd.Timestamp(WORLD.settings.as_of) - pd.Timedelta(days=35)]
    sizes = complete.groupby("session_id").size()
    assert sizes.between(2, 6).all()
    steps = events.groupby("session_id")["event_timestamp"].diff().dropna().dt.total_seconds()
    assert steps.between(5, 1_200).all()
    assert events.groupby("session_id")["user_id"].nunique().eq(1).all()
    assert events.groupby("session_id")["referrer"].nunique().eq(1).all()


def test_users_have_three_to_twelve_sessions_and_fifteen_to_twenty_five_events(tables: dict[str, pd.DataFrame]) -> None:
    events = tables["user_events"]
    matured = events[events["signup"] <= pd.Timestamp(WORLD.settings.as_of) - pd.Timedelta(days=30)]
    by_user = matured.groupby("user_id")
    assert by_user.size().between(15, 25).all()
    assert by_user["session_id"].nunique().between(3, 12).all()
    assert (by_user["day"].min() == by_user["signup"].first()).all()
    assert (by_user["day"].max() - by_user["signup"].first()).dt.days.max() < 30


def test_sessions_of_a_user_are_one_hour_to_three_days_apart(tables: dict[str, pd.DataFrame]) -> None:
    bounds = tables["user_events"].groupby(["user_id", "session_id"], sort=False)["event_timestamp"].agg(["min", "max"])
    bounds = bounds.reset_index().sort_values(["user_id", "min"])
    gaps = (bounds["min"] - bounds.groupby("user_id")["max"].shift()).dropna().dt.total_seconds()
    assert gaps.between(3_600, 3 * 86_400).all()


def test_events_are_sorted_by_time_within_a_user(tables: dict[str, pd.DataFrame]) -> None:
    events = tables["user_events"]
    assert (events.groupby("user_id")["event_timestamp"].diff().dropna() > pd.Timedelta(0)).all()


def test_a_session_goes_down_the_funnel_in_order(tables: dict[str, pd.DataFrame]) -> None:
    first = tables["user_events"].pivot_table(
        index="session_id", columns="event_type", values="event_timestamp", aggfunc="min"
    )
    assert (first.loc[first["payment_attempt"].notna(), "checkout_start"] < first["payment_attempt"].dropna()).all()
    assert (first.loc[first["purchase"].notna(), "payment_attempt"] < first["purchase"].dropna()).all()
    assert first["checkout_start"].notna()[first["add_to_cart"].isna()].any(), "a checkout without a cart is normal"


def test_products_are_on_views_and_carts_only_and_discounts_are_their_weekdays(tables: dict[str, pd.DataFrame]) -> None:
    events = tables["user_events"].merge(tables["products"], on="product_id", how="left")
    with_product = events["event_type"].isin(STAGES[:2])
    assert (events["product_id"].notna() == with_product).all()
    on_discount = events["discount_day_of_week"] == events["event_timestamp"].dt.dayofweek
    assert (events["is_discount_event"] == on_discount).all()
    device = tables["users"].set_index("user_id")["device"]
    assert (events["device"] == events["user_id"].map(device)).all()


def test_every_purchase_event_has_its_order_and_every_early_order_its_session(tables: dict[str, pd.DataFrame]) -> None:
    events, orders = tables["user_events"], tables["orders"]
    payments = events[events["event_type"] == "payment_attempt"].groupby("session_id")[["user_id"]].first()
    purchases = events[events["event_type"] == "purchase"].set_index("session_id")
    payments["paid"] = payments.index.isin(purchases.index)
    last = events[events["event_type"].isin(STAGES[3:])].groupby("session_id")["day"].max()
    payments["day"] = last
    # A session cut at midnight by the end of the observation has its payment, and its order only tomorrow.
    payments = payments[payments["day"] < pd.Timestamp(WORLD.settings.as_of)]
    wanted = payments.groupby(["user_id", "day", "paid"]).size()
    ends = events.groupby("user_id")["day"].max()
    early = orders.assign(day=pd.to_datetime(orders["order_date"]), paid=orders["payment_status"] == "success")
    early = early[(early["day"] <= early["user_id"].map(ends)) & (early["day"] < pd.Timestamp(WORLD.settings.as_of))]
    found = early.groupby(["user_id", "day", "paid"]).size()
    assert len(wanted) > 1_000
    assert wanted.to_dict() == found.to_dict()


def test_orders_add_up(tables: dict[str, pd.DataFrame]) -> None:
    orders, items = tables["orders"], tables["order_items"]
    assert (items["line_amount"] == items["price"] * items["qty"]).all()
    assert (orders.set_index("order_id")["total_amount"] == items.groupby("order_id", sort=False)["line_amount"].sum()).all()
    assert (orders["order_date"] >= orders["signup"]).all()
    assert not items.duplicated(["order_id", "product_id"]).any()
    joined = items.merge(tables["products"], on="product_id", suffixes=("", "_now")).merge(
        orders[["order_id", "order_date", "is_discount_day"]], on="order_id"
    )
    for column in ("category", "price", "price_tier"):
        assert (joined[column] == joined[f"{column}_now"]).all()
    on_discount = joined["discount_day_of_week"] == pd.to_datetime(joined["order_date"]).dt.dayofweek
    assert (joined["is_discounted"] == on_discount).all()
    by_order = joined.groupby("order_id", sort=False)["is_discounted"].any()
    assert (orders.set_index("order_id")["is_discount_day"] == by_order).all()


def test_the_product_of_the_cart_is_in_the_order(tables: dict[str, pd.DataFrame]) -> None:
    events = tables["user_events"]
    bought = events[events["session_id"].isin(events.loc[events["event_type"] == "purchase", "session_id"])]
    carted = bought[bought["event_type"] == "add_to_cart"].drop_duplicates("session_id", keep="last")
    lines = tables["orders"].merge(tables["order_items"], on="order_id")
    pairs = set(zip(lines["user_id"], lines["product_id"], strict=True))
    assert all(pair in pairs for pair in zip(carted["user_id"], carted["product_id"], strict=True))


def test_legal_look_alikes_occur(tables: dict[str, pd.DataFrame]) -> None:
    events = tables["user_events"]
    assert events["event_timestamp"].duplicated().any(), "equal timestamps of different users"
    kinds = events.groupby("session_id").agg(
        user=("user_id", "first"),
        day=("day", "first"),
        cart=("event_type", lambda kind: "add_to_cart" in set(kind)),
        purchase=("event_type", lambda kind: "purchase" in set(kind)),
    )
    carted = kinds[kinds["cart"] & ~kinds["purchase"]]
    later = kinds[kinds["purchase"] & ~kinds["cart"]]
    pairs = set(zip(carted["user"], carted["day"] + pd.Timedelta(days=1), strict=True))
    assert any(pair in pairs for pair in zip(later["user"], later["day"], strict=True)), "a purchase the day after its cart"


def test_the_truth_agrees_with_the_tables(tables: dict[str, pd.DataFrame]) -> None:
    truth, events, orders = tables["world_truth"].set_index("user_id"), tables["user_events"], tables["orders"]
    as_of = pd.Timestamp(WORLD.settings.as_of)
    users = tables["users"].set_index("user_id")
    signup = pd.to_datetime(users["signup_date"])
    matured = users.index[signup <= as_of - pd.Timedelta(days=359)]

    early = events[
        events["event_timestamp"].dt.tz_localize(None) < events["signup"] + pd.Timedelta(days=WORLD.settings.activation_days)
    ]
    carts = early[early["event_type"] == "add_to_cart"].groupby("user_id").size().reindex(matured, fill_value=0)
    sessions = early.groupby("user_id")["session_id"].nunique().reindex(matured, fill_value=0)
    activated = (carts >= WORLD.settings.activation_carts) & (sessions >= WORLD.settings.activation_sessions)
    assert (activated == truth.loc[matured, "activated"]).all()

    seen = events[events["is_discount_event"] & (events["day"] == events["signup"])]["user_id"].unique()
    assert (truth.loc[matured, "discount_exposed"] == matured.isin(seen)).all()

    age = (pd.to_datetime(orders["order_date"]) - pd.to_datetime(orders["signup"])).dt.days
    counted = orders[(age >= 30) & (age < 360) & (orders["payment_status"] == "success")]
    revenue = counted.groupby("user_id")["total_amount"].sum().astype("int64").reindex(matured, fill_value=0)
    assert len(matured) > 1_000
    assert (revenue == truth.loc[matured, "revenue"].astype("int64")).all(), (
        "to the won, in [signup + 30 days, signup + 360 days)"
    )

    arms = tables["experiment_assignments"].pivot_table(index="user_id", columns="experiment", values="arm", aggfunc="first")
    assert (truth.loc[matured, "nudged"] == (arms.loc[matured, "onboarding_nudge"] == "treatment")).all()
    assert (truth.loc[matured, "offered"] == (arms.loc[matured, "trial_offer"] == "treatment")).all()
    for cause, had in (("activated", truth["activated"]), ("exposed", truth["discount_exposed"]), ("nudged", truth["nudged"])):
        other = truth[f"revenue_if_{cause}"].where(had, truth[f"revenue_if_not_{cause}"])
        assert (other == truth["revenue"]).all(), cause
