"""What a write leaves that is stopped, or whose network fails: no job that goes on, and no doubt about what was committed."""

from __future__ import annotations

import os
import signal
import threading

import dagster as dg
import pyarrow as pa
import pytest
import requests
from dagster import DagsterExecutionInterruptedError
from google.api_core.exceptions import BadRequest

from ecom_platform.orchestration.io_manager import WarehouseIOManager
from ecom_platform.orchestration.resources import BigQueryResource
from ecom_platform.tables import CATALOG
from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.contract import Query, WarehouseError
from ecom_platform_tests.warehouse.bigquery.service import Refusal, Service

THING = Table("marts", "things", "One row per thing.", (Column("x", Type.INT64, "A number."),), ("x",))
PRODUCTS = CATALOG["raw.products"]
SELECT = Query("SELECT 1 AS x", ())
ROWS = pa.table({"x": [1]})


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.api_core.retry.retry_unary.time.sleep", lambda *_: None)


@pytest.mark.parametrize("stop", [DagsterExecutionInterruptedError, KeyboardInterrupt, SystemExit])
class TestAStoppedRun:
    def test_cancels_the_job_it_waits_for(self, stop: type[BaseException]) -> None:
        service = Service(running=True, interrupt=lambda _, path: stop() if "/queries/" in path else None)
        with pytest.raises(stop):
            service.warehouse().replace({THING: SELECT}, None)
        assert len(service.jobs) == 1
        assert service.cancelled == service.jobs

    def test_cancels_the_job_whose_start_was_not_yet_answered(self, stop: type[BaseException]) -> None:
        def interrupt(method: str, path: str) -> BaseException | None:
            return stop() if method == "POST" and path.endswith("/jobs") and service.configurations else None

        service = Service(running=True)
        service.interrupt = interrupt
        with pytest.raises(stop):
            service.warehouse().replace({THING: SELECT}, None)
        assert len(service.jobs) == 1
        assert service.cancelled == service.jobs

    def test_is_stopped_even_where_the_job_cannot_be_cancelled(self, stop: type[BaseException]) -> None:
        service = Service(running=True, interrupt=lambda _, path: stop() if "/queries/" in path else None)
        service.refuse = lambda _, path: Refusal(403, "accessDenied", "no") if path.endswith("/cancel") else None
        with pytest.raises(stop):
            service.warehouse().replace({THING: SELECT}, None)


def test_a_run_that_dagster_stops_cancels_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(running=True)
    service.interrupt = lambda _, path: os.kill(os.getpid(), signal.SIGINT) if "/queries/" in path else None
    warehouse = service.warehouse()
    monkeypatch.setattr(BigQueryResource, "open", lambda _: warehouse)

    @dg.asset(key=["raw", "products"], io_manager_key="io_manager")
    def products() -> Query:
        columns = ", ".join(f"CAST(NULL AS {column.type}) AS `{column.name}`" for column in PRODUCTS.columns)
        return Query(f"SELECT {columns}", ())

    service.schema = [{"name": column.name, "type": column.type.value} for column in PRODUCTS.columns]
    with pytest.raises(DagsterExecutionInterruptedError):
        dg.materialize(
            [products], resources={"io_manager": WarehouseIOManager(warehouse=BigQueryResource.of(warehouse.options))}
        )
    assert service.cancelled == service.jobs != []


def test_a_job_whose_end_cannot_be_seen_is_cancelled() -> None:
    def unreachable(_: str, path: str) -> BaseException | None:
        return requests.exceptions.InvalidProxyURL("a proxy") if "/queries/" in path else None

    service = Service(running=True, interrupt=unreachable)
    with pytest.raises(WarehouseError, match="BigQuery cannot be reached"):
        service.warehouse().replace({THING: SELECT}, None)
    assert service.cancelled == service.jobs != []


def test_a_stopped_run_cancels_the_loads_of_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    warehouse = service.warehouse()
    loading, cancelled = threading.Event(), threading.Event()

    def upload(*_: object, job_id: str, **__: object) -> None:
        service.jobs.append(job_id)
        loading.set()
        assert cancelled.wait(60), "nobody has cancelled the load"
        raise BadRequest("cancelled")  # type: ignore[no-untyped-call]

    def stopped(*_: object) -> None:
        loading.wait(60)
        raise DagsterExecutionInterruptedError

    monkeypatch.setattr(warehouse.client, "load_table_from_file", upload)
    monkeypatch.setattr("ecom_platform.warehouse.bigquery.warehouse.list", stopped, raising=False)
    service.interrupt = lambda _, path: cancelled.set() if path.endswith("/cancel") else None
    service.queries.append({})
    with pytest.raises(DagsterExecutionInterruptedError):
        warehouse.replace({THING: ROWS}, None)
    assert service.cancelled == service.jobs != []


def test_a_committed_write_whose_rows_cannot_be_counted_says_that_it_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise requests.exceptions.ConnectionError("gone")

    monkeypatch.setattr("google.cloud.bigquery.table.RowIterator.to_arrow", lost)
    with pytest.raises(WarehouseError, match=r"^marts\.things written and committed, but the rows could not be counted: "):
        Service().warehouse().replace({THING: SELECT}, None)


def test_a_job_that_failed_by_itself_is_not_cancelled() -> None:
    service = Service(refusals=[Refusal(400, "invalidQuery", "Syntax error")])
    with pytest.raises(WarehouseError, match="Syntax error"):
        service.warehouse().replace({THING: SELECT}, None)
    assert service.cancelled == []


@pytest.mark.parametrize("error", [requests.exceptions.ConnectionError("gone"), TimeoutError("slow"), OSError("disk")])
def test_a_committed_write_is_a_success_whatever_becomes_of_its_staging(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    service = Service()
    warehouse = service.warehouse()

    def load(*_: object) -> None:
        """The upload of rows is not the subject."""

    monkeypatch.setattr(type(warehouse.jobs), "load", load)
    monkeypatch.setattr("ecom_platform.warehouse.bigquery.warehouse.CLEANUP_SECONDS", 0.01)
    service.interrupt = lambda method, _: error if method == "DELETE" else None
    assert warehouse.replace({THING: ROWS}, None) == {THING: {"": 1}}
    assert "could not be dropped" in caplog.text
