"""The workbook's content, declared: four dashboards, their sheets, and the figure of the registry that each sheet shows.

A figure is computed from the published aggregates as a sum over a sum, so that it is right for whatever customers and
months a sheet leaves in. How a sheet is written as XML is `workbook`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ecom_platform.tables import CATALOG, Table
from ecom_platform.tables import metrics as registry
from ecom_platform.tables.metrics import TOTALS, Metric, Total, Unit


class SheetMark(StrEnum):
    """How a sheet draws, by Tableau's name of the mark."""

    LINE = "Line"
    BAR = "Bar"
    HEAT = "Square"


@dataclass(frozen=True)
class SheetFigure:
    """The sum of `numerator` over that of `denominator`, less 1 for a change, or the sum alone: GoogleSQL over one row."""

    metric: Metric | Total
    numerator: str
    denominator: str = ""

    @property
    def sql(self) -> str:
        if not self.denominator:
            return f"SUM({self.numerator})"
        less_one = " - 1" if self.metric.unit is Unit.CHANGE else ""
        return f"SAFE_DIVIDE(CAST(SUM({self.numerator}) AS FLOAT64), SUM({self.denominator})){less_one}"


@dataclass(frozen=True)
class Sheet:
    """A sheet: a figure of a table's rows `across` a column. A heat map goes `down` another; `color` tells series apart."""

    title: str
    table: Table
    figure: SheetFigure
    mark: SheetMark
    across: str
    down: str = ""
    color: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that rows are grouped by."""
        return tuple(filter(None, (self.across, self.down, self.color)))


@dataclass(frozen=True)
class Board:
    """A dashboard of the workbook: the page of the same name in Tableau."""

    name: str
    title: str
    sheets: tuple[Sheet, ...]


KPIS = CATALOG["dashboard.kpis_by_month"]
SALES = CATALOG["dashboard.category_sales_by_month"]
VIEWS = CATALOG["dashboard.category_views"]
MONTHS = CATALOG["dashboard.retention_by_month"]
DAYS = CATALOG["dashboard.retention_by_day"]
VALUES = CATALOG["dashboard.value_by_window"]
STAGES = CATALOG["dashboard.sessions_by_stage"]
TIMES = CATALOG["dashboard.times_between_stages"]
RANKED = CATALOG["analysis.category_performance"]


def _monthly(title: str, figure: SheetFigure) -> Sheet:
    return Sheet(f"{title} by month", KPIS, figure, SheetMark.LINE, "calendar_month")


def _by_category(title: str, figure: SheetFigure, table: Table = SALES, color: str = "") -> Sheet:
    return Sheet(f"{title} by category", table, figure, SheetMark.BAR, "category", color=color)


def _where(condition: str, column: str) -> str:
    return f"IF({condition}, {column}, 0)"


def _returned(metric: Metric, day: int) -> Sheet:
    on_day = f"days_since_signup = {day}"
    figure = SheetFigure(metric, _where(on_day, "active_user_count"), _where(on_day, "eligible_user_count"))
    return Sheet(f"Day {day} retention by activation level", DAYS, figure, SheetMark.BAR, "activation_level")


def _reached(stage: str) -> str:
    """Sessions whose deepest stage is this one or a deeper one."""
    stages = ("view_product", "add_to_cart", "checkout_start", "payment_attempt", "purchase")
    deep_enough = " OR ".join(f"furthest_stage = '{each}'" for each in stages[stages.index(stage) :])
    return _where(deep_enough, "session_count")


def _converted(title: str, metric: Metric, to: str, of: str, across: str) -> Sheet:
    by = across.replace("_", " ")
    return Sheet(f"{title} by {by}", STAGES, SheetFigure(metric, _reached(to), _reached(of)), SheetMark.BAR, across)


REVENUE = SheetFigure(TOTALS["revenue"], "revenue")
PAYMENT_FAILURES = SheetFigure(registry.PAYMENT_FAILURE_RATE, "failed_order_count", "failed_order_count + order_count")
# The first month holds the signup day, on which everybody is active.
MONTHLY_RETURN = SheetFigure(
    registry.MONTHLY_RETENTION,
    _where("months_since_signup >= 1", "active_user_count"),
    _where("months_since_signup >= 1", "eligible_user_count"),
)
LIFETIME = SheetFigure(
    registry.LIFETIME_VALUE, _where("start_day = 0", "revenue"), _where("start_day = 0", "eligible_user_count")
)
OUTCOME = "start_day = 30 AND end_day = 360"

BOARDS = (
    Board(
        "kpi",
        "KPI Overview",
        (
            _monthly("Revenue", REVENUE),
            _monthly("Paid orders", SheetFigure(TOTALS["paid_orders"], "order_count")),
            _monthly("Average order value", SheetFigure(registry.AVERAGE_ORDER_VALUE, "revenue", "order_count")),
            _monthly("Active users", SheetFigure(TOTALS["active_users"], "active_user_count")),
            _monthly("New users", SheetFigure(TOTALS["new_users"], "new_user_count")),
            _monthly(
                "Session conversion",
                SheetFigure(registry.SESSION_TO_PURCHASE_RATE, "purchase_session_count", "session_count"),
            ),
            _monthly("Repeat buyer share", SheetFigure(registry.REPEAT_BUYER_SHARE, "repeat_buyer_count", "buyer_count")),
            Sheet(
                "Later value per user by activation level",
                VALUES,
                SheetFigure(
                    registry.LATER_VALUE_PER_USER,
                    _where(OUTCOME, "revenue"),
                    _where(OUTCOME, "eligible_user_count"),
                ),
                SheetMark.BAR,
                "activation_level",
            ),
        ),
    ),
    Board(
        "category",
        "Category Performance",
        (
            Sheet("Category revenue by month", SALES, REVENUE, SheetMark.LINE, "calendar_month", color="category"),
            _by_category("Revenue and price tiers", REVENUE, color="price_tier"),
            _by_category("Discount share", SheetFigure(registry.DISCOUNT_SHARE, "discounted_revenue", "revenue")),
            _by_category("Average unit price", SheetFigure(registry.AVERAGE_UNIT_PRICE, "revenue", "unit_count")),
            _by_category("View-to-cart ratio", SheetFigure(registry.VIEW_TO_CART_RATE, "cart_count", "view_count"), VIEWS),
            _by_category(
                "Year-on-year growth (all customers)",
                SheetFigure(registry.YEAR_ON_YEAR_GROWTH, "revenue_latest_3_months", "revenue_same_3_months_year_before"),
                RANKED,
            ),
        ),
    ),
    Board(
        "cohort",
        "Cohort & Retention",
        (
            Sheet(
                "Monthly retention by cohort",
                MONTHS,
                MONTHLY_RETURN,
                SheetMark.HEAT,
                "months_since_signup",
                down="signup_month",
            ),
            Sheet(
                "Monthly retention by activation level",
                MONTHS,
                MONTHLY_RETURN,
                SheetMark.LINE,
                "months_since_signup",
                color="activation_level",
            ),
            Sheet("Lifetime value by activation level", VALUES, LIFETIME, SheetMark.LINE, "end_day", color="activation_level"),
            _returned(registry.RETENTION_DAY_1, 1),
            _returned(registry.RETENTION_DAY_7, 7),
            _returned(registry.RETENTION_DAY_30, 30),
        ),
    ),
    Board(
        "funnel",
        "Funnel & Drop-off",
        (
            _converted("Cart conversion", registry.SESSION_TO_CART_RATE, "add_to_cart", "view_product", "activation_level"),
            _converted(
                "Checkout conversion", registry.CART_TO_CHECKOUT_RATE, "checkout_start", "add_to_cart", "activation_level"
            ),
            _converted(
                "Payment attempt conversion",
                registry.CHECKOUT_TO_PAYMENT_RATE,
                "payment_attempt",
                "checkout_start",
                "activation_level",
            ),
            _converted(
                "Payment success", registry.PAYMENT_TO_PURCHASE_RATE, "purchase", "payment_attempt", "activation_level"
            ),
            _converted("Session conversion", registry.SESSION_TO_PURCHASE_RATE, "purchase", "view_product", "device"),
            _converted(
                "Session conversion", registry.SESSION_TO_PURCHASE_RATE, "purchase", "view_product", "marketing_source"
            ),
            Sheet(
                "Sessions by time between stages",
                TIMES,
                SheetFigure(TOTALS["step_sessions"], "session_count"),
                SheetMark.BAR,
                "seconds_from",
                color="stage",
            ),
            _monthly("Payment failure rate", PAYMENT_FAILURES),
        ),
    ),
)

SHEETS = tuple(sheet for board in BOARDS for sheet in board.sheets)
TABLES: tuple[Table, ...] = tuple(dict.fromkeys(sheet.table for sheet in SHEETS))
"""The tables that the workbook reads: each is a data source, and an extract in the packaged workbook."""
