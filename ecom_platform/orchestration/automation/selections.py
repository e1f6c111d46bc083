"""Selections that match nothing, found when definitions load.

Dagster resolves a group or key prefix that no asset has to an empty selection without a word: a misspelt group leaves a
job with fewer assets, and nobody notices. The parts of a selection, and the job that has one, are classes that
Dagster does not export, so they are imported here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import dagster as dg
from dagster._core.definitions.asset_selection import (
    ChainedAssetSelection,
    GroupsAssetSelection,
    GroupWildCardAssetSelection,
    KeyPrefixesAssetSelection,
    KeyWildCardAssetSelection,
    OperandListAssetSelection,
    SubtractAssetSelection,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

Starter = TypeVar("Starter", UnresolvedAssetJobDefinition, dg.SensorDefinition)


def not_empty(starters: Sequence[Starter], assets: Sequence[dg.AssetsDefinition]) -> Sequence[Starter]:
    """The jobs or sensors, as they are.

    Raises ValueError where one selects a group, layer or pattern that none of the assets matches.
    """
    for starter in starters:
        selection = starter.asset_selection if isinstance(starter, dg.SensorDefinition) else starter.selection
        for part in _named(selection) if selection else ():
            if not part.resolve(assets):
                raise ValueError(f"{starter.name} selects {part.to_selection_str()}, which matches no asset.")
    return starters


def _named(selection: dg.AssetSelection) -> Iterator[dg.AssetSelection]:
    """Every single group, key prefix and pattern that the selection names."""
    match selection:
        case GroupsAssetSelection():
            yield from (dg.AssetSelection.groups(group) for group in selection.selected_groups)
        case KeyPrefixesAssetSelection():
            # As patterns, because a prefix cannot be written as text.
            patterns = (f'key:"{"/".join(prefix)}/*"' for prefix in selection.selected_key_prefixes)
            yield from (dg.AssetSelection.from_string(pattern) for pattern in patterns)
        case GroupWildCardAssetSelection() | KeyWildCardAssetSelection():
            yield selection
        case OperandListAssetSelection():
            for operand in selection.operands:
                yield from _named(operand)
        case SubtractAssetSelection():
            yield from _named(selection.left)
            yield from _named(selection.right)
        case ChainedAssetSelection():
            yield from _named(selection.child)
