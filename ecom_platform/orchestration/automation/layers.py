"""What the registry of layers means in Dagster: the group, owner and automation of every asset, and selections by layer.

An asset belongs to the layer that its key begins with. That holds for tables, and for assets of a layer that produce
something else.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from ecom_platform.orchestration.automation.conditions import follows_the_data
from ecom_platform.tables.layers import Freshness, Layer, Layers, Written


def of_layers(layers: Sequence[Layer]) -> dg.AssetSelection:
    """Every asset of the layers, and its checks; the UI shows it as a selection that can be typed."""
    return dg.AssetSelection.from_string(" or ".join(f'key:"{layer.name}/*"' for layer in layers))


def in_layers(assets: Sequence[dg.AssetsDefinition], layers: Layers) -> list[dg.AssetsDefinition]:
    """The assets, each with the group, owner, automation condition and freshness policy of its layer.

    Raises ValueError for an asset whose key begins with no layer.
    """
    unpartitioned = dg.AssetSelection.assets(
        *(spec.key for asset in assets for spec in asset.specs if spec.partitions_def is None)
    )

    def attributes(spec: dg.AssetSpec) -> dg.AssetSpec:
        layer = _layer_of(spec.key, layers)
        spec = spec.replace_attributes(group_name=layer.group, owners=[layer.owner])
        if layer.written is Written.FOLLOWING:
            condition = follows_the_data(spec.partitions_def is not None, unpartitioned)
            spec = spec.replace_attributes(automation_condition=condition)
        return spec.replace_attributes(freshness_policy=_policy(layer.freshness)) if layer.freshness else spec

    return list(dg.map_asset_specs(attributes, assets))


def _layer_of(key: dg.AssetKey, layers: Layers) -> Layer:
    name = key.path[0]
    if name not in layers:
        raise ValueError(
            f"The asset {key.to_user_string()} belongs to no layer: there is no {name} in ecom_platform/tables/layers.py."
        )
    return layers[name]


def _policy(freshness: Freshness) -> dg.FreshnessPolicy:
    return dg.FreshnessPolicy.time_window(fail_window=freshness.fail, warn_window=freshness.warn)
