"""The tables of the layer `dashboard`, a file each: what the pages and the workbook show, in counts and sums that add up.

They are few rows however many the customers: all users alike in signup month, device, region, channel, subscription and
activation level are one kind of customer.
"""

from ecom_platform.tables.dashboard.category_sales_by_month import CATEGORY_SALES_BY_MONTH
from ecom_platform.tables.dashboard.category_views import CATEGORY_VIEWS
from ecom_platform.tables.dashboard.kpis_by_month import KPIS_BY_MONTH
from ecom_platform.tables.dashboard.retention_by_day import RETENTION_BY_DAY
from ecom_platform.tables.dashboard.retention_by_month import RETENTION_BY_MONTH
from ecom_platform.tables.dashboard.sessions_by_stage import SESSIONS_BY_STAGE
from ecom_platform.tables.dashboard.times_between_stages import TIMES_BETWEEN_STAGES
from ecom_platform.tables.dashboard.value_by_window import VALUE_BY_WINDOW
from ecom_platform.tables.spec import Table

DASHBOARD: tuple[Table, ...] = (
    KPIS_BY_MONTH,
    CATEGORY_SALES_BY_MONTH,
    CATEGORY_VIEWS,
    RETENTION_BY_MONTH,
    RETENTION_BY_DAY,
    VALUE_BY_WINDOW,
    SESSIONS_BY_STAGE,
    TIMES_BETWEEN_STAGES,
)
