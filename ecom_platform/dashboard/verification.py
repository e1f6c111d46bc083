"""Whether a written page says what the marts hold: its cubes, taken from the file, against SQL written another way.

The published aggregates are not read here. Each measure is counted again over users, orders, events and sessions, with the
chosen customers as a condition inside the sum, for every choice of filters at once.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecom_platform.dashboard.rollup import Rollup, Span, model_in
from ecom_platform.tables import CATALOG
from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.tables.dashboard.times_between_stages import SECONDS
from ecom_platform.warehouse.contract import Warehouse

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

SIZE_LIMIT = 2_000_000
"""Bytes of a page, at any number of users."""
OUTSIDE = re.compile(
    r"""(?:src|srcset|href|action|data|poster)\s*=\s*["']?\s*(?:[a-z]+:)?//|url\(\s*["']?(?!#)|@import|https?://"""
)
"""What makes a browser reach for another host, and any address at all."""
AT_ONCE = 40
"""Choices that one statement counts."""

USERS = "marts.dm_user_purchase_summary"
EVENTS = "clean.user_events"
ORDERS = "clean.orders"
ITEMS = "clean.order_items"
PRODUCTS = "clean.products"
SESSIONS = "marts.dm_funnel_events"
WINDOWS = "marts.dm_value_windows"

_ACTIVITY = (
    f"(SELECT user_id, DATE(event_timestamp) AS day FROM {EVENTS} UNION ALL SELECT user_id, order_date AS day FROM {ORDERS}) "
    f"AS activity INNER JOIN {USERS} AS users ON users.user_id = activity.user_id"
)
_ORDERS = f"{ORDERS} AS orders INNER JOIN {USERS} AS users ON users.user_id = orders.user_id"
_SESSIONS = f"{SESSIONS} AS sessions INNER JOIN {USERS} AS users ON users.user_id = sessions.user_id"
_LINES = f"{ITEMS} AS items INNER JOIN {_ORDERS.replace(' INNER JOIN', ' ON orders.order_id = items.order_id INNER JOIN', 1)}"
_WINDOWS = f"{WINDOWS} AS windows INNER JOIN {USERS} AS users ON users.user_id = windows.user_id"
_PAID = "orders.payment_status = 'success'"
_SIGNUP = {"signup_month": "DATE_TRUNC(users.signup_date, MONTH)"}
_AGE = "DIV(DATE_DIFF(activity.day, users.signup_date, DAY), 30)"
_SQUARE = "CAST(windows.revenue AS FLOAT64) * CAST(windows.revenue AS FLOAT64)"


def _sum(expression: str, when: str = "TRUE") -> str:
    return f"SUM(IF({{chosen}} AND {when}, {expression}, 0))"


def _count(when: str = "TRUE") -> str:
    return f"COUNTIF({{chosen}} AND {when})"


def _different_users(when: str = "TRUE") -> str:
    return f"COUNT(DISTINCT IF({{chosen}} AND {when}, users.user_id, NULL))"


@dataclass(frozen=True)
class Recount:
    """Measures of a cube, counted again: `measures` and `axes` in GoogleSQL over `source`, in which `users` are the users.

    `{chosen}` in a measure is the condition that the row's user is among the chosen.
    """

    source: str
    axes: Mapping[str, str]
    measures: Mapping[str, str]
    where: str = "TRUE"

    @property
    def reads(self) -> list[str]:
        return [name for name in CATALOG if re.search(rf"\b{re.escape(name)}\b", self.source)]


