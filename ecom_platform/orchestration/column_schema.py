"""How Dagster's UI shows a table's specification."""

from __future__ import annotations

import dagster as dg

from ecom_platform.tables.spec import Column, Table


def column_schema(table: Table) -> dg.TableSchema:
    """The table's columns for `dagster/column_schema`: types by their GoogleSQL names, meanings, constraints."""
    only_key = table.key[0] if len(table.key) == 1 else None
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type.value,
                description=column.doc,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=column.name == only_key, other=_other(table, column)
                ),
            )
            for column in table.columns
        ],
        constraints=dg.TableConstraints(other=[f"primary key ({', '.join(table.key)})"]),
    )


def _other(table: Table, column: Column) -> list[str]:
    texts = [f"references {key.references}" for key in table.foreign_keys if key.column == column.name]
    if column.accepted:
        texts.append(f"one of {', '.join(column.accepted)}")
    if column.minimum is not None:
        texts.append(f"at least {column.minimum:g}")
    return texts
