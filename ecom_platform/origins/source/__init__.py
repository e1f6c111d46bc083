"""Data from outside: a folder of SQL, CSV and Parquet files that gives the raw tables.

`Source` is the whole interface. It reads a person's files and never writes them; what the rows mean, which of them are
dirty and what is done about it is none of its business.
"""

from ecom_platform.origins.source.errors import SourceError
from ecom_platform.origins.source.settings import SourceSettings, read_source_settings
from ecom_platform.origins.source.source import Source

__all__ = ["Source", "SourceError", "SourceSettings", "read_source_settings"]