_KPI_MONTH = "DATE_TRUNC({}, MONTH)"
_DAYS = "CROSS JOIN UNNEST([1, 7, 30]) AS days_since_signup"
_DAY_FLAG = (
    "CASE days_since_signup WHEN 1 THEN users.is_active_day_1 WHEN 7 THEN users.is_active_day_7 "
    "ELSE users.is_active_day_30 END"
)
_STEPS = " UNION ALL ".join(
    f"SELECT user_id, '{stage}' AS stage, TIMESTAMP_DIFF({ended}, {began}, SECOND) AS seconds FROM {SESSIONS} "
    f"WHERE {began} IS NOT NULL AND {ended} IS NOT NULL"
    for stage, began, ended in (
        ("view_product", "view_at", "cart_at"),
        ("add_to_cart", "cart_at", "checkout_at"),
        ("checkout_start", "checkout_at", "payment_attempt_at"),
        ("payment_attempt", "payment_attempt_at", "purchase_at"),
    )
)
_CLASS = f"GREATEST({', '.join(f'IF(steps.seconds >= {begins}, {begins}, 0)' for begins in SECONDS)})"
_LONGEST_OBSERVED = (
    "SELECT each.user_id, MAX(each.days_observed) OVER (PARTITION BY DATE_TRUNC(each.signup_date, MONTH), "
    + ", ".join(f"COALESCE(each.{name}, 'unknown')" for name in DIMENSIONS)
    + f") AS longest_observed FROM {USERS} AS each"
)

