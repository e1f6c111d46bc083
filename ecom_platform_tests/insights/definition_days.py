"""`insights.definition_days` of users drawn at random, with a definition of activation that acts, or with none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecom_platform.insights.candidates import Definition
from ecom_platform.tables.insights.definition_days import DAYS, MOST, TRAITS

MONTHS = tuple(date(2024, month, 1) for month in range(1, 7))

Whole = NDArray[np.int64]


class Crowd:
    """Users whose keenness drives how soon and how often they come, what they do, and what they buy later.

    `acting` multiplies the later orders of those who meet it before the day `end` by 1 + `effect`, in the months `where`.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        users: int,
        acting: Definition,
        end: int,
        effect: float,
        where: tuple[date, ...] = MONTHS,
    ) -> None:
        keen = rng.normal(size=users)
        self.month = rng.integers(0, len(MONTHS), users)
        gaps = rng.gamma(2.0, 0.9, (users, MOST)) * np.exp(-0.15 * keen)[:, None]
        self.sessions = np.minimum(np.floor(np.cumsum(gaps, axis=1)).astype(np.int64), DAYS)
        waits = rng.gamma(1.5, 1.4, (users, 3)) * np.exp(-0.3 * keen)[:, None]
        self.carts = np.minimum(np.floor(np.cumsum(waits, axis=1)).astype(np.int64), DAYS)
        in_time = (self.day_of(acting) < end) & np.isin(self.month, [MONTHS.index(month) for month in where])
        self.orders = rng.poisson(rng.gamma(2.0, 0.75, users) * np.exp(0.3 * keen) * (1 + effect * in_time))
        self.returned = rng.random(users) < 1 / (1 + np.exp(1 - keen))
        self.kinds = {trait: rng.random(users) < 0.4 for trait in TRAITS}

    def day_of(self, definition: Definition) -> Whole:
        days = np.zeros(len(self.month), dtype=np.int64)
        if definition.sessions:
            days = self.sessions[:, definition.sessions - 1]
        if definition.events:
            days = np.maximum(days, self.carts[:, definition.events - 1])
        return days

    def cells(self) -> pd.DataFrame:
        return pd.concat(self._cells(), ignore_index=True)

    def _cells(self) -> Iterator[pd.DataFrame]:
        pairs = [(0, 0), *((sessions, 0) for sessions in range(1, MOST + 1)), *((0, carts) for carts in range(1, 4))]
        pairs += [(sessions, carts) for sessions in range(2, MOST + 1) for carts in range(1, 4)]
        for sessions, carts in pairs:
            definition = Definition(sessions, "add_to_cart" if carts else "none", carts)
            days = self.day_of(definition)
            of_session = self.sessions[:, sessions - 1] if sessions else np.full(len(days), -1)
            by_session = (days == 0) if not sessions and not carts else of_session == days
            if carts:
                by_session &= self.carts[:, carts - 1] < days
            users = pd.DataFrame(
                {
                    "signup_month": np.array(MONTHS)[self.month],
                    "day": days,
                    "last_condition": np.where(by_session, "session", "event"),
                    "mature_user_count": 1,
                    "later_orders": self.orders,
                    "later_orders_squared": self.orders.astype(float) ** 2,
                    "returned_user_count": self.returned.astype(int),
                    **{trait: kind.astype(int) for trait, kind in self.kinds.items()},
                }
            )
            users = users[users["day"] < DAYS]
            summed = users.groupby(["signup_month", "day", "last_condition"], as_index=False).sum()
            yield summed.assign(session_count=sessions, event_type=definition.event_type, event_count=carts)
