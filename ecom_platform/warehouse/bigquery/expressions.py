"""Ibis expressions over the warehouse: compiled here, run as any other job of the platform.

Ibis has a BigQuery back end of its own, which insists on the storage API and on credentials that it finds for itself.
What checks need is its compiler; the SQL then goes the one way that knows the cap, the labels and the emulator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.operations as ops
from ibis.backends.sql import SQLBackend
from ibis.backends.sql.compilers.bigquery import compiler

from ecom_platform.tables.spec import Type

if TYPE_CHECKING:
    import ibis.expr.schema as sch
    import ibis.expr.types as ir
    import pyarrow as pa
    from sqlglot import exp

TYPES = {
    Type.STRING: "string",
    Type.INT64: "int64",
    Type.FLOAT64: "float64",
    Type.BOOL: "boolean",
    Type.DATE: "date",
    Type.TIMESTAMP: "timestamp('UTC', 6)",
    Type.NUMERIC: "decimal(18, 2)",
}
"""Stored types by their names in GoogleSQL, as Ibis calls them."""


class Expressions(SQLBackend):  # type: ignore[misc]
    """Tables of one project as expressions; `run` is given their SQL and answers with its rows. Nothing can be written."""

    name = "bigquery"
    compiler = compiler
    supports_temporary_tables = False
    supports_python_udfs = False

    def __init__(self, run: Callable[[str], pa.Table]) -> None:
        super().__init__()
        self._answer = run

    def at(self, project: str, dataset: str, name: str, columns: Mapping[str, str]) -> ir.Table:
        """A stored table, whose columns have the given types, by their names in GoogleSQL."""
        known: dict[str, str] = {type_.value: named for type_, named in TYPES.items()}
        schema = ibis.schema({column: known.get(type_, "unknown") for column, type_ in columns.items()})
        place = ops.Namespace(catalog=project, database=dataset)
        return ops.DatabaseTable(name, schema=schema, source=self, namespace=place).to_expr()

    def to_pyarrow(self, expr: ir.Expr, /, **_: Any) -> Any:
        """The rows of an expression, in its own types."""
        table = expr.as_table()
        rows = self._answer(self.compile(table)).rename_columns(list(table.columns))
        return expr.__pyarrow_result__(rows.cast(table.schema().to_pyarrow()))

    def execute(self, expr: ir.Expr, /, **_: Any) -> Any:
        """The same as pandas."""
        return expr.__pandas_result__(self.to_pyarrow(expr.as_table()).to_pandas())

    @property
    def version(self) -> str:
        return "service"

    def list_tables(self, **_: Any) -> list[str]:
        raise NotImplementedError

    def create_table(self, *_: Any, **__: Any) -> ir.Table:
        raise NotImplementedError

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        raise NotImplementedError

    def _get_schema_using_query(self, query: str) -> sch.Schema:
        raise NotImplementedError

    def _run_pre_execute_hooks(self, expr: ir.Expr) -> None:
        """Ibis would register what an expression brings with it; these bring nothing."""

    def raw_sql(self, query: str | exp.Expression, **_: Any) -> Any:
        raise NotImplementedError