RECOUNTS: Mapping[tuple[str, str], tuple[Recount, ...]] = {
    ("kpi", "kpis"): (
        Recount(
            _ORDERS,
            {"calendar_month": _KPI_MONTH.format("orders.order_date")},
            {
                "revenue": _sum("orders.total_amount", _PAID),
                "order_count": _count(_PAID),
                "buyer_count": _different_users(_PAID),
                "repeat_buyer_count": _different_users(f"{_PAID} AND orders.order_id <> first_orders.order_id"),
            },
        ),
        Recount(
            _ACTIVITY,
            {"calendar_month": _KPI_MONTH.format("activity.day")},
            {"active_user_count": _different_users()},
        ),
        Recount(
            f"{USERS} AS users",
            {"calendar_month": _KPI_MONTH.format("users.signup_date")},
            {
                "new_user_count": _count(),
                "activated_user_count": _count("users.is_activated"),
                "activation_known_user_count": _count("users.is_activated IS NOT NULL"),
            },
        ),
        Recount(
            _SESSIONS,
            {"calendar_month": _KPI_MONTH.format("DATE(sessions.session_start)")},
            {
                "session_count": _count("sessions.furthest_stage IS NOT NULL"),
                "purchase_session_count": _count("sessions.purchase_count > 0"),
            },
        ),
    ),
    ("kpi", "later"): (
        Recount(
            f"{USERS} AS users",
            {},
            {
                "eligible_user_count": _count("users.revenue_days_31_to_360 IS NOT NULL"),
                "revenue": _sum("COALESCE(users.revenue_days_31_to_360, 0)"),
                "revenue_squared": _sum(
                    "COALESCE(CAST(users.revenue_days_31_to_360 AS FLOAT64) * "
                    "CAST(users.revenue_days_31_to_360 AS FLOAT64), 0)"
                ),
            },
        ),
    ),
    ("category", "sales"): (
        Recount(
            _LINES,
            {"category": "items.category", "calendar_month": _KPI_MONTH.format("orders.order_date")},
            {
                "revenue": _sum("items.line_amount", _PAID),
                "discounted_revenue": _sum("items.line_amount", f"{_PAID} AND COALESCE(items.is_discounted, FALSE)"),
            },
        ),
    ),
    ("category", "tiers"): (
        Recount(
            _LINES,
            {"category": "items.category", "price_tier": "COALESCE(items.price_tier, 'unknown')"},
            {"revenue": _sum("items.line_amount", _PAID)},
        ),
    ),
    ("category", "views"): (
        Recount(
            f"{EVENTS} AS events INNER JOIN {PRODUCTS} AS products ON products.product_id = events.product_id "
            f"INNER JOIN {USERS} AS users ON users.user_id = events.user_id",
            {"category": "products.category"},
            {
                "view_count": _count("events.event_type = 'view_product'"),
                "cart_count": _count("events.event_type = 'add_to_cart'"),
            },
        ),
    ),
    ("cohort", "months"): (
        Recount(
            _ACTIVITY,
            {**_SIGNUP, "months_since_signup": _AGE},
            {"active_user_count": _different_users(f"users.days_observed >= 30 * ({_AGE} + 1)")},
            where="activity.day >= users.signup_date",
        ),
        Recount(
            f"{USERS} AS users CROSS JOIN UNNEST(GENERATE_ARRAY(0, DIV(users.days_observed, 30))) AS months_since_signup",
            {**_SIGNUP, "months_since_signup": "months_since_signup"},
            {"eligible_user_count": _count("users.days_observed >= 30 * (months_since_signup + 1)")},
        ),
        Recount(
            f"{USERS} AS users INNER JOIN ({_LONGEST_OBSERVED}) AS kinds ON kinds.user_id = users.user_id "
            "CROSS JOIN UNNEST(GENERATE_ARRAY(0, DIV(kinds.longest_observed, 30) - 1)) AS months_since_signup",
            {**_SIGNUP, "months_since_signup": "months_since_signup"},
            {"user_count": _count()},
        ),
    ),
    ("cohort", "days"): (
        Recount(
            f"{USERS} AS users {_DAYS}",
            {**_SIGNUP, "days_since_signup": "days_since_signup"},
            {
                "eligible_user_count": _count("users.days_observed > days_since_signup"),
                "active_user_count": _count(_DAY_FLAG),
            },
        ),
    ),
    ("cohort", "value"): (
        Recount(
            _WINDOWS,
            {**_SIGNUP, "end_day": "windows.end_day"},
            {
                "eligible_user_count": _count("windows.is_window_observed"),
                "revenue": _sum("COALESCE(windows.revenue, 0)"),
                "revenue_squared": _sum(f"COALESCE({_SQUARE}, 0)"),
            },
            where="windows.start_day = 0",
        ),
    ),
    ("funnel", "stages"): (
        Recount(
            _SESSIONS,
            {
                **_SIGNUP,
                "furthest_stage": "sessions.furthest_stage",
                "is_checkout_without_cart": "sessions.checkout_count > 0 AND sessions.cart_count = 0",
            },
            {"session_count": _count()},
            where="sessions.furthest_stage IS NOT NULL",
        ),
    ),
    ("funnel", "sessions"): (
        Recount(
            _SESSIONS,
            _SIGNUP,
            {
                "session_count": _count(),
                "checkout_sessions": _count("sessions.checkout_count > 0"),
                "skipping_sessions": _count("sessions.checkout_count > 0 AND sessions.cart_count = 0"),
                "payment_sessions": _count("sessions.payment_attempt_count + sessions.purchase_count > 0"),
                "purchase_sessions": _count("sessions.purchase_count > 0"),
            },
            where="sessions.furthest_stage IS NOT NULL",
        ),
    ),
    ("funnel", "times"): (
        Recount(
            f"({_STEPS}) AS steps INNER JOIN {USERS} AS users ON users.user_id = steps.user_id",
            {**_SIGNUP, "stage": "steps.stage", "seconds_from": _CLASS},
            {"session_count": _count()},
        ),
    ),
    ("funnel", "orders"): (
        Recount(
            _ORDERS,
            _SIGNUP,
            {"orders": _count(), "failed_order_count": _count("orders.payment_status = 'failed'")},
        ),
    ),
}
"""How each cube of each page is counted again; a test holds it complete."""


