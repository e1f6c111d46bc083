"""A poisoned day: rows that break a promise of a clean table, and the way back."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from ecom_platform.tables import CATALOG
from ecom_platform_tests.orchestration.automation.service import Service

USERS = CATALOG["raw.users"]
GHOST = "a ghost"


def poison(service: Service) -> None:
    """A user whom nobody knows in two signup months: sound in each of them, and no user is unique any more."""
    store = service.warehouse
    for month in sorted(store.row_counts(USERS))[-2:]:
        rows = store.read(USERS, [month])
        day = datetime.fromisoformat(month).date()
        ghost = rows.to_pylist()[0] | {"user_id": GHOST, "signup_date": day, "signup_month": day, "device": "Web"}
        ghost |= {"subscription_type": "Free", "subscription_join_date": None, "anomaly_flag": False}
        added = pa.concat_tables([rows, pa.Table.from_pylist([ghost], schema=USERS.arrow_schema)])
        store.replace({USERS: added}, [month])


def heal(service: Service) -> None:
    """Takes out what `poison` put in."""
    store = service.warehouse
    for month in sorted(store.row_counts(USERS))[-2:]:
        rows = store.read(USERS, [month])
        store.replace({USERS: rows.filter(pc.not_equal(rows["user_id"], pa.scalar(GHOST)))}, [month])
