"""Aggregates made by hand, as an inquiry gets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa

from ecom_platform.insights.effect import Effect
from ecom_platform.insights.inquiry import Context, Inquiry, as_frame
from ecom_platform.tables import CATALOG, Type
from ecom_platform_tests.marts.shop import Marts

SHOP = Context(currency="KRW")
JANUARY = date(2024, 1, 1)


def aggregate(name: str, rows: Iterable[Mapping[str, Any]] = (), **common: Any) -> pd.DataFrame:
    """Cells of an aggregate: what no row and no `common` value says is 0, and the signup month is January 2024."""
    table = CATALOG[name]
    blank = {column.name: 0 for column in table.columns if column.type in {Type.INT64, Type.FLOAT64, Type.NUMERIC}} | {
        "signup_month": JANUARY
    }
    known = {key: value for key, value in blank.items() if key in table.column_names} | common
    return as_frame(pa.Table.from_pylist([{**known, **row} for row in rows], schema=table.arrow_schema))


def answered(inquiry: Inquiry, **aggregates: pd.DataFrame) -> dict[str, Effect]:
    """The effects by name, of aggregates by the name of their table; those not given are empty. The chart is drawn too."""
    frames = {name: aggregates.get(name.partition(".")[2], aggregate(name)) for name in inquiry.reads}
    return by_name(inquiry, frames)


def answered_from(marts: Marts, inquiry: Inquiry) -> dict[str, Effect]:
    """The effects by name, of a shop that was built with the inquiry's aggregates."""
    return by_name(inquiry, {name: as_frame(marts.arrow(CATALOG[name])) for name in inquiry.reads})


def by_name(inquiry: Inquiry, frames: Mapping[str, pd.DataFrame]) -> dict[str, Effect]:
    effects: Sequence[Effect] = inquiry.answer(frames, SHOP)
    if inquiry.chart and (chart := inquiry.chart(frames, effects)) is not None:
        assert chart.to_dict()["title"]
    found = {each.effect: each for each in effects}
    assert len(found) == len(effects), "two effects share a name"
    return found
