"""The settings of a BigQuery warehouse: where it is, on whose behalf jobs run, and what they may spend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecom_platform.variables import dollars, file, mail_address, matching, optional, setting, size
from ecom_platform.warehouse.billing import MIB, TIB


@dataclass(frozen=True)
class BigQueryOptions:
    project: str = optional(
        "ECOM_BIGQUERY_PROJECT",
        "Google Cloud project of the datasets and jobs; empty for the credentials' own.",
        matching(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]", "a project id such as my-shop-prod"),
        "",
    )
    location: str = setting(
        "ECOM_BIGQUERY_LOCATION",
        "US",
        "Location of the datasets and jobs, such as `EU` or `asia-northeast3`.",
        matching(r"[A-Za-z]+(-[a-z]+[0-9]+)?", "a BigQuery location such as US, EU or asia-northeast3"),
    )
    dataset_prefix: str = setting(
        "ECOM_BIGQUERY_DATASET_PREFIX",
        "ecom_",
        "A layer's dataset is this prefix and the layer's name.",
        matching(r"[A-Za-z0-9_]{1,100}", "letters, digits and underscores, such as ecom_"),
    )
    maximum_bytes_billed: int = setting(
        "ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED",
        "100GiB",
        "What one job may read at most: bytes, or a number with `MiB`, `GiB` or `TiB`.",
        size(minimum=10 * MIB),
    )
    key_file: Path | None = optional(
        "ECOM_BIGQUERY_KEY_FILE", "A service account's key file; empty for application default credentials.", file
    )
    impersonate: str = optional(
        "ECOM_BIGQUERY_IMPERSONATE",
        "Service account to act as, `name@project.iam.gserviceaccount.com`.",
        mail_address,
        "",
    )
    price_per_tib: float = setting(
        "ECOM_BIGQUERY_PRICE_PER_TIB",
        "6.25",
        "US dollars for a TiB billed on demand; it only turns bytes into prices.",
        dollars,
    )

    def dataset(self, layer: str) -> str:
        return self.dataset_prefix + layer

    def price(self, bytes_billed: int) -> float:
        """US dollars, on demand."""
        return bytes_billed / TIB * self.price_per_tib
