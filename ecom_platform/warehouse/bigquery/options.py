"""The options of a BigQuery warehouse: where it is, on whose behalf it works, and what it may spend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecom_platform.warehouse.billing import GIB, TIB

MAXIMUM_BYTES_BILLED = 100 * GIB
PRICE_PER_TIB = 6.25


@dataclass(frozen=True)
class BigQueryOptions:
    """Where the datasets are and on whose behalf jobs run.

    `project` is empty for the credentials' own. A layer's dataset is `dataset_prefix` followed by the layer's name.
    `maximum_bytes_billed` caps every single job, in bytes. `key_file` is a service account's key, `impersonate` the
    service account to act as; without either, application default credentials are used as they are.
    `price_per_tib` is what one TiB billed costs on demand, in US dollars; it only turns bytes into a price to show.
    """

    project: str = ""
    location: str = "US"
    dataset_prefix: str = "ecom_"
    maximum_bytes_billed: int = MAXIMUM_BYTES_BILLED
    key_file: Path | None = None
    impersonate: str = ""
    price_per_tib: float = PRICE_PER_TIB

    def dataset(self, layer: str) -> str:
        return self.dataset_prefix + layer

    def price(self, bytes_billed: int) -> float:
        """US dollars, on demand."""
        return bytes_billed / TIB * self.price_per_tib
