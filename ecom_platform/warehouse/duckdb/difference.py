"""The SQL of an update: which stored rows to delete and which fresh rows to insert, so that the table holds the fresh ones.

Rows are compared whole, null equal to null. Nothing here runs a statement.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecom_platform.tables.spec import Table

ROW = "_row"
"""The column of `gone` that holds the stored row's id."""

_COPY = "_copy"


@dataclass(frozen=True)
class Difference:
    """The difference between the `stored` rows (a table, perhaps restricted: `t WHERE ...`) and the `fresh` ones.

    Unless the fresh rows are the `whole` content, stored rows whose key is not among theirs stay out of the comparison.
    """

    table: Table
    stored: str
    fresh: str
    whole: bool

    @property
    def repetitions(self) -> tuple[str, str]:
        """Two questions: whether a key repeats, or lacks a part, on either side. Raw tables may arrive so."""
        parts = ", ".join(_quoted(name) for name in self.table.key)
        lacking = " OR ".join(f"{_quoted(name)} IS NULL" for name in self.table.key)
        question = f"SELECT count(*) > count(DISTINCT ({parts})) OR coalesce(count_if({lacking}), 0) > 0 FROM "
        return question + self.fresh, question + f"({self._scope})"

    def gone(self, keyed: bool) -> str:
        """Stored rows that no fresh row is equal to, as (_row, the table's columns). `keyed`: no key repeats."""
        return f"SELECT * FROM {self._old(keyed)} AS old ANTI JOIN {self._young(keyed)} AS young ON {self._equal(keyed)}"

    def new(self, keyed: bool) -> str:
        """Fresh rows that no stored row is equal to, in the table's columns."""
        columns = ", ".join(f"young.{_quoted(name)}" for name in self.table.column_names)
        return (
            f"SELECT {columns} FROM {self._young(keyed)} AS young ANTI JOIN {self._old(keyed)} AS old ON {self._equal(keyed)}"
        )

    @property
    def _scope(self) -> str:
        rows = f"SELECT rowid AS {ROW}, * FROM {self.stored}"
        if self.whole:
            return rows
        same = " AND ".join(f"stored.{_quoted(name)} IS NOT DISTINCT FROM fresh.{_quoted(name)}" for name in self.table.key)
        return f"SELECT * FROM ({rows}) AS stored SEMI JOIN {self.fresh} AS fresh ON {same}"

    def _old(self, keyed: bool) -> str:
        return f"(SELECT *{self._copy(keyed)} FROM ({self._scope}))"

    def _young(self, keyed: bool) -> str:
        return f"(SELECT *{self._copy(keyed)} FROM {self.fresh})"

    def _copy(self, keyed: bool) -> str:
        # Equal rows are numbered, so that two of them compared with one leave one.
        columns = ", ".join(_quoted(name) for name in self.table.column_names)
        return "" if keyed else f", row_number() OVER (PARTITION BY {columns}) AS {_COPY}"

    def _equal(self, keyed: bool) -> str:
        names = (*self.table.column_names, *(() if keyed else (_COPY,)))
        return " AND ".join(f"old.{_quoted(name)} IS NOT DISTINCT FROM young.{_quoted(name)}" for name in names)


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
