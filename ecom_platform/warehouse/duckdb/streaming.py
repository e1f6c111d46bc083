"""Results of statements that a person wrote: streamed, and ended by Ctrl-C.

DuckDB works without looking at signals while it is asked for a batch by way of Arrow. So it works in a thread of its own,
and the thread that waits for it can be interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from ecom_platform.warehouse.contract import Stream

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH_ROWS = 10_000

Result = TypeVar("Result")


@contextmanager
def streamed(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> Iterator[Stream]:
    """The result of a statement on a connection that nothing else uses meanwhile. Raises DuckDB's and Arrow's errors."""
    with ThreadPoolExecutor(max_workers=1) as worker:

        def wait_for(work: Callable[[], Result]) -> Result:
            try:
                return worker.submit(work).result()
            except BaseException:
                # The worker has ended with the failure, unless it is this thread that was interrupted.
                connection.interrupt()
                raise

        reader = wait_for(lambda: connection.execute(statement).to_arrow_reader(BATCH_ROWS))

        def next_batch() -> pa.RecordBatch | None:
            try:
                return reader.read_next_batch()
            except StopIteration:
                return None

        def batches() -> Iterator[pa.RecordBatch]:
            while (batch := wait_for(next_batch)) is not None:
                yield batch

        yield Stream(reader.schema, batches())
