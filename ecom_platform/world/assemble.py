"""A cohort's arrays as the raw tables, cut to the days that are asked for."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ecom_platform.tables import CATALOG
from ecom_platform.tables.raw.order_items import ORDER_ITEMS
from ecom_platform.tables.raw.products import CATEGORIES, PRICE_TIERS
from ecom_platform.tables.raw.user_events import EVENT_TYPES, PAGES, REFERRERS
from ecom_platform.tables.raw.users import DEVICES, MARKETING_SOURCES, REGIONS, SUBSCRIPTION_TYPES
from ecom_platform.tables.raw.world_truth import COMPLIANCE_TYPES
from ecom_platform.tables.spec import PARTITION_COLUMN, Table
from ecom_platform.world import columns
from ecom_platform.world.baskets import MOST_LINES
from ecom_platform.world.calendar import DAY_SECONDS, day_number, first_of
from ecom_platform.world.cohort import Cohort
from ecom_platform.world.demand import weekdays
from ecom_platform.world.errors import Injection
from ecom_platform.world.event_errors import event_errors
from ecom_platform.world.keys import ITEM, STRANGER, WIDTH, Bytes, belonging, keys, uuids
from ecom_platform.world.onboarding import NO_PRODUCT
from ecom_platform.world.order_errors import PAYMENT_STATUSES, order_errors
from ecom_platform.world.population import FREE, TRIAL_OFFER_DAY, Population
from ecom_platform.world.settings import WorldSettings
from ecom_platform.world.user_errors import user_errors

NEW_USER_DAYS = 45
UNKNOWN = "unknown"

Days = tuple[int, int]
"""First and last day, both included, as days since 1970-01-01."""

Found = list[tuple[str, Injection, NDArray[np.integer], Bytes]]
"""The errors found so far: table, error, and for each of its rows the day and the key."""


def tables(cohort: Cohort, days: Days) -> dict[str, pa.Table]:
    """Every partitioned raw table's rows of this signup month that happen within `days`, attributes as of the last of them."""
    people = cohort.people
    user_keys = keys(cohort.settings.seed, "u", people.ids)
    found: Found = []
    out = {
        "users": _users(cohort.settings, people, days, user_keys, found),
        **_orders(cohort, days, user_keys, found),
        "user_events": _events(cohort, days, user_keys, found),
        "experiment_assignments": _assignments(cohort, days, user_keys),
        "world_truth": _truth(cohort, days, user_keys),
    }
    out["injected_anomalies"] = _injected(cohort, days, found)
    out["observation_windows"] = _window(cohort, days)
    return out


def users(settings: WorldSettings, people: Population, days: Days) -> pa.Table:
    """The users table alone: it takes no simulation of what they do."""
    return _users(settings, people, days, keys(settings.seed, "u", people.ids), [])


def _within(day: NDArray[np.integer], days: Days) -> NDArray[np.int64] | slice:
    """The rows whose day is within the days: a slice when it is all of them."""
    inside = (day >= days[0]) & (day <= days[1])
    return slice(None) if inside.all() else np.flatnonzero(inside)


def _build(people: Population, name: str, count: int, made: dict[str, pa.Array[Any]]) -> pa.Table:
    spec: Table = CATALOG[f"raw.{name}"]
    month = np.full(count, day_number(first_of(people.month)), dtype=np.int32)
    return columns.table(spec, {**made, PARTITION_COLUMN: columns.dates(month)})


def _users(
    settings: WorldSettings,
    people: Population,
    days: Days,
    user_keys: Bytes,
    found: Found,
) -> pa.Table:
    shown, injections = user_errors(settings, people)
    found.extend(("users", each, people.signup_day[each.rows], user_keys[each.rows]) for each in injections)
    rows = _within(people.signup_day, days)
    joined, wrong = people.join_day <= days[1], shown.wrong_subscription
    plan = np.where(wrong, shown.plan, np.where(joined, people.plan, FREE))[rows]
    join_day = np.where(wrong, shown.join_day, np.where(joined, people.join_day, 0))[rows]
    return _build(
        people,
        "users",
        len(plan),
        {
            "user_id": columns.fixed_strings(user_keys[rows]),
            "signup_date": columns.dates(shown.signup_day[rows]),
            "device": columns.labels((*DEVICES, UNKNOWN), shown.device[rows]),
            "region": columns.labels(REGIONS, people.region[rows], shown.region_known[rows]),
            "marketing_source": columns.labels(MARKETING_SOURCES, people.source[rows]),
            "subscription_type": columns.labels(SUBSCRIPTION_TYPES, plan),
            "subscription_join_date": columns.dates(join_day, join_day != 0),
            "is_new_user_flag": columns.bools(people.signup_day[rows] > days[1] - NEW_USER_DAYS),
            "anomaly_flag": columns.bools(shown.flagged[rows]),
        },
    )


