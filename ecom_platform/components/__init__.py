"""What `dg` offers to scaffold: the platform's components, by the names that a `defs.yaml` gives as its `type`."""

from ecom_platform.components.sql_assets import SqlAssets

__all__ = ["SqlAssets"]
