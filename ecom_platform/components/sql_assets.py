"""`SqlAssets`: a folder of GoogleSQL files, each of them an asset, for tables that a user adds to the platform's."""

# Dagster reads the annotations of these classes as they are: no `from __future__ import annotations`.
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import dagster as dg

from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, Table
from ecom_platform.warehouse.sql import SqlError

EXAMPLE = "users_by_month"


class SqlAssetsScaffolder(dg.Scaffolder[Any]):
    """Writes a folder that works as it is: a table by signup month, to be replaced by one's own."""

    def scaffold(self, request: dg.ScaffoldRequest[Any]) -> None:
        dg.scaffold_component(request, {"tables": {EXAMPLE: {"key": ["signup_month"]}}})
        (request.target_path / f"{EXAMPLE}.sql").write_text(EXAMPLE_SQL, encoding="utf-8")


EXAMPLE_SQL = """\
-- How many users signed up in each month, and how many of them have bought since?
--
-- - **Unit**: a signup month.
-- - **Window**: from signup to the last observed day.
SELECT
  signup_month,
  COUNT(*) AS user_count,  -- Users who signed up in the month.
  COUNTIF(successful_order_count >= 1) AS buyer_count  -- Users with at least one paid order.
FROM marts.dm_user_purchase_summary
GROUP BY signup_month
"""


@dataclass
class OwnTable(dg.Resolvable):
    """What a SELECT does not say about its table."""

    key: Annotated[
        list[str], dg.Resolver.default(description="Columns that tell the rows apart: never null, unique together.")
    ]
    columns: Annotated[
        dict[str, str], dg.Resolver.default(description="Meanings of columns that no comment beside the column gives.")
    ] = field(default_factory=dict)


@dg.scaffold_with(SqlAssetsScaffolder)
@dataclass
class SqlAssets(dg.Component, dg.Resolvable):
    """GoogleSQL files as assets: each `<name>.sql` beside the `defs.yaml` computes the table `layer.name`.

    A file is one SELECT over tables named `layer.name`: the platform's, those of the folder, and those that `reads` names.
    Its leading comment is the description. Dependencies, column lineage, columns, types and partitions (a table with
    `signup_month` has them) are derived from the text; a table's columns, types and key are checked on every run. What is
    wrong with a file or with the `defs.yaml` stops the definitions from loading, with file and line.
    """

    tables: Annotated[dict[str, OwnTable], dg.Resolver.default(description="A table by the name of its file.")]
    layer: Annotated[
        str | None, dg.Resolver.default(description="Schema or dataset of the tables; by default the name of the folder.")
    ] = None
    group: Annotated[str | None, dg.Resolver.default(description="Group in the UI; by default the layer.")] = None
    owner: Annotated[str | None, dg.Resolver.default(description="`team:name`, or an e-mail address.")] = None
    reads: Annotated[
        list[str],
        dg.Resolver.default(description="Tables of one's own Python assets that the files read: `module.TABLE` each."),
    ] = field(default_factory=list)

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        from ecom_platform.orchestration.assets.sql import sql_asset
        from ecom_platform.orchestration.assets.vocabulary import asset_key
        from ecom_platform.orchestration.checks.guards import guard
        from ecom_platform.orchestration.io_manager import specified_by
        from ecom_platform.orchestration.partitions import signup_months
        from ecom_platform.orchestration.previews import knowingly
        from ecom_platform.warehouse.sql.derived import Declaration, DeclarationError, derive_sql

        folder, settings = context.path, Settings.load()
        layer = self.layer or folder.name
        if layer in CATALOG.layers:
            taken = ", ".join(sorted(CATALOG.layers))
            raise _fault(context, f"the layer {layer} is the platform's own: choose another than {taken}", "layer")
        if not (layer.isascii() and layer.isidentifier()):
            raise _fault(context, f"{layer} is no name for a layer: letters, digits and _ make one", "layer")
        declared = {name: Declaration(tuple(table.key), table.columns) for name, table in self.tables.items()}
        known = {**CATALOG, **{str(table): table for table in self._python_tables(context)}}
        try:
            files = derive_sql(sorted(folder.glob("*.sql")), layer, declared, known, context.project_root)
        except DeclarationError as error:
            raise _fault(context, error.problem, "tables", *error.where) from None
        months = signup_months(settings.start_month, settings.as_of)
        tables = {asset_key(file.table): file.table for file in files}

        def attributes(spec: dg.AssetSpec) -> dg.AssetSpec:
            owned = spec.replace_attributes(group_name=self.group or layer, owners=[self.owner] if self.owner else [])
            return owned.merge_attributes(metadata=specified_by(tables[spec.key]))

        with knowingly():
            return dg.Definitions(
                assets=list(dg.map_asset_specs(attributes, [sql_asset(file, settings, months, CATALOG) for file in files])),
                asset_checks=[guard(file.table, months, CATALOG) for file in files],
            )

    def _python_tables(self, context: dg.ComponentLoadContext) -> Iterator[Table]:
        for position, name in enumerate(self.reads):
            module, _, attribute = name.rpartition(".")
            try:
                table = getattr(import_module(module), attribute)
            except (ImportError, AttributeError, ValueError) as error:
                raise _fault(context, f"{name} cannot be imported: {error}", "reads", position) from error
            if not isinstance(table, Table):
                raise _fault(context, f"{name} is no Table but {type(table).__name__}", "reads", position)
            yield table


def _fault(context: dg.ComponentLoadContext, problem: str, *attribute: str | int) -> SqlError:
    """What is wrong with an attribute, with the line of the `defs.yaml` that it stands on."""
    tree = getattr(context.component_decl, "source_tree", None)
    if tree is None:
        return SqlError(problem, 1, str(context.path.relative_to(context.project_root)))
    position, _ = tree.source_position_tree.lookup_closest_and_path(["attributes", *attribute], trace=None)
    return SqlError(problem, position.start.line, str(Path(position.filename).relative_to(context.project_root)))
