"""What every page, file and workbook says of itself: whose data it shows, how old they are, and which run made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.contract import Warehouse

OBSERVATION_WINDOWS = CATALOG["raw.observation_windows"]


@dataclass(frozen=True)
class Edition:
    """One making of the dashboard.

    `observed_until` is the last observed day of any cohort, `complete_until` that of all; None without any data. `made_at` is
    UTC.
    """

    origin: str
    currency: str
    observed_until: date | None
    complete_until: date | None
    made_at: datetime
    run: str

    @staticmethod
    def of(store: Warehouse, provenance: dict[str, str], run: str) -> Edition:
        """The edition that a run makes now of what the warehouse holds."""
        found = store.query(
            f"SELECT MAX(observed_until) AS latest, MIN(observed_until) AS earliest FROM {OBSERVATION_WINDOWS}",
            [OBSERVATION_WINDOWS],
        )
        return Edition(
            origin=provenance.get("origin", ""),
            currency=provenance.get("currency", ""),
            observed_until=found["latest"][0].as_py(),
            complete_until=found["earliest"][0].as_py(),
            made_at=datetime.now(UTC).replace(microsecond=0),
            run=run[:8],
        )
