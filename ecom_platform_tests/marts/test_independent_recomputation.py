"""The marts, computed a second time in pandas straight from the definitions, agree row for row with the SQL."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecom_platform.tables import Table
from ecom_platform.tables.marts.dm_category_performance import DM_CATEGORY_PERFORMANCE
from ecom_platform.tables.marts.dm_funnel_events import DM_FUNNEL_EVENTS, FUNNEL_STAGES
from ecom_platform.tables.marts.dm_rfm import DM_RFM, HOLDOUTS
from ecom_platform.tables.marts.dm_user_purchase_summary import DM_USER_PURCHASE_SUMMARY
from ecom_platform.tables.marts.dm_value_windows import DM_VALUE_WINDOWS, WINDOWS
from ecom_platform_tests.marts.random_shop import OBSERVED_UNTIL, random_shop
from ecom_platform_tests.marts.shop import ACTIVATION, Marts

Row = dict[str, Any]
Case = tuple[dict[str, pd.DataFrame], Marts]


@pytest.fixture(scope="module", params=[1, 2, 3])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    tables = random_shop(request.param).tables()
    frames = {name.split(".")[1]: table.to_pandas() for name, table in tables.items()}
    return frames, Marts(tmp_path_factory.mktemp("shop"), tables)


def compare(expected: list[Row], marts: Marts, table: Table) -> None:
    """Every expected column of every row, by the table's key."""
    found = {tuple(str(row[name]) for name in table.key): row for row in marts.rows(table)}
    assert {tuple(str(row[name]) for name in table.key) for row in expected} == set(found)
    for row in expected:
        actual = found[tuple(str(row[name]) for name in table.key)]
        for name, value in row.items():
            wanted = None if value is None or value is pd.NaT else value
            matches = actual[name] == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)
            assert matches, f"{name} of {row[table.key[0]]}: {actual[name]} instead of {wanted}"


def ratio(numerator: Any, denominator: Any) -> float | None:
    return float(numerator) / float(denominator) if denominator else None


def test_user_purchase_summary(case: Case) -> None:
    frames, marts = case
    expected = [user_row(user, frames) for _, user in frames["users"].iterrows()]
    compare(expected, marts, DM_USER_PURCHASE_SUMMARY)


def user_row(user: pd.Series, frames: dict[str, pd.DataFrame]) -> Row:
    age = (OBSERVED_UNTIL - user.signup_date).days + 1
    orders = frames["orders"][frames["orders"].user_id == user.user_id].copy()
    orders["day"] = [(day - user.signup_date).days for day in orders.order_date]
    paid = orders[orders.payment_status == "success"]
    lines = frames["order_items"][frames["order_items"].order_id.isin(paid.order_id)].merge(paid[["order_id", "day"]])
    events = frames["user_events"][frames["user_events"].user_id == user.user_id].copy()
    events["day"] = [(at.date() - user.signup_date).days for at in events.event_timestamp]
    carts = events[events.event_type == "add_to_cart"]
    first_event, first_cart = events.event_timestamp.min(), carts.event_timestamp.min()
    revenue = sum(paid.total_amount, Decimal(0))
    row: Row = {
        "user_id": user.user_id,
        "days_observed": age,
        "lifetime_revenue": revenue,
        "successful_order_count": len(paid),
        "failed_order_count": len(orders) - len(paid),
        "first_purchase_date": min(paid.order_date, default=None),
        "last_purchase_date": max(paid.order_date, default=None),
        "days_to_first_purchase": min(paid.day, default=None),
        "average_order_value": ratio(revenue, len(paid)),
        "high_tier_revenue": sum(lines.line_amount[lines.price_tier == "High"], Decimal(0)),
        "discounted_revenue": sum(lines.line_amount[lines.is_discounted.astype(bool)], Decimal(0)),
        "distinct_categories_bought": lines.category.nunique(),
        "days_to_first_cart": min(carts.day, default=None),
        "hours_to_first_cart": None if carts.empty else (first_cart - first_event).total_seconds() / 3600,
    }
    for name, (start, end) in WINDOWS.items():
        inside = paid[(paid.day >= start) & (paid.day < end)]
        row[f"revenue_{name}"] = sum(inside.total_amount, Decimal(0)) if age >= end else None
        row[f"order_count_{name}"] = len(inside) if age >= end else None
    active = {*events.day, *orders.day}
    for day in (1, 7, 30):
        row[f"is_active_day_{day}"] = day in active if age > day else None
    row["is_active_days_8_to_30"] = bool(active & set(range(7, 30))) if age >= 30 else None
    row["is_active_days_31_to_90"] = bool(active & set(range(30, 90))) if age >= 90 else None
    has_log = bool((frames["user_events"].signup_month == user.signup_month).any())
    for days in (7, 30):
        features = early_features(events[events.day < days], frames["products"])
        known = has_log and age >= days
        row |= {f"{name}_first_{days}_days": value if known else None for name, value in features.items()}
    criteria = [row[f"{event}_count_first_{ACTIVATION.window_days}_days"] for event in ("session", "cart", "checkout")]
    if None in criteria:
        return row | {"is_activated": None, "activation_level": None}
    sessions, cart_count, checkouts = criteria
    met = (sessions >= ACTIVATION.sessions) + (cart_count >= ACTIVATION.carts)
    level = ("none", "low", "high" if checkouts >= ACTIVATION.checkouts else "medium")[met]
    return row | {"is_activated": met == 2, "activation_level": level}


