"""Tables that the tests of the warehouse write: every type, with and without partitions, and none of the platform's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ecom_platform.tables.spec import Column, Table, Type, signup_month_column

JANUARY, FEBRUARY, MARCH = "2024-01-01", "2024-02-01", "2024-03-01"

VISITS = Table(
    layer="raw",
    name="visits",
    doc='One row per visit; its "doc" has both kinds of quotes, like the shop\'s own.',
    columns=(
        Column("visit_id", Type.STRING, "The visit."),
        Column("pages", Type.INT64, "Pages seen.", nullable=True),
        Column("seconds", Type.FLOAT64, "Its length.", nullable=True),
        Column("bought", Type.BOOL, "Whether it ended in an order.", nullable=True),
        Column("day", Type.DATE, "Its day.", nullable=True),
        Column("at", Type.TIMESTAMP, "When it began.", nullable=True),
        Column("spent", Type.NUMERIC, "The visitor's money.", nullable=True),
        signup_month_column(),
    ),
    key=("visit_id",),
)

VISITS_COPY = VISITS.derive("clean", doc="One row per visit, again.")

PLACES = Table(
    layer="raw",
    name="places",
    doc="One row per place.",
    columns=(
        Column("place", Type.STRING, "The place."),
        Column("order", Type.INT64, "Its rank; a reserved word.", nullable=True),
    ),
    key=("place",),
)


def visits(months: Iterable[str], each: int = 2, tag: str = "v", **changes: Any) -> pa.Table:
    """`each` visits in every month, whole rows of VISITS; `changes` are values of single columns."""
    rows = [
        {
            "visit_id": f"{tag}-{month}-{number}",
            "pages": number,
            "seconds": number / 3,
            "bought": number % 2 == 0,
            "day": date.fromisoformat(month),
            "at": datetime.fromisoformat(month).replace(tzinfo=UTC),
            "spent": Decimal(number) + Decimal("0.25"),
            "signup_month": date.fromisoformat(month),
        }
        | changes
        for month in months
        for number in range(each)
    ]
    return pa.Table.from_pylist(rows, schema=VISITS.arrow_schema)


def places(*names: str) -> pa.Table:
    return pa.table({"place": pa.array(names, pa.string()), "order": pa.array(range(len(names)), pa.int64())})


def identifiers(rows: pa.Table) -> set[str]:
    return {row["visit_id"] for row in rows.select(["visit_id"]).to_pylist()}