@dataclass(frozen=True)
class Choice:
    """Filters as somebody may set them: values by dimension (all where it has none), and months of the clock by place."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)
    span: Span | None = None

    @property
    def sql(self) -> str:
        """The condition on a row of `users`."""
        parts = [
            f"COALESCE(users.{name}, 'unknown') IN ({', '.join(_quoted(value) for value in values)})" if values else "FALSE"
            for name, values in self.values.items()
        ]
        return f"({' AND '.join(parts)})" if parts else "TRUE"

    def __str__(self) -> str:
        chosen = " and ".join(f"{name} in {', '.join(values) or 'nothing'}" for name, values in self.values.items())
        return chosen or "all customers"


def choices(model: Mapping[str, Any], combinations: int, seed: int) -> list[Choice]:
    """Everybody, each value of each filter alone, and random combinations with random months."""
    draw = random.Random(seed)
    single = [Choice({f["name"]: [value]}) for f in model["filters"] for value in f["values"]]
    mixed = []
    months = len(model["clock"]["values"])
    for _ in range(combinations):
        values = {
            f["name"]: draw.sample(f["values"], draw.randint(1, len(f["values"])))
            for f in model["filters"]
            if draw.random() < 0.6
        }
        first, last = sorted(draw.randrange(months) for _ in range(2))
        mixed.append(Choice(values, (first, last)))
    return [Choice(), *single, *mixed]


@dataclass(frozen=True)
class Agreement:
    """What was compared, and where the page says something else: a sentence each."""

    figures: int
    differences: Sequence[str]


def compare(store: Warehouse, path: Path, combinations: int, seed: int = 0) -> Agreement:
    """Every measure of every cube of a written page, and every card's figure, against the marts, for many choices.

    Raises ValueError for a file that is no page, and the warehouse's errors where the marts are not as specified.
    """
    model = model_in(path)
    if not model["kinds"]:
        return Agreement(0, [])
    rollup, made = Rollup(model), choices(model, combinations, seed)
    differences: list[str] = []
    counted: dict[str, dict[str, Numbers]] = {}
    figures = 0
    for name in model["cubes"]:
        counted[name] = {}
        for recount in RECOUNTS[model["page"], name]:
            counted[name] |= _counted(store, rollup, name, recount, made, differences)
        for measure, truth in counted[name].items():
            shown = _shown(rollup, name, measure, made)
            figures += truth.size
            differences += [
                f"{name}.{measure} of {made[at]} is {shown[at].sum():,.2f} on the page and {truth[at].sum():,.2f} in the marts"
                for at in range(len(made))
                if not _equal(shown[at], truth[at], measure.endswith("_squared"))
            ]
    for card in model["cards"]:
        for at, choice in enumerate(made):
            figures += 1
            if difference := _card(rollup, card, choice, counted[card["cube"]], at):
                differences.append(difference)
    return Agreement(figures, differences)


def outside(path: Path) -> list[str]:
    """Everything in a written page that names another host, a few characters each."""
    text = path.read_text(encoding="utf-8")
    return [text[max(0, found.start() - 20) : found.end() + 40] for found in OUTSIDE.finditer(text)]


def _counted(
    store: Warehouse, rollup: Rollup, name: str, recount: Recount, made: Sequence[Choice], differences: list[str]
) -> dict[str, Numbers]:
    """Each measure by choice and the cube's axes; what the marts have beyond those axes is a difference."""
    import numpy as np

    cube = rollup.cubes[name]
    shape = (len(made), *(len(values) for values in cube.axes.values()))
    found = {measure: np.zeros(shape) for measure in recount.measures}
    place = {axis: {value: at for at, value in enumerate(values)} for axis, values in cube.axes.items()}
    for first in range(0, len(made), AT_ONCE):
        some = made[first : first + AT_ONCE]
        for row in store.query(_statement(recount, cube.axes, some), [CATALOG[read] for read in recount.reads]).to_pylist():
            keys = [f"{row[axis]:%Y-%m}" if isinstance(row[axis], date) else row[axis] for axis in cube.axes]
            numbers = {measure: [row[f"{measure}_{at}"] for at in range(len(some))] for measure in recount.measures}
            if any(key not in place[axis] for axis, key in zip(cube.axes, keys, strict=True)):
                if any(any(each) for each in numbers.values()):
                    differences.append(f"{name} has no cell for {', '.join(map(str, keys))}, which the marts have")
                continue
            cell = tuple(place[axis][key] for axis, key in zip(cube.axes, keys, strict=True))
            for measure, values in numbers.items():
                at_cell: Any = (slice(first, first + len(some)), *cell)
                found[measure][at_cell] = [float(value or 0) for value in values]
    return found


