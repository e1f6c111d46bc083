"""The Dagster resource that opens the target's warehouse, and the one place where a target's name becomes a back end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import dagster as dg
from pydantic import PrivateAttr

from ecom_platform.warehouse.bigquery.options import MAXIMUM_BYTES_BILLED, PRICE_PER_TIB, BigQueryOptions

if TYPE_CHECKING:
    from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
    from ecom_platform.warehouse.contract import Warehouse


class WarehouseResource(dg.ConfigurableResource[None], ABC):
    """What assets and checks ask for; which back end answers is the target's business."""

    @abstractmethod
    def open(self) -> Warehouse:
        """The warehouse. Nothing is connected to, and no file made, before its first use."""


class DuckDBResource(WarehouseResource):
    path: str
    wait_seconds: float = 600
    memory_limit: str = "1GB"

    def open(self) -> Warehouse:
        from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

        return DuckDBWarehouse(Path(self.path), self.wait_seconds, self.memory_limit)


class BigQueryResource(WarehouseResource):
    """One warehouse, and so one client, for a run; its jobs are labelled with the run."""

    project: str = ""
    location: str = "US"
    dataset_prefix: str = "ecom_"
    maximum_bytes_billed: int = MAXIMUM_BYTES_BILLED
    price_per_tib: float = PRICE_PER_TIB
    key_file: str = ""
    impersonate: str = ""
    patience_seconds: float = 600

    _run: str = PrivateAttr(default="")
    _warehouse: Any = PrivateAttr(default=None)

    @staticmethod
    def of(options: BigQueryOptions) -> BigQueryResource:
        return BigQueryResource(**asdict(options) | {"key_file": str(options.key_file or "")})

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._run = context.run_id or ""

    def open(self) -> BigQueryWarehouse:
        from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse

        if self._warehouse is None:
            options = BigQueryOptions(
                project=self.project,
                location=self.location,
                dataset_prefix=self.dataset_prefix,
                maximum_bytes_billed=self.maximum_bytes_billed,
                key_file=Path(self.key_file) if self.key_file else None,
                impersonate=self.impersonate,
                price_per_tib=self.price_per_tib,
            )
            self._warehouse = BigQueryWarehouse(options, self._run, self.patience_seconds)
        warehouse: BigQueryWarehouse = self._warehouse
        return warehouse


class WarehouseSettings(Protocol):
    """What a target's resource is made from."""

    @property
    def target(self) -> str: ...

    @property
    def warehouse_path(self) -> Path: ...

    @property
    def bigquery(self) -> BigQueryOptions: ...


def warehouse_resource(settings: WarehouseSettings) -> WarehouseResource:
    """The resource of the settings' target. Raises KeyError for an unknown one: there is no default to fall back on."""
    resources: dict[str, Callable[[], WarehouseResource]] = {
        "duckdb": lambda: DuckDBResource(path=str(settings.warehouse_path)),
        "bigquery": lambda: BigQueryResource.of(settings.bigquery),
    }
    return resources[settings.target]()