def _orders(cohort: Cohort, days: Days, user_keys: Bytes, found: Found) -> dict[str, pa.Table]:
    seed, book, goods = cohort.settings.seed, cohort.book, cohort.goods
    owners = cohort.people.ids[book.user]
    rows = _within(book.day, days)
    if not isinstance(rows, slice) and not len(rows):
        return {name: CATALOG[f"raw.{name}"].arrow_schema.empty_table() for name in ("orders", "order_items")}
    order_keys = keys(seed, "o", book.ids)
    shown, injections = order_errors(cohort, user_keys)
    found.extend(("orders", each, book.day[each.rows], order_keys[each.rows]) for each in injections)
    lines = book.baskets
    discounted = goods.discount_weekday[lines.product] == weekdays(book.day)[lines.order]
    on_discount = np.bincount(lines.order[discounted], minlength=len(book.user)) > 0

    buyers = user_keys[book.user[rows]]
    orphan = shown.orphan[rows]
    buyers[orphan] = keys(seed, "u", belonging(owners[rows][orphan], STRANGER, book.ordinal[rows][orphan]))
    orders = _build(
        cohort.people,
        "orders",
        len(buyers),
        {
            "order_id": columns.fixed_strings(order_keys[rows]),
            "user_id": columns.fixed_strings(buyers),
            "order_date": columns.dates(shown.day[rows]),
            "total_amount": columns.money(shown.total[rows]),
            "payment_status": columns.labels(PAYMENT_STATUSES, shown.status[rows]),
            "is_discount_day": columns.bools(on_discount[rows]),
            "anomaly_flag": columns.bools(shown.flagged[rows]),
        },
    )
    rows = _within(book.day[lines.order], days)
    order, product = lines.order[rows], lines.product[rows]
    item_ids = belonging(owners[order], ITEM, book.ordinal[order] * MOST_LINES + lines.number[rows])
    items = _build(
        cohort.people,
        ORDER_ITEMS.name,
        len(order),
        {
            "order_item_id": columns.fixed_strings(keys(seed, "i", item_ids)),
            "order_id": columns.fixed_strings(order_keys[order]),
            "product_id": columns.fixed_strings(goods.key[product]),
            "category": columns.labels(CATEGORIES, goods.category[product]),
            "price": columns.money(goods.price[product]),
            "price_tier": columns.labels(PRICE_TIERS, goods.tier[product]),
            "qty": columns.plain(pa.int64(), lines.quantity[rows]),
            "line_amount": columns.money(lines.amount[rows]),
            "is_discounted": columns.bools(discounted[rows]),
        },
    )
    return {"orders": orders, "order_items": items}


def _events(cohort: Cohort, days: Days, user_keys: Bytes, found: Found) -> pa.Table:
    seed, log, goods = cohort.settings.seed, cohort.onboarding, cohort.goods
    day = log.seconds // DAY_SECONDS
    rows = _within(day, days)
    if not isinstance(rows, slice) and not len(rows):
        return CATALOG["raw.user_events"].arrow_schema.empty_table()
    shown, injections = event_errors(cohort, user_keys)
    found.extend(("user_events", each, day[each.rows], keys(seed, "e", log.event_ids[each.rows])) for each in injections)
    session, product = log.event_session[rows], shown.product[rows]
    has_product = product != NO_PRODUCT
    device = cohort.people.device[log.session_user[session]]
    return _build(
        cohort.people,
        "user_events",
        len(session),
        {
            "event_id": columns.fixed_strings(keys(seed, "e", log.event_ids[rows])),
            "user_id": columns.fixed_strings(shown.user_key(user_keys[log.session_user[session]], rows)),
            "session_id": columns.fixed_strings(uuids(seed, log.session_ids)[session], shown.has_session[rows]),
            "event_type": columns.labels(EVENT_TYPES, shown.event_type[rows]),
            "event_timestamp": columns.timestamps(shown.seconds[rows]),
            "product_id": columns.fixed_strings(goods.key[np.where(has_product, product, 0)], has_product),
            "device": columns.labels(DEVICES, device),
            "referrer": columns.labels(REFERRERS, log.referrer[session]),
            "page": columns.labels(PAGES, log.page[rows]),
            "is_discount_event": columns.bools(shown.on_discount[rows]),
            "anomaly_flag": columns.bools(shown.flagged[rows]),
        },
    )


