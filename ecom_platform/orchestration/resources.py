"""The Dagster resources that open a warehouse, one for each target, and the only registry of targets.

What differs between targets is asked of the resource, or of the warehouse it opens; their names are compared nowhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import dagster as dg
from pydantic import PrivateAttr

from ecom_platform.warehouse.bigquery.options import BigQueryOptions

if TYPE_CHECKING:
    from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
    from ecom_platform.warehouse.contract import Warehouse


class WarehouseResource(dg.ConfigurableResource[None], ABC):
    """What assets and checks require; the target decides which engine is behind it."""

    writers_pool: ClassVar[str | None] = None
    """The Dagster pool that keeps runs apart where the engine has a single writer; None where many may write at once."""

    @abstractmethod
    def open(self) -> Warehouse:
        """The warehouse. Before its first use, nothing is connected to and no file is created."""

    @abstractmethod
    def whereabouts(self) -> str:
        """Where a person finds the tables."""

    @abstractmethod
    def server(self, layer: str) -> dict[str, str]:
        """Where another program finds the tables of a layer, as the Open Data Contract Standard describes a server."""


class DuckDBResource(WarehouseResource):
    """A warehouse in the DuckDB file at `path`; `wait_seconds` and `memory_limit` are those of `DuckDBWarehouse`."""

    writers_pool: ClassVar[str | None] = "duckdb"

    path: str
    wait_seconds: float = 600
    memory_limit: str = "1GB"

    _session: ExitStack = PrivateAttr(default_factory=ExitStack)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        """Keeps the file open for a whole run, except while another process wants it: opening it costs 50 ms."""
        self._session.enter_context(self.open().session())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        self._session.close()

    def open(self) -> Warehouse:
        from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

        return DuckDBWarehouse(Path(self.path), self.wait_seconds, self.memory_limit)

    def whereabouts(self) -> str:
        return self.path

    def server(self, layer: str) -> dict[str, str]:
        return {"type": "duckdb", "database": self.path, "schema": layer}


class BigQueryResource(WarehouseResource):
    """A warehouse in BigQuery: one, and so one client, for a run. Its jobs are labelled with the run."""

    project: str
    location: str
    dataset_prefix: str
    maximum_bytes_billed: int
    price_per_tib: float
    key_file: str
    impersonate: str
    patience_seconds: float = 600

    _run: str = PrivateAttr(default="")
    _warehouse: Any = PrivateAttr(default=None)

    @staticmethod
    def of(options: BigQueryOptions) -> BigQueryResource:
        return BigQueryResource(**asdict(options) | {"key_file": str(options.key_file or "")})

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._run = context.run.run_id if context.run else ""

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

    def whereabouts(self) -> str:
        project = f"{self.project}." if self.project else ""
        return f"BigQuery, datasets {project}{self.dataset_prefix}*; what it cost: ecom cost"

    def server(self, layer: str) -> dict[str, str]:
        return {
            "type": "bigquery",
            "project": self.project or self.open().client.project,
            "dataset": self.dataset_prefix + layer,
        }


class WarehouseSettings(Protocol):
    """The settings from which a target's resource is made."""

    @property
    def target(self) -> str: ...

    @property
    def warehouse_path(self) -> Path: ...

    @property
    def bigquery(self) -> BigQueryOptions: ...


def warehouse_resource(settings: WarehouseSettings) -> WarehouseResource:
    """The resource of the settings' target. Raises WarehouseError for an unknown one: there is no default."""
    from ecom_platform.warehouse.errors import WarehouseError

    if settings.target not in RESOURCES:
        raise WarehouseError(f"There is no target {settings.target!r}: the targets are {', '.join(RESOURCES)}.")
    return RESOURCES[settings.target](settings)


RESOURCES: dict[str, Callable[[WarehouseSettings], WarehouseResource]] = {
    "duckdb": lambda settings: DuckDBResource(path=str(settings.warehouse_path)),
    "bigquery": lambda settings: BigQueryResource.of(settings.bigquery),
}
"""How each target's resource is made from the settings, by the target's name."""
