"""What can go wrong with a warehouse, as a person reads it: each message is one sentence that names the way out."""

from __future__ import annotations

from ecom_platform.errors import PlatformError


class WarehouseError(PlatformError):
    """Something a person can act on: one sentence that says what is wrong, where, and what to do."""


class ContentError(WarehouseError):
    """The content does not fit the table's specification; nothing was written."""


class WarehouseBusyError(WarehouseError):
    """Others kept the warehouse, or the table, for the whole of the bounded wait."""


class SpendingError(WarehouseError):
    """A job that would cost more than the cap allows; it was not run."""
