"""The contract of a warehouse, kept over BigQuery.

A write is prepared first and then done in one script. Rows in memory are loaded into staging tables, which expire by
themselves; a dry run of a query gives its columns, their types and what it would read; then one multi-statement
transaction deletes and inserts (https://cloud.google.com/bigquery/docs/transactions). The transaction runs in the service:
whatever stops this process, it commits whole or is rolled back.
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from ecom_platform.tables.spec import Table, Type
from ecom_platform.warehouse.bigquery import layout, statements
from ecom_platform.warehouse.bigquery.connection import connect
from ecom_platform.warehouse.bigquery.failures import explained, message_of
from ecom_platform.warehouse.bigquery.jobs import PLATFORM, Bill, Jobs, label
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.billing import Billing, Spending
from ecom_platform.warehouse.content import (
    Content,
    Query,
    RowCounts,
    check_names,
    check_partitions,
    conform,
    count_rows,
    month,
    outside_partitions,
    wrong_type,
)
from ecom_platform.warehouse.contract import Changes, DataIdentity, Stream, Warehouse
from ecom_platform.warehouse.errors import ContentError, WarehouseError
from ecom_platform.warehouse.fingerprints import FingerprintDialect

if TYPE_CHECKING:
    import pyarrow as pa
    from google.cloud.bigquery import Client
    from google.cloud.bigquery import Table as BigQueryTable

OWN_LAYER = "platform"
"""The dataset of what the warehouse knows about itself: whose data it holds. No table of the platform lives there."""

CLAIM = "world"
"""The table, in that dataset, whose description says whose data the warehouse holds."""

STAGING_LAYER = "staging"
"""The dataset of rows that are being loaded. Its tables expire by themselves."""

STAGING_MILLISECONDS = 24 * 3600 * 1000
LOADS_AT_ONCE = 4
CLEANUP_SECONDS = 30.0

logger = logging.getLogger(__name__)

ACCEPTED: Mapping[Type, frozenset[str]] = {
    Type.STRING: frozenset({"STRING"}),
    Type.INT64: frozenset({"INT64"}),
    Type.FLOAT64: frozenset({"FLOAT64", "INT64", "NUMERIC", "BIGNUMERIC"}),
    Type.NUMERIC: frozenset({"NUMERIC", "BIGNUMERIC", "INT64"}),
    Type.BOOL: frozenset({"BOOL"}),
    Type.DATE: frozenset({"DATE"}),
    Type.TIMESTAMP: frozenset({"TIMESTAMP"}),
}
"""The types that a query's column may have to be written to a column of each type; only what loses nothing."""


@dataclass(frozen=True)
class _Planned:
    """What is written to one table: its rows or its query, and its months; whether the table exists as specified, and
    whether it exists otherwise and is to be created again."""

    table: Table
    content: pa.Table | Query
    months: tuple[date, ...] | None
    exists: bool
    recreated: bool


