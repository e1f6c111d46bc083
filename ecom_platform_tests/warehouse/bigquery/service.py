"""The service as its documentation describes it, at the client's own HTTP layer: for what the emulator does not do.

Answers follow the REST reference (https://cloud.google.com/bigquery/docs/reference/rest/v2).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse

PROJECT = "shop-prod"


@dataclass
class Refusal:
    """An error as the API words it."""

    status: int
    reason: str
    message: str

    @property
    def body(self) -> dict[str, Any]:
        error = {"reason": self.reason, "message": self.message, "domain": "global"}
        return {"error": {"code": self.status, "message": self.message, "errors": [error], "status": "ERROR"}}


@dataclass
class Service:
    """Keeps what it is sent. Statistics and refusals are settings; every query answers with one column of no rows."""

    dry_run_bytes: int = 0
    bytes_billed: int = 0
    slot_milliseconds: int = 0
    schema: list[dict[str, str]] = field(default_factory=lambda: [{"name": "x", "type": "INTEGER"}])
    rows: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    """What the next queries that are no dry runs are answered with, one after the other, before any succeeds."""
    running: bool = False
    """Whether the jobs that were started are still going on."""
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuse: Callable[[str, str], Refusal | None] = lambda *_: None
    queries: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    """The ids of the jobs that were started, dry runs apart."""
    cancelled: list[str] = field(default_factory=list)
    interrupt: Callable[[str, str], BaseException | None] = lambda *_: None
    """What happens to the process at a request, once the service has it."""
    is_mtls = False

    def request(self, method: str, url: str, data: Any = None, **_: Any) -> requests.Response:
        path = url.split("/projects/", 1)[1].split("?")[0]
        body = json.loads(data) if data and isinstance(data, str | bytes) else {}
        answer = self.refuse(method, path) or self._answer(method, path, body)
        if interruption := self.interrupt(method, path):
            raise interruption
        response = requests.Response()
        response.status_code = answer.status if isinstance(answer, Refusal) else 200
        response.headers["Content-Type"] = "application/json"
        response._content = json.dumps(answer.body if isinstance(answer, Refusal) else answer).encode()
        response.request = requests.Request(method, url).prepare()
        return response

    def close(self) -> None:
        """The client closes its session; there is nothing to close."""

    def warehouse(self, options: BigQueryOptions | None = None, **settings: Any) -> BigQueryWarehouse:
        """A warehouse whose client speaks to this service."""
        made = BigQueryWarehouse(options or BigQueryOptions(project=PROJECT), **settings)
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        session = cast(requests.Session, self)
        made.__dict__["_client"] = bigquery.Client(project=PROJECT, credentials=nobody, _http=session)
        return made

    @property
    def configurations(self) -> list[dict[str, Any]]:
        """The configurations of the queries that were not dry runs."""
        return [query for query in self.queries if not query.get("dryRun")]

    def _answer(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | Refusal:
        if method == "POST" and path.endswith("/jobs"):
            return self._job(body)
        if path.endswith("/cancel"):
            self.cancelled.append(path.split("/jobs/")[1].removesuffix("/cancel"))
            return {"job": self._done(self.cancelled[-1], self.queries[-1])}
        if "/queries/" in path:
            return {"jobComplete": True, "schema": {"fields": self.schema}, "rows": self.rows, "totalRows": len(self.rows)}
        if "/jobs/" in path:
            return self._done(path.rsplit("/", 1)[1], self.queries[-1])
        if "/tables/" in path and method == "GET":
            found = self.tables.get(path.split("/datasets/")[1].replace("/tables/", "."))
            return found or Refusal(404, "notFound", f"Not found: Table {path}")
        if method == "POST" and path.endswith("/tables"):
            reference = body["tableReference"]
            self.tables[f"{reference['datasetId']}.{reference['tableId']}"] = body
            return body
        return {"datasetReference": {"projectId": PROJECT, "datasetId": "any"}, "location": "US", "tables": [], "datasets": []}

    def _job(self, body: dict[str, Any]) -> dict[str, Any] | Refusal:
        configuration = body["configuration"]
        self.queries.append(configuration)
        if configuration.get("dryRun"):
            statistics = {
                "totalBytesProcessed": str(self.dry_run_bytes),
                "query": {
                    "totalBytesProcessed": str(self.dry_run_bytes),
                    "statementType": "SELECT",
                    "schema": {"fields": self.schema},
                },
            }
            return {"status": {"state": "DONE"}, "statistics": statistics, "configuration": configuration} | _reference(body)
        if self.refusals:
            return self.refusals.pop(0)
        self.jobs.append(body["jobReference"]["jobId"])
        return self._done(body["jobReference"]["jobId"], configuration)

    def _done(self, job_id: str, configuration: dict[str, Any]) -> dict[str, Any]:
        statistics = {
            "totalSlotMs": str(self.slot_milliseconds),
            "query": {"totalBytesBilled": str(self.bytes_billed), "totalSlotMs": str(self.slot_milliseconds)},
        }
        reference = {"projectId": PROJECT, "jobId": job_id, "location": "US"}
        state = "RUNNING" if self.running else "DONE"
        done = {"status": {"state": state}, "statistics": statistics, "configuration": configuration}
        return done | {"jobReference": reference}


def _reference(body: dict[str, Any]) -> dict[str, Any]:
    return {"jobReference": body.get("jobReference", {"projectId": PROJECT}) | {"location": "US"}}
