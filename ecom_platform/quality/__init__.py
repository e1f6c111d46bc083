"""Checks of what the tables hold, remediation of what is wrong with raw rows, and scores of both."""

import os

# Importing pandera sets this to "1" where it is unset, for PySpark's sake, and pyarrow then drops the zone of every datetime.
os.environ.setdefault("PYARROW_IGNORE_TIMEZONE", "")