class BigQueryWarehouse(Warehouse, Billing):
    """Tables in the datasets `<prefix><layer>` of one project. Datasets and tables are created by the first write.

    The first use connects to the service, and tries the credentials and the project. Jobs are labelled with the Dagster
    run `run_id`. A write that meets another one on the same table is retried for `patience_seconds`.
    """

    dialect: ClassVar[str] = "bigquery"
    fingerprint_dialect: ClassVar[FingerprintDialect] = FingerprintDialect("`", "TO_HEX(MD5({}))", "UNIX_MICROS({})")

    def __init__(self, options: BigQueryOptions, run_id: str = "", patience_seconds: float = 600) -> None:
        self.options = options
        self.jobs = Jobs(lambda: self.client, options, run_id, patience_seconds)
        self._verified: set[Table] = set()
        self._bills: dict[Table, Bill] = {}
        # The service cancels one of two transactions on a table; threads of one process can avoid the collision.
        self._writing = threading.Lock()
        self._connecting = threading.Lock()

    @property
    def client(self) -> Client:
        with self._connecting:
            return self._client

    @cached_property
    def _client(self) -> Client:
        return connect(self.options)

    @contextmanager
    def session(self) -> Iterator[None]:
        yield

    def replace(self, contents: Mapping[Table, Content], partitions: Sequence[str] | None) -> dict[Table, RowCounts]:
        return self._replace(contents, partitions, by_key=False)

    def update(
        self, contents: Mapping[Table, Content], partitions: Sequence[str] | None, *, whole: bool = True
    ) -> dict[Table, Changes]:
        if whole or any(isinstance(content, Query) for content in contents.values()):
            return super().update(contents, partitions, whole=whole)
        # A few new rows among many: no row that stays is rewritten, and none comes through Python.
        before = {table: self.row_counts(table) for table in contents}
        written = self._replace(contents, partitions, by_key=True)
        after = {table: self.row_counts(table) for table in contents}
        return {table: _changes(before[table], counts, after[table]) for table, counts in written.items()}

    def _replace(
        self, contents: Mapping[Table, Content], partitions: Sequence[str] | None, by_key: bool
    ) -> dict[Table, RowCounts]:
        months = {table: check_partitions(table, partitions) for table in contents}
        prepared = {
            table: content if isinstance(content, Query) else _checked(table, content, months[table])
            for table, content in contents.items()
        }
        what = f"replacing {', '.join(map(str, contents))} failed"
        with explained(what, self.client.project):
            plan = [self._planned(table, content, months[table]) for table, content in prepared.items()]
            bill = Bill()
            nulls = self._check_queries(plan, bill)
            for planned in plan:
                if not planned.exists and not (planned.recreated and len(plan) == 1):
                    self._create(planned)
            with self._staged(plan) as staging, self._writing:
                counts = self._write(plan, staging, nulls, bill, by_key)
        for table in contents:
            self._bills[table] = bill
        return {table: counts[table] for table in contents}

    def read(
        self,
        table: Table,
        partitions: Sequence[str] | None = None,
        columns: Iterable[str] | None = None,
    ) -> pa.Table:
        import pyarrow as pa

        names = table.column_names if columns is None else tuple(table.column(name).name for name in columns)
        schema = pa.schema([table.arrow_schema.field(name) for name in names])
        if partitions is not None and not table.partitioned:
            raise ContentError(f"{table} is not partitioned, but partitions were asked for.")
        if partitions is not None and not partitions:
            return schema.empty_table()
        months = None if partitions is None else [month(key) for key in partitions]
        with explained(f"reading {table} failed", self.client.project):
            if not self._exists(table):
                return schema.empty_table()
            labels = self.jobs.labels("read", str(table), _span(months))
            rows = self._rows(statements.read(table, names, months, self.options.dataset), labels)
        return rows.select(list(names)).cast(schema)

    def query(self, sql: str, reads: Iterable[Table] = (), partitions: Sequence[str] | None = None) -> pa.Table:
        reads = tuple(reads)
        with explained("the query failed", self.client.project):
            absent = [table for table in reads if not self._exists(table)]
            native = statements.rendered(Query(sql, reads), partitions, self.options.dataset, absent)
            return self._rows(native, self.jobs.labels("query"))

    def run(self, sql: str) -> pa.Table:
        with explained("the query failed", self.client.project):
            return self._rows(_with_datasets(sql, self.options.dataset), self.jobs.labels("check"))

    def stored_columns(self, table: Table) -> dict[str, str]:
        with explained(f"looking up the columns of {table} failed", self.client.project):
            stored = self._stored(table)
        return {} if stored is None else {field.name: layout.type_name(field) for field in stored.schema}

    @contextmanager
    def stream_native(self, sql: str) -> Iterator[Stream]:
        with explained("The statement does not run", self.client.project):
            native = _with_datasets(sql, self.options.dataset, self._layers())
            estimate = self.jobs.estimate(native)
            if estimate.statement_type != "SELECT":
                kind = estimate.statement_type.replace("_", " ") or "nothing"
                raise WarehouseError(f"Only one SELECT can be run here; this is {kind}.")
            self.check_affordable("The statement", estimate.bytes_processed)
            rows = self.jobs.query(native, self.jobs.labels("person")).result()
            batches = iter(rows.to_arrow_iterable())
            first = next(batches, None)
            schema = rows.to_arrow(create_bqstorage_client=False).schema if first is None else first.schema
            yield Stream(schema, batches if first is None else chain([first], batches))

    def row_counts(self, table: Table) -> RowCounts:
        with explained(f"counting the rows of {table} failed", self.client.project):
            if not self._exists(table):
                return {} if table.partitioned else {"": 0}
            counts: RowCounts = self._counts(statements.count(table, None, self.options.dataset), table)[table]
        return counts

    def tables(self) -> dict[str, int]:
        with explained("listing the tables failed", self.client.project):
            stored: dict[str, str | None] = {}
            for layer in self._layers():
                for item in self.client.list_tables(self.options.dataset(layer)):
                    stored[f"{layer}.{item.table_id}"] = layout.required_filter(item)
            if not stored:
                return {}
            sql = statements.count_stored(dict(sorted(stored.items())), self.options.dataset)
            rows = self._rows(sql, self.jobs.labels("list"))
        return dict(sorted((row["table_name"], row["row_count"]) for row in rows.to_pylist()))

    def identity(self) -> DataIdentity | None:
        with explained("reading whose data the warehouse holds failed", self.client.project):
            held = self._table_at(self._claim_reference)
        return None if held is None else DataIdentity(**json.loads(held.description or "{}"))

    def claim(self, identity: DataIdentity) -> None:
        """As the contract says. The claim is a table whose description is the identity: created once, or not at all."""
        from google.api_core.exceptions import Conflict
        from google.cloud import bigquery

        if self.identity() is None:
            with explained("claiming the warehouse failed", self.client.project):
                self._make_dataset(OWN_LAYER)
                claim = bigquery.Table(self._claim_reference)
                claim.description = json.dumps(asdict(identity))
                # Another process may have claimed it since it was read.
                with suppress(Conflict):
                    self.client.create_table(claim)
                    return
        self.confirm(identity)

    @property
    def place(self) -> str:
        return f"{self.client.project}.{self.options.dataset_prefix}*"

    @property
    def start_over(self) -> str:
        return (
            "use another ECOM_BIGQUERY_DATASET_PREFIX (and another ECOM_HOME), or delete the datasets of this prefix, "
            f"{self._dataset(OWN_LAYER)} the last, to start over"
        )

    @property
    def _claim_reference(self) -> str:
        return f"{self._dataset(OWN_LAYER)}.{CLAIM}"

    def last_write(self, table: Table) -> dict[str, float | int | str]:
        """Bytes estimated and billed, slot milliseconds, US dollars, and the ids of the jobs.

        A write of several tables is one job, whose whole cost is reported for each of them.
        """
        bill = self._bills.get(table)
        if bill is None:
            return {}
        return {
            "bigquery/estimated_bytes": bill.estimated_bytes,
            "bigquery/bytes_billed": bill.bytes_billed,
            "bigquery/slot_milliseconds": bill.slot_milliseconds,
            "bigquery/price_usd": round(bill.price, 6),
            "bigquery/attempts": bill.attempts,
            "bigquery/jobs": ", ".join(bill.jobs),
        }

    @property
    def billing(self) -> Billing:
        return self

    @property
    def cap_bytes(self) -> int:
        return self.options.maximum_bytes_billed

    @property
    def cap_setting(self) -> str:
        return "ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED"

    def price(self, bytes_billed: int) -> float:
        return self.options.price(bytes_billed)

    def spending(self, since: date) -> list[Spending]:
        from ecom_platform.warehouse.bigquery.jobs_view import spending

        return spending(self.jobs, since)

    def estimate(self, query: Query, partitions: Sequence[str] | None) -> int:
        with explained("the estimate failed", self.client.project):
            absent = [table for table in query.reads if not self._exists(table)]
            native = statements.rendered(query, partitions, self.options.dataset, absent)
            return self.jobs.estimate(native).bytes_processed

    def _planned(self, table: Table, content: pa.Table | Query, months: tuple[date, ...] | None) -> _Planned:
        stored = self._stored(table)
        fault = "" if stored is None else layout.fault(table, stored)
        if fault and months is not None:
            raise self._layout_error(table, fault)
        return _Planned(table, content, months, stored is not None and not fault, bool(fault))

    def _check_queries(self, plan: Sequence[_Planned], bill: Bill) -> dict[Table, tuple[str, ...]]:
        """Dry-runs every query. Returns, for each table, the columns that are bare NULLs in its query."""
        nulls: dict[Table, tuple[str, ...]] = {}
        for planned in plan:
            if not isinstance(planned.content, Query):
                continue
            # Tables that this write is about to create do not exist yet: for a dry run they count as empty.
            absent = [read for read in planned.content.reads if not self._exists(read)]
            native = statements.rendered(planned.content, _keys(planned.months), self.options.dataset, absent)
            estimate = self.jobs.estimate(native)
            nulls[planned.table] = _bare_nulls(planned.content)
            _check_columns(planned.table, [(f.name, layout.type_name(f)) for f in estimate.schema], nulls[planned.table])
            self.check_affordable(str(planned.table), estimate.bytes_processed)
            bill.estimated_bytes += estimate.bytes_processed
        return nulls

    def _write(
        self,
        plan: Sequence[_Planned],
        staging: Mapping[Table, str],
        nulls: Mapping[Table, tuple[str, ...]],
        bill: Bill,
        by_key: bool,
    ) -> dict[Table, RowCounts]:
        selects: dict[Table, str] = {}
        for planned in plan:
            selects[planned.table] = self._select(planned, set(selects), staging, nulls)
        labels = self.jobs.labels("write", str(plan[0].table), _span(plan[0].months))
        if len(plan) > 1:
            labels["tables"] = label("_".join(planned.table.name for planned in plan))
        counted = [planned.table for planned in plan if isinstance(planned.content, Query)]
        if plan[0].recreated and len(plan) == 1:
            sql = statements.recreated(plan[0].table, selects[plan[0].table], self.options.dataset)
            self._verified.add(plan[0].table)
        else:
            months = {planned.table: planned.months for planned in plan}
            sql = statements.transaction(selects, months, self.options.dataset, counted, by_key)
        with _content_errors(plan):
            job = self.jobs.query(sql, labels, bill)
        counts = {p.table: _known_counts(p) for p in plan}
        written = f"{', '.join(map(str, selects))} written and committed, but the rows could not be counted"
        with explained(written, self.client.project):
            if counted and not plan[0].recreated:
                _add_counts(counts, job.result().to_arrow(create_bqstorage_client=False))
            elif counted:
                _add_counts(counts, self._rows(statements.count(counted[0], None, self.options.dataset), labels))
        return counts

    def _select(
        self,
        planned: _Planned,
        written: set[Table],
        staging: Mapping[Table, str],
        nulls: Mapping[Table, tuple[str, ...]],
    ) -> str:
        if isinstance(planned.content, Query):
            absent = [read for read in planned.content.reads if read not in written and not self._exists(read)]
            native = statements.rendered(planned.content, _keys(planned.months), self.options.dataset, absent)
            return statements.fitted(planned.table, native, planned.months, nulls[planned.table])
        if planned.table in staging:
            return statements.staged(planned.table, staging[planned.table])
        return statements.empty(planned.table)

    @contextmanager
    def _staged(self, plan: Sequence[_Planned]) -> Iterator[dict[Table, str]]:
        """Loads rows in memory into staging tables, and drops these afterwards.

        What a killed process leaves there expires within a day.
        """
        loaded = [p for p in plan if not isinstance(p.content, Query) and p.content.num_rows]
        if not loaded:
            yield {}
            return
        self._make_dataset(STAGING_LAYER)
        tag = uuid.uuid4().hex
        names = {p.table: f"{self._dataset(STAGING_LAYER)}.{p.table.layer}_{p.table.name}_{tag}" for p in loaded}

        def load(planned: _Planned) -> None:
            assert not isinstance(planned.content, Query)
            labels = self.jobs.labels("load", str(planned.table), _span(planned.months))
            self.jobs.load(planned.content, layout.schema(planned.table.columns), names[planned.table], labels)

        try:
            with ThreadPoolExecutor(min(LOADS_AT_ONCE, len(loaded))) as pool:
                try:
                    list(pool.map(load, loaded))
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    self.jobs.cancel_running()
                    raise
            yield {table: name.split(".", 1)[1] for table, name in names.items()}
        finally:
            for name in names.values():
                self._drop_staging(name)

    def _drop_staging(self, name: str) -> None:
        from google.cloud.bigquery import DEFAULT_RETRY

        brief = DEFAULT_RETRY.with_timeout(CLEANUP_SECONDS)
        try:
            self.client.delete_table(name, not_found_ok=True, retry=brief, timeout=CLEANUP_SECONDS)
        except Exception as error:
            # It expires by itself; a write that is committed must not be reported as failed over its staging.
            logger.warning("The staging table %s could not be dropped (%s): it expires.", name, type(error).__name__)

    def _exists(self, table: Table) -> bool:
        """Whether the table was ever written. Raises WarehouseError when what is stored is not what is specified."""
        if table in self._verified:
            return True
        stored = self._stored(table)
        if stored is None:
            return False
        if fault := layout.fault(table, stored):
            raise self._layout_error(table, fault)
        self._verified.add(table)
        return True

    def _stored(self, table: Table) -> BigQueryTable | None:
        return self._table_at(self._reference(table))

    def _table_at(self, reference: str) -> BigQueryTable | None:
        """The table at `project.dataset.table`; None when there is none. That there is no such project is an error."""
        from google.api_core.exceptions import NotFound

        try:
            return self.client.get_table(reference)
        except NotFound as error:
            if message_of(error).startswith("Not found: Project"):
                raise
            return None

    def _layout_error(self, table: Table, fault: str) -> WarehouseError:
        return WarehouseError(
            f"{table} in the warehouse, {self._reference(table)}, is not as specified: {fault}. The platform has changed "
            "since it was written: delete that table (bq rm) and materialise it again, or choose another "
            "ECOM_BIGQUERY_DATASET_PREFIX and rebuild the warehouse."
        )

    def _create(self, planned: _Planned) -> None:
        if planned.recreated:
            self.client.delete_table(self._reference(planned.table), not_found_ok=True)
        self._make_dataset(planned.table.layer)
        laid = layout.laid_out(planned.table, self._reference(planned.table))
        self.jobs.tried(lambda: self.client.create_table(laid, exists_ok=True), f"creating {planned.table}")
        self._verified.add(planned.table)

    def _make_dataset(self, layer: str) -> None:
        """Creates a layer's dataset unless it exists. Raises WarehouseError, naming the grant, when that is not allowed."""
        from google.api_core.exceptions import Forbidden, NotFound
        from google.cloud import bigquery

        reference = self._dataset(layer)
        try:
            existing = self.client.get_dataset(reference)
        except NotFound:
            dataset = bigquery.Dataset(reference)
            dataset.location = self.options.location
            dataset.labels = {"platform": PLATFORM, "layer": layer}
            dataset.description = f"The layer {layer} of the e-commerce platform; written by it alone."
            if layer == STAGING_LAYER:
                dataset.default_table_expiration_ms = STAGING_MILLISECONDS
                dataset.description = "Rows being loaded into the e-commerce platform's tables; every table expires in a day."
            try:
                self.jobs.tried(lambda: self.client.create_dataset(dataset, exists_ok=True), f"creating {reference}")
            except Forbidden:
                raise WarehouseError(
                    f"The dataset {reference} does not exist and may not be created: grant bigquery.datasets.create on "
                    f"project {self.client.project} (roles/bigquery.user), or create it there, in {self.options.location}."
                ) from None
            return
        if existing.location and existing.location.lower() != self.options.location.lower():
            raise WarehouseError(
                f"The dataset {reference} is in location {existing.location}, but ECOM_BIGQUERY_LOCATION is "
                f"{self.options.location}: a job reads and writes one location only."
            )
        if layer == STAGING_LAYER and not existing.default_table_expiration_ms:
            self._set_expiry(existing)

    def _set_expiry(self, staging: Any) -> None:
        """Lets the tables of a staging dataset that somebody else has made expire: a killed process leaves some there."""
        from google.api_core.exceptions import GoogleAPICallError

        staging.default_table_expiration_ms = STAGING_MILLISECONDS
        try:
            self.client.update_dataset(staging, ["default_table_expiration_ms"])
        except GoogleAPICallError:
            raise WarehouseError(
                f"The tables of the dataset {self._dataset(STAGING_LAYER)} never expire, and these credentials may not change "
                f"that: set its default table expiration to {STAGING_MILLISECONDS // 1000} seconds "
                "(bq update --default_table_expiration)."
            ) from None

    def _layers(self) -> list[str]:
        """The layers that have a dataset."""
        found = {item.dataset_id: item.labels for item in self.client.list_datasets()}
        return [layer for layer in layers_of(self.options.dataset_prefix, found) if layer not in (OWN_LAYER, STAGING_LAYER)]

    def _dataset(self, layer: str) -> str:
        return f"{self.client.project}.{self.options.dataset(layer)}"

    def _reference(self, table: Table) -> str:
        return f"{self._dataset(table.layer)}.{table.name}"

    def _rows(self, sql: str, labels: Mapping[str, str]) -> pa.Table:
        # Over REST: the storage API would be a second connection to the service, for what are aggregates.
        rows: pa.Table = self.jobs.query(sql, labels).result().to_arrow(create_bqstorage_client=False)
        return rows

    def _counts(self, sql: str, table: Table) -> dict[Table, RowCounts]:
        counts: dict[Table, RowCounts] = {table: {}}
        _add_counts(counts, self._rows(sql, self.jobs.labels("count", str(table))))
        return counts


