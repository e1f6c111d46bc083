"""The pages, a file each. A page is added here; `docs/dashboard.md` shows how."""

from ecom_platform.dashboard.page import Page
from ecom_platform.dashboard.pages.category import PAGE as CATEGORY
from ecom_platform.dashboard.pages.cohort import PAGE as COHORT
from ecom_platform.dashboard.pages.funnel import PAGE as FUNNEL
from ecom_platform.dashboard.pages.kpi import PAGE as KPI

PAGES: tuple[Page, ...] = (KPI, CATEGORY, COHORT, FUNNEL)
