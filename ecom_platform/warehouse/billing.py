"""What work in a warehouse costs, for engines that bill by the bytes that a job reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ecom_platform.warehouse.errors import SpendingError

if TYPE_CHECKING:
    from ecom_platform.warehouse.content import Query

MIB = 2**20
GIB = 2**30
TIB = 2**40


@dataclass(frozen=True)
class Spending:
    """One asset's jobs of one day (UTC). `price` is in US dollars, on demand; jobs without an asset are in brackets."""

    day: date
    asset: str
    jobs: int
    failed_jobs: int
    bytes_billed: int
    slot_milliseconds: int
    price: float


class Billing(ABC):
    """The price of work, its cap, what a query would read and what was spent."""

    @property
    @abstractmethod
    def cap_bytes(self) -> int:
        """What a single job may read at most."""

    @property
    @abstractmethod
    def cap_setting(self) -> str:
        """The environment variable that sets the cap."""

    @abstractmethod
    def price(self, bytes_billed: int) -> float:
        """US dollars, on demand."""

    @abstractmethod
    def estimate(self, query: Query, partitions: Sequence[str] | None) -> int:
        """Bytes that the query would read now. A table that was never written counts for nothing.

        Raises WarehouseError when the engine would refuse it.
        """

    @abstractmethod
    def spending(self, since: date) -> list[Spending]:
        """What the warehouse's jobs cost since the given day (UTC), included. Raises WarehouseError when it cannot be read."""

    def check_affordable(self, asset: str, bytes_processed: int) -> None:
        """Raises SpendingError when a job for `asset` would read more than the cap, in bytes."""
        cap = self.cap_bytes
        if bytes_processed > cap:
            raise SpendingError(
                f"{asset} would read {readable(bytes_processed)} (about {self.price(bytes_processed):,.2f} USD), "
                f"which is {readable(bytes_processed - cap)} over the cap of {readable(cap)} a job: nothing was run. "
                f"Ask for fewer months, or raise {self.cap_setting}."
            )


def readable(size: int) -> str:
    """Bytes, for a person."""
    return f"{size / GIB:,.1f} GiB" if size >= GIB else f"{size / MIB:,.1f} MiB" if size >= MIB else f"{size:,} bytes"
