"""Everything that costs money: jobs, under the cap, with labels, retried where that helps, and their bill.

A job's labels say whose it was (`platform`, `warehouse`: the prefix of the datasets) and what for (`operation` and, as far
as they apply, `run`, `asset`, `months`), so that the service's own records can be summed by asset.
"""

from __future__ import annotations

import hashlib
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from ecom_platform.warehouse.bigquery.failures import CAP_REASON, is_conflict, is_quota, reason_of
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.billing import readable
from ecom_platform.warehouse.errors import SpendingError

if TYPE_CHECKING:
    import pyarrow as pa
    from google.cloud.bigquery import Client, LoadJob, QueryJob, SchemaField

PLATFORM = "ecom-platform"
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
CANCEL_SECONDS = 30.0
LONGEST_LABEL = 63

Result = TypeVar("Result")
AnyJob = TypeVar("AnyJob", "QueryJob", "LoadJob")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DryRun:
    """What a dry run says of a SELECT: its columns, the bytes it would read, and what kind of statement it is."""

    schema: tuple[SchemaField, ...]
    bytes_processed: int
    statement_type: str


@dataclass
class Bill:
    """What the jobs of one write cost: bytes (estimated, billed), slot time in milliseconds, US dollars, ids."""

    estimated_bytes: int = 0
    bytes_billed: int = 0
    slot_milliseconds: int = 0
    price: float = 0.0
    attempts: int = 0
    jobs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Jobs:
    """Runs jobs for one warehouse, on behalf of the Dagster run `run` (empty for none).

    A job that met another writer, or a quota that refills soon, is retried for `patience_seconds`.
    """

    client: Callable[[], Client]
    options: BigQueryOptions
    run: str = ""
    patience_seconds: float = 600
    running: set[str] = field(default_factory=set, compare=False)
    """The ids of the jobs that some thread waits for."""

    def labels(self, operation: str, asset: str = "", months: str = "") -> dict[str, str]:
        values = {
            "platform": PLATFORM,
            "warehouse": self.options.dataset_prefix,
            "operation": operation,
            "run": self.run,
            "asset": asset,
            "months": months,
        }
        return {name: label(value) for name, value in values.items() if value}

    def estimate(self, sql: str) -> DryRun:
        """A dry run: free, and refused by the service for whatever it would refuse the query for."""
        from google.cloud.bigquery import QueryJobConfig

        config = QueryJobConfig(dry_run=True, use_query_cache=False, labels=self.labels("estimate"))
        job = self.client().query(sql, job_config=config, job_retry=None)
        return DryRun(tuple(job.schema or ()), int(job.total_bytes_processed or 0), str(job.statement_type or ""))

    def query(self, sql: str, labels: Mapping[str, str], bill: Bill | None = None) -> QueryJob:
        """Runs a statement or script to its end; what it cost is added to `bill`.

        Raises SpendingError when the service stops it at the cap, and Google's error when it fails otherwise.
        """
        from google.cloud.bigquery import QueryJobConfig

        config = QueryJobConfig(maximum_bytes_billed=self.options.maximum_bytes_billed, labels=dict(labels))

        def submit(job_id: str) -> QueryJob:
            return self.client().query(sql, job_config=config, job_id=job_id, job_retry=None)

        def attempt() -> QueryJob:
            return self._finished(submit)

        try:
            job = self.tried(attempt, labels.get("asset", "a query"), bill)
        except Exception as error:
            if reason_of(error) == CAP_REASON:
                raise SpendingError(
                    f"{labels.get('asset', 'The query')} would read more than the cap of "
                    f"{readable(self.options.maximum_bytes_billed)} a job: the service stopped it and nothing was billed."
                ) from None
            raise
        self._charge(job, bill)
        return job

    def load(self, rows: pa.Table, schema: list[SchemaField], destination: str, labels: Mapping[str, str]) -> None:
        """Loads rows into a new table by a Parquet load job, which is free."""
        import io

        import pyarrow.parquet as pq
        from google.cloud.bigquery import LoadJobConfig, SourceFormat, WriteDisposition

        file = io.BytesIO()
        pq.write_table(rows, file)

        config = LoadJobConfig(
            source_format=SourceFormat.PARQUET,
            schema=schema,
            write_disposition=WriteDisposition.WRITE_TRUNCATE,
            labels=dict(labels),
        )

        def submit(job_id: str) -> LoadJob:
            return self.client().load_table_from_file(file, destination, rewind=True, job_id=job_id, job_config=config)

        self.tried(lambda: self._finished(submit), labels.get("asset", "a load"))

    def tried(self, attempt: Callable[[], Result], what: str, bill: Bill | None = None) -> Result:
        """Retries a failure that passes, with growing pauses, for `patience_seconds`; then, or for any other, raises it."""
        from google.api_core.exceptions import RetryError
        from google.api_core.retry import Retry

        def counted() -> Result:
            if bill is not None:
                bill.attempts += 1
            return attempt()

        def passes(error: BaseException) -> bool:
            return isinstance(error, Exception) and (is_conflict(error) or is_quota(error))

        def note(error: Exception) -> None:
            logger.info("%s met %s; retrying.", what, "another writer" if is_conflict(error) else "a quota")

        # Its pauses are random up to their bound, so that writers that collided do not collide again.
        retry = Retry(passes, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, timeout=self.patience_seconds, on_error=note)
        try:
            return retry(counted)()
        except RetryError as error:
            raise error.cause or error from None

    def _finished(self, submit: Callable[[str], AnyJob]) -> AnyJob:
        """The job that `submit` starts under the id it is given, at its end.

        Whatever ends the wait before the job has ended (Dagster stops a run by an exception that is no Exception, a network
        fails), the job is cancelled: a run that has stopped must not go on spending, nor commit. The id is chosen here, so
        that a job can be cancelled whose start was not yet answered. A transaction that is cancelled is rolled back.
        """
        job_id = f"ecom_{uuid.uuid4().hex}"
        self.running.add(job_id)
        try:
            return self._waited_for(submit, job_id)
        finally:
            self.running.discard(job_id)

    def cancel_running(self) -> None:
        """Cancels what other threads wait for: only the main thread learns that its run is stopped."""
        for job_id in tuple(self.running):
            self._cancel(job_id)

    def _waited_for(self, submit: Callable[[str], AnyJob], job_id: str) -> AnyJob:
        from google.api_core.exceptions import GoogleAPICallError

        try:
            job = self._started(submit, job_id)
        except GoogleAPICallError:
            # Refused: there is no job.
            raise
        except BaseException:
            self._cancel(job_id)
            raise
        try:
            job.result()
        except BaseException:
            if job.state != "DONE":
                self._cancel(job_id)
            raise
        return job

    def _started(self, submit: Callable[[str], AnyJob], job_id: str) -> AnyJob:
        from google.api_core.exceptions import Conflict

        try:
            return submit(job_id)
        except Conflict:
            # The answer to a first request was lost on its way, and the client has sent another.
            return cast(AnyJob, self.client().get_job(job_id, location=self.options.location))

    def _cancel(self, job_id: str) -> None:
        from google.cloud.bigquery import DEFAULT_RETRY

        brief = DEFAULT_RETRY.with_timeout(CANCEL_SECONDS)
        try:
            self.client().cancel_job(job_id, location=self.options.location, retry=brief, timeout=CANCEL_SECONDS)
        except Exception as error:
            logger.warning("The job %s could not be cancelled (%s): it may go on.", job_id, type(error).__name__)
        else:
            logger.info("The job %s was cancelled.", job_id)

    def _charge(self, job: QueryJob, bill: Bill | None) -> None:
        if bill is None:
            return
        billed = int(job.total_bytes_billed or 0)
        bill.bytes_billed += billed
        bill.slot_milliseconds += int(job.slot_millis or 0)
        bill.price += self.options.price(billed)
        bill.jobs.append(str(job.job_id))


def label(text: str) -> str:
    """As a label's value: lower-case letters, digits, '_' and '-', 63 at most; `layer.table` becomes `layer__table`.

    A text that cannot be read back from that has a digest at its end, so that no two texts share a label.
    """
    value = re.sub(r"[^a-z0-9_-]", "-", text.lower().replace(".", "__", 1))
    if len(value) <= LONGEST_LABEL and unlabelled(value) == text:
        return value
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{value[: LONGEST_LABEL - len(digest) - 1]}-{digest}"


def unlabelled(value: str) -> str:
    """The asset, `layer.table`, of a label."""
    return value.replace("__", ".", 1)
