"""A small platform whose jobs run in this process, and what its warehouse holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from ecom_platform.definitions import build_definitions
from ecom_platform.orchestration.automation.jobs import GENERATE
from ecom_platform.orchestration.automation.schedules import range_tags
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, Table
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

START = date(2026, 6, 1)


@dataclass
class Platform:
    """A platform in `home`. Its months go on to the `as_of` date's; without one, to the calendar's."""

    home: Path
    users: int = 600
    start: date = START
    as_of: date | None = None
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)

    @cached_property
    def settings(self) -> Settings:
        as_of = {} if self.as_of is None else {"ECOM_AS_OF": f"{self.as_of}"}
        variables = {"ECOM_HOME": str(self.home), "ECOM_USERS": str(self.users), "ECOM_START_MONTH": f"{self.start:%Y-%m}"}
        return Settings.load(variables | as_of)

    @cached_property
    def definitions(self) -> dg.Definitions:
        definitions = build_definitions(self.settings)
        bare = [
            dg.define_asset_job(
                unchecked(job.name),
                selection=job.selection - dg.AssetSelection.all_asset_checks(),
                tags=job.tags,
            )
            for job in definitions.jobs or []
            if isinstance(job, UnresolvedAssetJobDefinition)
        ]
        return dg.Definitions.merge(definitions, dg.Definitions(jobs=bare))

    @property
    def warehouse(self) -> DuckDBWarehouse:
        return DuckDBWarehouse(self.settings.warehouse_path, wait_seconds=60)

    def run(self, job: str, as_of: date, first: date | None = None, checks: bool = True) -> dg.ExecuteInProcessResult:
        """One run of a job over the months from `first` (the start) to the as-of day's; without `checks`, much faster."""
        definition = self.definitions.resolve_job_def(job if checks else unchecked(job))
        config = {"ops": {op: {"config": {"as_of": f"{as_of}"}} for op in ("raw_cohorts", "raw__products")}}
        return definition.execute_in_process(
            instance=self.instance,
            run_config=config if job == GENERATE else None,
            tags=range_tags(f"{first or self.start}", f"{as_of:%Y-%m-01}"),
            raise_on_error=False,
        )

    def day(self, day: date, checks: bool = True) -> dg.ExecuteInProcessResult:
        """What the schedule starts on the next day."""
        return self.run(GENERATE, day, checks=checks)


def unchecked(job: str) -> str:
    """The name of a job's twin without asset checks."""
    return f"{job}__unchecked"


def contents(warehouse: DuckDBWarehouse, *layers: str) -> dict[str, list[str]]:
    """Every row of the tables of these layers, as text, in the order of their text."""
    tables = [table for table in CATALOG.values() if table.layer in layers]
    return {str(table): sorted(map(str, warehouse.read(table).to_pylist())) for table in tables}


def rows_written(result: dg.ExecuteInProcessResult, table: Table) -> int:
    """Rows that a run wrote to a table: the sum over its partitions' events."""
    events = result.asset_materializations_for_node(
        "raw_cohorts" if table.layer == "raw" and table.partitioned else f"{table.layer}__{table.name}"
    )
    key = dg.AssetKey([table.layer, table.name])
    return sum(int(str(event.metadata["rows_written"].value)) for event in events if event.asset_key == key)