def _assignments(cohort: Cohort, days: Days, user_keys: Bytes) -> pa.Table:
    people = cohort.people
    offered_at = (people.signup_day + np.int32(TRIAL_OFFER_DAY)).astype(np.int64) * DAY_SECONDS
    shown_at = np.stack([cohort.onboarding.nudge_time, offered_at], axis=1).ravel()
    user = np.repeat(np.arange(len(people)), 2)
    rows = _within(shown_at // DAY_SECONDS, days)
    arm = np.stack([people.nudged, people.offered], axis=1).ravel()[rows]
    return _build(
        cohort.people,
        "experiment_assignments",
        len(arm),
        {
            "user_id": columns.fixed_strings(user_keys[user[rows]]),
            "experiment": columns.labels(
                ("onboarding_nudge", "trial_offer"), np.tile(np.array([0, 1], np.uint8), len(people))[rows]
            ),
            "arm": columns.labels(("control", "treatment"), arm.astype(np.uint8)),
            "assigned_at": columns.timestamps(shown_at[rows]),
        },
    )


def _truth(cohort: Cohort, days: Days, user_keys: Bytes) -> pa.Table:
    people, log = cohort.people, cohort.onboarding
    rows = _within(people.signup_day, days)
    compliance = np.where(log.activated_if_not_nudged, 0, np.where(log.activated_if_nudged, 1, 2)).astype(np.uint8)
    plans = people.plan_if_not_offered != FREE, people.plan_if_offered != FREE
    potential: dict[str, pa.Array[Any]] = {}
    for name, outcome, joining, column in (
        ("revenue", cohort.revenue, cohort.joining_revenue, columns.money),
        ("order_count", cohort.orders, cohort.joining_orders, partial(columns.plain, pa.int64())),
    ):
        values = {
            name: outcome.actual,
            **{f"{name}_{field}": values for field, values in vars(outcome).items() if field != "actual"},
            f"{name}_if_not_offered": np.where(plans[0], outcome.if_subscribed, outcome.if_not_subscribed),
            f"{name}_if_offered": np.where(plans[1], outcome.if_subscribed, outcome.if_not_subscribed),
            f"joining_{name}_if_not_subscribed": joining.if_not_subscribed,
            f"joining_{name}_if_subscribed": joining.if_subscribed,
        }
        potential |= {each: column(found[rows]) for each, found in values.items()}
    return _build(
        cohort.people,
        "world_truth",
        len(compliance[rows]),
        {
            "user_id": columns.fixed_strings(user_keys[rows]),
            "intent": columns.plain(pa.float64(), people.intent[rows]),
            "order_rate": columns.plain(pa.float64(), cohort.shoppers.rate[rows]),
            "dropout_probability": columns.plain(pa.float64(), cohort.shoppers.dropout[rows]),
            "nudged": columns.bools(people.nudged[rows]),
            "compliance": columns.labels(COMPLIANCE_TYPES, compliance[rows]),
            "activated": columns.bools(log.activated[rows]),
            "activated_if_not_nudged": columns.bools(log.activated_if_not_nudged[rows]),
            "activated_if_nudged": columns.bools(log.activated_if_nudged[rows]),
            "discount_exposed": columns.bools(log.discount_exposed[rows]),
            "offered": columns.bools(people.offered[rows]),
            "plan_if_not_offered": columns.labels(SUBSCRIPTION_TYPES, people.plan_if_not_offered[rows]),
            "plan_if_offered": columns.labels(SUBSCRIPTION_TYPES, people.plan_if_offered[rows]),
            **potential,
        },
    )


def _injected(cohort: Cohort, days: Days, found: Found) -> pa.Table:
    names, kinds, where, clean, row_keys = [], [], [], [], []
    for name, each, day, key in found:
        inside = np.flatnonzero((day >= days[0]) & (day <= days[1]))
        names += [name] * len(inside)
        kinds += [each.kind] * len(inside)
        where += [each.column] * len(inside)
        clean += [each.clean[at] for at in inside.tolist()]
        row_keys.append(key[inside])
    return _build(
        cohort.people,
        "injected_anomalies",
        len(names),
        {
            "table_name": pa.array(names, pa.string()),
            "row_key": columns.fixed_strings(np.concatenate([np.empty((0, WIDTH), np.uint8), *row_keys])),
            "kind": pa.array(kinds, pa.string()),
            "column_name": pa.array(where, pa.string()),
            "clean_value": pa.array(clean, pa.string()),
        },
    )


def _window(cohort: Cohort, days: Days) -> pa.Table:
    return _build(
        cohort.people, "observation_windows", 1, {"observed_until": columns.dates(np.asarray([days[1]], dtype=np.int32))}
    )
