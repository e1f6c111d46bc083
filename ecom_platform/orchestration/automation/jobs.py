"""The three jobs, by the names they are known by. What they select follows from what writes a layer."""

from __future__ import annotations

from typing import Any

import dagster as dg

from ecom_platform.orchestration.automation.layers import of_layers
from ecom_platform.orchestration.write_mode import ONLY_CHANGES
from ecom_platform.tables.layers import Layers, Written

GENERATE = "generate_synthetic_data_daily"
REFRESH = "refresh_data_mart"
FUNNEL = "funnel_preprocessing"


def jobs(layers: Layers) -> list[Any]:
    events = dg.AssetSelection.assets("marts/dm_funnel_events")
    return [
        dg.define_asset_job(
            GENERATE,
            selection=of_layers(layers.written(Written.ON_ARRIVAL, Written.WITH_ARRIVALS)),
            tags=ONLY_CHANGES,
            description="The world advances to today: users, products, orders, items and events land in the warehouse, "
            "checked and cleaned.",
        ),
        dg.define_asset_job(
            REFRESH,
            selection=of_layers(layers.written(Written.FOLLOWING)),
            description="The marts, and the analyses on top of them, are rebuilt from what is clean.",
        ),
        dg.define_asset_job(
            FUNNEL,
            selection=events | (events.upstream() & of_layers(layers.written(Written.WITH_ARRIVALS))),
            tags=ONLY_CHANGES,
            description="User events become sessions and land in dm_funnel_events, after the tables they rest on are "
            "checked and cleaned.",
        ),
    ]
