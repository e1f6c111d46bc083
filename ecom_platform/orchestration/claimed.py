"""The warehouse as an asset that writes gets it: made sure that it holds the data that the settings name, or none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecom_platform.orchestration.write_mode import retried_when_busy
from ecom_platform.origins.origin import identity

if TYPE_CHECKING:
    from ecom_platform.orchestration.resources import WarehouseResource
    from ecom_platform.settings import Settings
    from ecom_platform.warehouse.contract import Warehouse


def claimed(warehouse: WarehouseResource, settings: Settings) -> Warehouse:
    """The open warehouse, claimed for the data of the settings.

    Raises WarehouseError when it holds those of another world, RetryRequested when it is busy.
    """
    with retried_when_busy():
        store = warehouse.open()
        store.claim(identity(settings))
    return store
