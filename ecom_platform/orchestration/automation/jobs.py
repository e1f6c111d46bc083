"""The three jobs, by the names they are known by."""

from __future__ import annotations

from typing import Any

import dagster as dg

from ecom_platform.orchestration.write_mode import ONLY_CHANGES

GENERATE = "generate_synthetic_data_daily"
REFRESH = "refresh_data_mart"
FUNNEL = "funnel_preprocessing"

_REMEDIATION = ("violations", "quarantine", "clean")


def jobs() -> list[Any]:
    events = dg.AssetSelection.assets("marts/dm_funnel_events")
    return [
        dg.define_asset_job(
            GENERATE,
            selection=dg.AssetSelection.groups("raw", *_REMEDIATION),
            tags=ONLY_CHANGES,
            description="The world advances to today: users, products, orders, items and events land in the warehouse, "
            "checked and cleaned.",
        ),
        dg.define_asset_job(
            REFRESH,
            selection=dg.AssetSelection.groups("marts", "analysis"),
            description="The marts, and the analyses on top of them, are rebuilt from what is clean.",
        ),
        dg.define_asset_job(
            FUNNEL,
            selection=events | (events.upstream() & dg.AssetSelection.groups(*_REMEDIATION)),
            tags=ONLY_CHANGES,
            description="User events become sessions and land in dm_funnel_events, after the tables they rest on are "
            "checked and cleaned.",
        ),
    ]