FIRST_ORDERS = (
    f" LEFT JOIN (SELECT user_id, order_id FROM {ORDERS} WHERE payment_status = 'success' QUALIFY ROW_NUMBER() OVER "
    "(PARTITION BY user_id ORDER BY order_date, order_id) = 1) AS first_orders ON first_orders.user_id = users.user_id"
)
"""Joined where a measure asks which of a user's orders is the first."""


def _statement(recount: Recount, axes: Mapping[str, Any], made: Sequence[Choice]) -> str:
    keys = [f"{recount.axes[axis]} AS {axis}" for axis in axes]
    measures = [
        f"{expression.replace('{chosen}', f'users.is_chosen_{at}')} AS {measure}_{at}"
        for measure, expression in recount.measures.items()
        for at in range(len(made))
    ]
    marked = ", ".join(f"{choice.sql} AS is_chosen_{at}" for at, choice in enumerate(made))
    source = recount.source.replace(f"{USERS} AS users", f"(SELECT *, {marked} FROM {USERS} AS users) AS users")
    if any("first_orders" in expression for expression in recount.measures.values()):
        source += FIRST_ORDERS
    group = f" GROUP BY {', '.join(recount.axes[axis] for axis in axes)}" if axes else ""
    return f"SELECT {', '.join((*keys, *measures))} FROM {source} WHERE {recount.where}{group}"


def _shown(rollup: Rollup, name: str, measure: str, made: Sequence[Choice]) -> Numbers:
    """The page's numbers of a measure, by choice and axes."""
    import numpy as np

    cube = rollup.cubes[name]
    kinds = np.asarray(cube.kinds)
    filters = rollup.model["filters"]
    numbers = []
    for choice in made:
        left = np.ones(len(kinds), dtype=bool)
        for at, dimension in enumerate(filters):
            if dimension["name"] in choice.values:
                wanted = [str(dimension["values"].index(value)) for value in choice.values[dimension["name"]]]
                left &= np.isin(kinds[:, at], wanted)
        numbers.append(cube.measures[measure][left].sum(axis=0))
    return np.stack(numbers)


def _equal(shown: Numbers, truth: Numbers, squares: bool) -> bool:
    """Sums to half a hundredth; sums of squares, which a page rounds, to a millionth of the largest."""
    import numpy as np

    tolerance = max(float(np.abs(truth).max(initial=0)) * 1e-4, 1.0) if squares else 0.005
    return bool(np.abs(shown - truth).max(initial=0) <= tolerance)


def _card(rollup: Rollup, card: Mapping[str, Any], choice: Choice, counted: Mapping[str, Numbers], at: int) -> str:
    """The difference between a card's figure and its numerator over its denominator in the marts; empty without one."""
    import numpy as np

    how, cube = card["figure"], rollup.cubes[card["cube"]]
    if how["months_back"]:
        return ""
    whole = {"by": [], "whole_clock": False, "segments": [], "beside": None}
    view = {"cube": card["cube"], "where": card["where"], "figures": [how], **whole}
    rows = rollup.rows(view, choice.values, choice.span)

    def of(measure: str) -> float:
        numbers = counted[measure][at]
        for axis, (name, values) in enumerate(cube.axes.items()):
            kept = card["where"].get(name, range(len(values)))
            if name == rollup.model["clock"]["axis"] and choice.span:
                kept = [month for month in kept if choice.span[0] <= month <= choice.span[1]]
            numbers = np.take(numbers, list(kept), axis=axis)
        return float(numbers.sum())

    value = rows[0][how["name"]] if rows else None
    denominator = of(how["denominator"]) if how["denominator"] else 1.0
    enough = denominator >= max(how["at_least"], 1e-9)
    truth = how["times"] * of(how["numerator"]) / denominator if enough else None
    # Without anybody a sum is 0, and there is no row.
    same = (value or 0) == (truth or 0) if value is None or truth is None else abs(value - truth) <= 1e-9 * max(abs(truth), 1)
    return "" if same else f"{card['name']} of {choice} is {value} on the page and {truth} in the marts"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
