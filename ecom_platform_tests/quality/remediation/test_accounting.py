"""Whatever arrives, raw = clean + quarantine: for any mixture of duplicated, missing and dangling keys and odd values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecom_platform.tables import CLEANED
from ecom_platform_tests.quality.remediation.shop import MONTHS, Shop

KEYS = st.sampled_from([None, "", "a", "b", "c", "d"])
MONTH = st.sampled_from(MONTHS)
AMOUNT = st.sampled_from([None, Decimal(-1), Decimal(0), Decimal(100), Decimal(200)])
DAY = st.sampled_from([None, date(2023, 12, 1), date(2024, 1, 5), date(2024, 2, 5), date(2124, 1, 1)])
WORD = st.sampled_from([None, "?", "Plus", "Free", "success", "failed", "cancelled", "iOS", "treatment", "control"])
STAGE = st.sampled_from([None, "?", "view_product", "checkout_start", "payment_attempt", "purchase"])
CLOCK = st.sampled_from([None, "10:00", "10:05", "10:10", "12:00"])


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_raw_row_is_in_clean_or_in_quarantine_once_and_month_by_month_too(data: st.DataObject) -> None:
    shop = Shop(products=())
    for _ in range(data.draw(st.integers(0, 3))):
        shop.product(data.draw(KEYS), price=data.draw(AMOUNT), category=data.draw(WORD))
    for _ in range(data.draw(st.integers(0, 6))):
        values = {name: data.draw(WORD) for name in ("device", "region", "subscription_type")}
        joined, month = data.draw(DAY), data.draw(MONTH)
        shop.user(data.draw(KEYS), data.draw(DAY), subscription_join_date=joined, signup_month=month, **values)
    for _ in range(data.draw(st.integers(0, 6))):
        amount, status, month = data.draw(AMOUNT), data.draw(WORD), data.draw(MONTH)
        shop.order(
            data.draw(KEYS), data.draw(KEYS), data.draw(DAY), total_amount=amount, payment_status=status, signup_month=month
        )
    for _ in range(data.draw(st.integers(0, 6))):
        shop.line(
            data.draw(KEYS),
            data.draw(KEYS),
            product_id=data.draw(KEYS),
            price=data.draw(AMOUNT),
            qty=data.draw(st.sampled_from([None, -1, 0, 2])),
            line_amount=data.draw(AMOUNT),
            signup_month=data.draw(MONTH),
        )
    for _ in range(data.draw(st.integers(0, 8))):
        session, stage, month = data.draw(KEYS), data.draw(STAGE), data.draw(MONTH)
        shop.event(
            data.draw(CLOCK),
            data.draw(KEYS),
            session,
            stage,
            event_id=data.draw(KEYS),
            page=data.draw(st.sampled_from([None, "product"])),
            product_id=data.draw(KEYS),
            signup_month=month,
        )
    for _ in range(data.draw(st.integers(0, 3))):
        shop.assignment(data.draw(KEYS), experiment=data.draw(KEYS), arm=data.draw(WORD), signup_month=data.draw(MONTH))
    for table in data.draw(st.sets(st.sampled_from(CLEANED))):
        shop.database.execute(f"INSERT INTO {table} SELECT * FROM {table}")
    shop.remediate(MONTHS if data.draw(st.booleans()) else None)
    for table in CLEANED:
        assert shop.unaccounted(table) == []
        repeated = f"SELECT row_key, kind, column_name, count(*) FROM violations.{table.name} GROUP BY ALL HAVING count(*) > 1"
        if table.partitioned:
            repeated = repeated.replace("row_key,", "row_key, signup_month,")
        assert shop.database.execute(repeated).fetchall() == []
        key = ", ".join((*table.key, *(["signup_month"] if table.partitioned else [])))
        shared = f"SELECT {key} FROM clean.{table.name} GROUP BY ALL HAVING count(*) > 1"
        assert shop.database.execute(shared).fetchall() == []
