"""What published aggregates share: the segments whose customers a row counts. A page's filters choose among their values."""

from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.spec import Layout, signup_month_column

DIMENSIONS = tuple(column.name for column in SEGMENTS)
"""In the order of the pages' filters."""

KEY = ("signup_month", *DIMENSIONS)
SIGNUP_MONTH = signup_month_column()
LAYOUT = Layout(partition_by="signup_month")