def test_value_windows(case: Case) -> None:
    frames, marts = case
    lines = frames["order_items"]
    orders = frames["orders"][frames["orders"].payment_status == "success"]
    expected = []
    for _, user in frames["users"].iterrows():
        age = (OBSERVED_UNTIL - user.signup_date).days + 1
        for start, end in WINDOWS.values():
            first, after = user.signup_date + timedelta(days=start), user.signup_date + timedelta(days=end)
            paid = orders[(orders.user_id == user.user_id) & (orders.order_date >= first) & (orders.order_date < after)]
            bought = lines[lines.order_id.isin(paid.order_id)]
            amounts: Row = {
                "order_count": len(paid),
                "revenue": sum(paid.total_amount, Decimal(0)),
                "high_tier_revenue": sum(bought.line_amount[bought.price_tier == "High"], Decimal(0)),
                "discounted_revenue": sum(bought.line_amount[bought.is_discounted.astype(bool)], Decimal(0)),
            }
            if age < end:
                amounts = dict.fromkeys(amounts)
            window = {"user_id": user.user_id, "start_day": start, "end_day": end, "is_window_observed": age >= end}
            expected.append(window | amounts)
    compare(expected, marts, DM_VALUE_WINDOWS)


def test_rfm(case: Case) -> None:
    frames, marts = case
    orders = frames["orders"][frames["orders"].payment_status == "success"]
    expected = []
    for _, user in frames["users"].iterrows():
        spent = (
            orders[orders.user_id == user.user_id].groupby("order_date").total_amount.agg(lambda sums: sum(sums, Decimal(0)))
        )
        starts = {"signup": user.signup_date, "day_30": user.signup_date + timedelta(days=30)}
        if len(spent):
            starts["first_purchase"] = min(spent.index) + timedelta(days=1)
        for clock, start in starts.items():
            for holdout in HOLDOUTS:
                end = OBSERVED_UNTIL - timedelta(days=holdout)
                counted = spent[[start <= day <= end for day in spent.index]]
                held = spent[[day > end for day in spent.index]]
                if start > end:
                    continue
                expected.append(
                    {
                        "user_id": user.user_id,
                        "clock": clock,
                        "holdout_days": holdout,
                        "clock_start": start,
                        "frequency": len(counted),
                        "recency_days": max(((day - start).days + 1 for day in counted.index), default=0),
                        "age_days": (end - start).days + 1,
                        "revenue": sum(counted, Decimal(0)),
                        "earlier_frequency": sum(day < start for day in spent.index),
                        "holdout_frequency": len(held) if holdout else None,
                        "holdout_revenue": sum(held, Decimal(0)) if holdout else None,
                    }
                )
    compare(expected, marts, DM_RFM)


def early_features(events: pd.DataFrame, products: pd.DataFrame) -> Row:
    views = events[events.event_type == "view_product"]
    counts = {stage: int((events.event_type == stage).sum()) for stage in FUNNEL_STAGES}
    sessions = [session for _, session in events.groupby("session_id")]
    starts = sorted(session.event_timestamp.min() for session in sessions)
    lengths = [(session.event_timestamp.max() - session.event_timestamp.min()).total_seconds() / 60 for session in sessions]
    gaps = [(later - earlier).total_seconds() / 3600 for earlier, later in pairwise(starts)]
    kinds = [set(session.event_type) for session in sessions]
    discounted = events.is_discount_event.astype(bool)
    return {
        "session_count": len(sessions),
        "event_count": len(events),
        "view_count": counts["view_product"],
        "cart_count": counts["add_to_cart"],
        "checkout_count": counts["checkout_start"],
        "payment_attempt_count": counts["payment_attempt"],
        "purchase_count": counts["purchase"],
        "active_day_count": events.day.nunique(),
        "distinct_products_viewed": views.product_id.nunique(),
        "distinct_categories_viewed": products.category[products.product_id.isin(views.product_id)].nunique(),
        "distinct_referrers": events.referrer.nunique(),
        "average_session_minutes": float(np.mean(lengths)) if lengths else None,
        "average_events_per_session": ratio(len(events), len(sessions)),
        "average_hours_between_sessions": float(np.mean(gaps)) if gaps else None,
        "sessions_with_checkout_without_cart": sum("checkout_start" in kind and "add_to_cart" not in kind for kind in kinds),
        "discount_view_count": int(discounted[views.index].sum()),
        "discount_view_share": ratio(discounted[views.index].sum(), len(views)),
        "has_discount_exposure": bool(discounted.any()),
    }


