"""Loading a folder of a user's own definitions, to be merged with the platform."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import dagster as dg

from ecom_platform.orchestration.previews import knowingly
from ecom_platform.warehouse.contract import WarehouseError


def own_definitions(folder: ModuleType) -> dg.Definitions:
    """Whatever stands in the folder of the given package: Python files of definitions, and components.

    Raises WarehouseError, with file and line, for an SQL file or a `defs.yaml` of `SqlAssets` that cannot be used; whatever
    else goes wrong in the folder is raised as Dagster raises it.
    """
    tree = dg.ComponentTree.from_module(folder, project_root=Path(next(iter(folder.__path__))).parents[1])
    try:
        # Not the root of the tree: building that imports every component library that happens to be installed.
        with knowingly():
            own = tree.build_defs(tree.defs_module_path)
    except Exception as error:
        if (cause := _sentence(error)) is not None:
            raise cause from None
        raise
    return dg.Definitions.merge(own, dg.Definitions(component_tree=tree))


def _sentence(error: BaseException | None) -> WarehouseError | None:
    """The one sentence for a person among the errors that Dagster wrapped around it."""
    while error is not None and not isinstance(error, WarehouseError):
        error = error.__cause__
    return error