def layers_of(prefix: str, datasets: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The layers of the warehouse with this prefix among a project's datasets and their labels.

    A name alone does not tell: `ecom_dev_raw` begins with `ecom_`, and is the layer `raw` of the warehouse `ecom_dev_`. Its
    label says so or, where an administrator made it without one, that the longer prefix has a dataset of claims, too.
    """
    longer = [name.removesuffix(OWN_LAYER) for name in datasets if name.startswith(prefix) and name.endswith(OWN_LAYER)]
    longer = [other for other in longer if other != prefix]
    layers = [
        (name.removeprefix(prefix), labels)
        for name, labels in datasets.items()
        if name.startswith(prefix) and not name.startswith(tuple(longer))
    ]
    return sorted(layer for layer, labels in layers if labels.get("layer", layer) == layer)


def _checked(table: Table, content: Content, months: Sequence[date] | None) -> pa.Table:
    assert not isinstance(content, Query)
    rows = conform(table, content)
    count_rows(table, rows, months)
    return rows


def _check_columns(table: Table, computed: Sequence[tuple[str, str]], nulls: Iterable[str]) -> None:
    """Raises ContentError unless the query's columns are the table's, by name, in types that may be written there."""
    check_names(table, [name for name, _ in computed])
    types = dict(computed)
    for column in table.columns:
        actual = types[column.name]
        if actual not in ACCEPTED[column.type] and column.name not in nulls:
            raise wrong_type(table, column, actual, f" in BigQuery: CAST(... AS {column.type}) in the query")


def _bare_nulls(query: Query) -> tuple[str, ...]:
    """Columns of the SELECT that are NULL and nothing else, whose type the service cannot know."""
    from sqlglot import exp

    from ecom_platform.warehouse.sql.analysis import analyse

    tree = analyse(query.sql, tuple(sorted(set(query.reads), key=str))).tree
    return tuple(select.alias_or_name for select in tree.selects if isinstance(select.unalias(), exp.Null))


@contextmanager
def _content_errors(plan: Sequence[_Planned]) -> Iterator[None]:
    """Turns the errors that the generated SQL raises on purpose into the ContentError that they stand for."""
    from google.api_core.exceptions import GoogleAPICallError

    queried = [planned.table for planned in plan if isinstance(planned.content, Query)]
    try:
        yield
    except GoogleAPICallError as error:
        message = message_of(error)
        _, outside, key = message.partition(statements.OUTSIDE)
        if outside:
            raise outside_partitions(queried[0], key.split()[0].rstrip(".;")) from None
        _, overflow, column = message.partition(statements.OVERFLOW)
        if overflow:
            raise ContentError(
                f"{queried[0]}: a value of the query does not fit: {column.split()[0]} is NUMERIC, 18 digits with 2 of them "
                "after the point. Nothing was written."
            ) from None
        raise


def _changes(before: RowCounts, written: RowCounts, after: RowCounts) -> Changes:
    rows = {key: after.get(key, 0) for key in written}
    removed = {key: max(0, before.get(key, 0) + count - rows[key]) for key, count in written.items()}
    return Changes(rows, written, removed)


def _known_counts(planned: _Planned) -> RowCounts:
    if isinstance(planned.content, Query):
        return {"": 0} if planned.months is None else {day.isoformat(): 0 for day in planned.months}
    return count_rows(planned.table, planned.content, planned.months)


def _add_counts(counts: dict[Table, RowCounts], rows: pa.Table) -> None:
    by_name = {str(table): table for table in counts}
    for row in rows.to_pylist():
        counts[by_name[row["table_name"]]][row["partition_key"]] = row["row_count"]


def _with_datasets(sql: str, dataset: Callable[[str], str], layers: Collection[str] | None = None) -> str:
    """A statement in BigQuery's dialect with `layer.table` turned into `dataset.table`, for these layers (None: all).

    What the parser does not understand is left to the service as it is.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        trees = [tree for tree in sqlglot.parse(sql, read="bigquery") if tree is not None]
    except SqlglotError:
        return sql
    names = [
        node.args["db"]
        for tree in trees
        for node in tree.find_all(exp.Table)
        if node.db and not node.catalog and (layers is None or node.db in layers)
    ]
    text = sql
    for identifier in sorted(names, key=lambda node: node.meta.get("start", -1), reverse=True):
        start, end = identifier.meta.get("start"), identifier.meta.get("end")
        if start is not None and end is not None:
            text = text[:start] + text[start : end + 1].replace(identifier.name, dataset(identifier.name)) + text[end + 1 :]
    return text


def _keys(months: Sequence[date] | None) -> list[str] | None:
    return None if months is None else [day.isoformat() for day in months]


def _span(months: Sequence[date] | None) -> str:
    """Months as a label's value: one of them, or the first and the last."""
    if not months:
        return ""
    first, last = min(months), max(months)
    return first.isoformat() if first == last else f"{first.isoformat()}--{last.isoformat()}"