def test_funnel_events(case: Case) -> None:
    frames, marts = case
    signups = frames["users"].set_index("user_id").signup_date
    expected = []
    for _, session in frames["user_events"].groupby(["user_id", "session_id"]):
        user_id, session_id = session[["user_id", "session_id"]].iloc[0]
        deepest = max(FUNNEL_STAGES.index(stage) for stage in session.event_type)
        row: Row = {
            "user_id": user_id,
            "session_id": session_id,
            "session_start": session.event_timestamp.min(),
            "session_end": session.event_timestamp.max(),
            "duration_seconds": (session.event_timestamp.max() - session.event_timestamp.min()).total_seconds(),
            "days_since_signup": (session.event_timestamp.min().date() - signups[user_id]).days,
            "event_count": len(session),
            "furthest_stage": FUNNEL_STAGES[deepest],
            "drop_off_stage": None if FUNNEL_STAGES[deepest] == "purchase" else FUNNEL_STAGES[deepest],
            "is_discount_session": bool(session.is_discount_event.astype(bool).any()),
            "referrer": session.referrer.iloc[0],
        }
        for depth, name in enumerate(("view_at", "cart_at", "checkout_at", "payment_attempt_at", "purchase_at")):
            own = session[session.event_type == FUNNEL_STAGES[depth]]
            or_deeper = session[session.event_type.isin(FUNNEL_STAGES[depth:])]
            row[name] = None if own.empty else or_deeper.event_timestamp.min()
        expected.append(row)
    compare(expected, marts, DM_FUNNEL_EVENTS)


def test_category_performance(case: Case) -> None:
    frames, marts = case
    paid = frames["orders"][frames["orders"].payment_status == "success"]
    lines = frames["order_items"].merge(paid[["order_id", "user_id", "order_date"]])
    lines["month"] = [day.replace(day=1) for day in lines.order_date]
    months = [stamp.date() for stamp in pd.date_range(lines.month.min(), OBSERVED_UNTIL.replace(day=1), freq="MS")]
    complete = [month for month in months if (month + timedelta(days=31)).replace(day=1) <= OBSERVED_UNTIL]
    expected = []
    for category in sorted(lines.category.unique()):
        sold = {month: lines[(lines.category == category) & (lines.month == month)] for month in months}
        revenue = {month: sum(sold[month].line_amount, Decimal(0)) for month in months}
        seasons = seasonal_indices([float(revenue[month]) for month in complete], first=complete[0].month)
        for position, month in enumerate(months):
            total = sum(lines.line_amount[lines.month == month], Decimal(0))
            expected.append(
                {
                    "category": category,
                    "order_month": month,
                    "is_complete_month": month in complete,
                    "revenue": revenue[month],
                    "order_count": sold[month].order_id.nunique(),
                    "unit_count": int(sold[month].qty.sum()),
                    "buyer_count": sold[month].user_id.nunique(),
                    "average_order_value": ratio(revenue[month], sold[month].order_id.nunique()),
                    "average_unit_price": ratio(revenue[month], sold[month].qty.sum()),
                    "revenue_share": ratio(revenue[month], total),
                    "discounted_share": ratio(
                        sum(sold[month].line_amount[sold[month].is_discounted.astype(bool)], Decimal(0)), revenue[month]
                    ),
                    "month_on_month_growth": growth(revenue, months, position, 1, complete),
                    "year_on_year_growth": growth(revenue, months, position, 12, complete),
                    "seasonality_index": seasons.get(month.month),
                }
            )
    compare(expected, marts, DM_CATEGORY_PERFORMANCE)


def growth(revenue: dict[Any, Decimal], months: list[Any], position: int, back: int, complete: list[Any]) -> float | None:
    if position < back or months[position] not in complete or not revenue[months[position - back]]:
        return None
    return float(revenue[months[position]] / revenue[months[position - back]]) - 1


def seasonal_indices(values: list[float], first: int) -> dict[int, float]:
    """Ratio to a centred 2x12-month moving average, averaged by calendar month and scaled to a mean of 1."""
    if len(values) < 24:
        return {}
    weights = np.array([0.5, *[1.0] * 11, 0.5]) / 12
    trend = np.convolve(values, weights, mode="valid")
    ratios = np.array(values[6:-6]) / np.where(trend == 0, np.nan, trend)
    calendar = np.array([(first + 6 + number - 1) % 12 + 1 for number in range(len(ratios))])
    means = {month: float(np.nanmean(ratios[calendar == month])) for month in range(1, 13)}
    return {month: mean / float(np.mean(list(means.values()))) for month, mean in means.items()}
