"""The metric registry: every metric that a mart, an analysis, an insight or a page shows, defined once.

A metric is a sum over a sum, in words that hold wherever it is shown. A table shows one in a `metric_column`, whose text is
the registry's and whose SQL says which of the table's own columns are divided. `docs/metrics.md` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.spec import Column, Type


class Unit(StrEnum):
    """What a metric is measured in. `pattern` shows it (d3-format), `minimum` is the least it can be."""

    MONEY = "shop currency"
    SHARE = "share, 0 to 1"
    RATIO = "ratio, may exceed 1"
    CHANGE = "relative change"
    INDEX = "index, 1 is the average"
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"

    @property
    def pattern(self) -> str:
        return {Unit.MONEY: ",.0f", Unit.SHARE: ".1%", Unit.CHANGE: "+.1%", Unit.DAYS: ",.1f"}.get(self, ",.2f")

    @property
    def minimum(self) -> int:
        return -1 if self is Unit.CHANGE else 0


@dataclass(frozen=True)
class MetricSource:
    """Where a metric is computed for any group of rows: SUM(numerator) over SUM(denominator) of `table`.

    Both are GoogleSQL over the columns of one row; 0 or null where the row does not count. Rows overlap across the columns
    of `within`: a figure takes one value of each.
    """

    table: str
    numerator: str
    denominator: str = "1"
    within: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        return _ratio(f"SUM({self.numerator})", f"SUM({self.denominator})")


@dataclass(frozen=True)
class Metric:
    """A metric: `numerator` over `denominator`, in words, times `times`, less 1 for a change.

    `null` says when there is no value, `text` the window, the clock and what to beware of. `korean` is the label in Korean.
    `source` is the mart to compute it from by any dimension; None where only an algorithm, or no single mart, gives it.
    """

    name: str
    label: str
    korean: str
    numerator: str
    denominator: str
    unit: Unit
    text: str
    null: str
    times: int = 1
    source: MetricSource | None = None

    @property
    def formula(self) -> str:
        times = f", times {self.times}" if self.times != 1 else ""
        less_one = ", minus 1" if self.unit is Unit.CHANGE else ""
        return f"{self.numerator} over {self.denominator}{times}{less_one}"


@dataclass(frozen=True)
class Total:
    """A figure that is a sum or a count, and divided by nothing: SUM(`summed`) of `table`, GoogleSQL over one row.

    `formula` says in words what is summed, `text` the clock and what to beware of. `korean` is the label in Korean.
    """

    name: str
    label: str
    korean: str
    formula: str
    unit: Unit
    text: str
    table: str
    summed: str

    @property
    def sql(self) -> str:
        return f"SUM({self.summed})"


@dataclass(frozen=True)
class MetricColumn(Column):
    """A column that shows a metric. `numerator` and `denominator` are GoogleSQL over the columns of its own table, window
    functions included; None where the table does not hold what is divided."""

    metric: Metric = field(kw_only=True)
    numerator: str | None = field(default=None, kw_only=True)
    denominator: str | None = field(default=None, kw_only=True)

    @property
    def sql(self) -> str | None:
        """The column's value, recomputed from the others."""
        if self.numerator is None or self.denominator is None:
            return None
        times = f" * {self.metric.times}" if self.metric.times != 1 else ""
        less_one = " - 1" if self.metric.unit is Unit.CHANGE else ""
        return _ratio(f"{self.numerator}{times}", self.denominator) + less_one


def metric_column(
    metric: Metric,
    numerator: str | None = None,
    denominator: str | None = None,
    *,
    name: str | None = None,
    note: str = "",
    nullable: bool = True,
) -> MetricColumn:
    """A column of the metric, named after it unless `name` says otherwise; `note` adds what only this table needs."""
    here = f" Here {note}." if note else ""
    return MetricColumn(
        name or metric.name,
        Type.FLOAT64,
        f"{metric.label}: {metric.formula} ({metric.unit.value}); {metric.null if nullable else 'never null here'}.{here}",
        nullable,
        minimum=metric.unit.minimum,
        metric=metric,
        numerator=numerator,
        denominator=denominator,
    )


def _ratio(numerator: str, denominator: str) -> str:
    return f"SAFE_DIVIDE(CAST({numerator} AS FLOAT64), {denominator})"


SUMMARY = "marts.dm_user_purchase_summary"
FEATURES = "marts.dm_activation_features"
VALUE_WINDOWS = "marts.dm_value_windows"
SESSIONS = "marts.dm_funnel_events"
CONVERSION = "marts.dm_funnel_conversion"
CATEGORIES = "marts.dm_category_performance"
KPIS = "dashboard.kpis_by_month"

LIFETIME_VALUE = Metric(
    "lifetime_value",
    "Lifetime value (LTV)",
    "고객 생애 가치 (LTV)",
    "paid revenue from signup to the horizon",
    "users observed to the horizon",
    Unit.MONEY,
    "Cumulative, each user on a clock of their own: [signup, signup + horizon days). LTV to date has the last observed day "
    "for its horizon, so groups that differ in age are not comparable by it.",
    "null while no user has been observed to the horizon",
    source=MetricSource(VALUE_WINDOWS, "revenue", "IF(is_window_observed, 1, 0)", within=("start_day", "end_day")),
)
AVERAGE_REVENUE_PER_USER = Metric(
    "average_revenue_per_user",
    "Average revenue per user (ARPU)",
    "사용자당 평균 매출 (ARPU)",
    "paid revenue of the period",
    "users observed through the period",
    Unit.MONEY,
    "Users who bought nothing count. Where the period is from signup to the last observed day it equals the LTV to date.",
    "null without such users",
    source=MetricSource(SUMMARY, "lifetime_revenue"),
)
REVENUE_PER_USER_PER_30_DAYS = Metric(
    "revenue_per_user_per_30_days",
    "Revenue per user and 30 days",
    "사용자당 30일 매출",
    "paid revenue",
    "observed user-days",
    Unit.MONEY,
    "Comparable between groups that have been observed for different times, but not between ages: buying is most frequent "
    "early on.",
    "null without user-days",
    times=30,
    source=MetricSource(SUMMARY, "lifetime_revenue * 30", "days_observed"),
)
ORDERS_PER_USER_PER_30_DAYS = Metric(
    "orders_per_user_per_30_days",
    "Orders per user and 30 days",
    "사용자당 30일 주문 수",
    "paid orders",
    "observed user-days",
    Unit.COUNT,
    "As the revenue per user and 30 days, in orders.",
    "null without user-days",
    times=30,
    source=MetricSource(SUMMARY, "successful_order_count * 30", "days_observed"),
)
ORDERS_PER_USER = Metric(
    "orders_per_user",
    "Orders per user",
    "사용자당 주문 수",
    "paid orders to date",
    "users",
    Unit.COUNT,
    "From signup to the last observed day. Users who bought nothing count.",
    "null without users",
    source=MetricSource(SUMMARY, "successful_order_count"),
)
AVERAGE_ORDER_VALUE = Metric(
    "average_order_value",
    "Average order value (AOV)",
    "평균 주문 금액 (AOV)",
    "paid revenue",
    "paid orders",
    Unit.MONEY,
    "Whole baskets; orders whose payment failed are neither revenue nor orders.",
    "null without paid orders",
    source=MetricSource(SUMMARY, "lifetime_revenue", "successful_order_count"),
)
PAYING_SHARE = Metric(
    "paying_share",
    "Paying share",
    "구매 고객 비율",
    "users with a paid order in the period",
    "users observed through the period",
    Unit.SHARE,
    "Without another period: from signup to the last observed day.",
    "null without such users",
    source=MetricSource(SUMMARY, "IF(successful_order_count >= 1, 1, 0)"),
)
REPURCHASE_RATE = Metric(
    "repurchase_rate",
    "Repurchase rate",
    "재구매율",
    "users with at least two paid orders in the period",
    "users with at least one paid order in the period",
    Unit.SHARE,
    "Two orders of one day are two orders. It grows with the time observed: compare at the same horizon.",
    "null without buyers",
    source=MetricSource(SUMMARY, "IF(successful_order_count >= 2, 1, 0)", "IF(successful_order_count >= 1, 1, 0)"),
)
REPEAT_BUYER_SHARE = Metric(
    "repeat_buyer_share",
    "Repeat buyer share",
    "재구매 고객 비중",
    "buyers of the calendar month who had a paid order before, in the month or earlier",
    "buyers of the calendar month",
    Unit.SHARE,
    "The repurchase of one month. It grows with the shop's age, as there are ever more earlier buyers: compare with care.",
    "null in a month without buyers",
    source=MetricSource(KPIS, "repeat_buyer_count", "buyer_count", within=("calendar_month",)),
)
LATER_VALUE_PER_USER = Metric(
    "later_value_per_user",
    "Later value per user",
    "가입 31~360일차 사용자당 매출",
    "paid revenue on days 31 to 360 (the signup day is day 1)",
    "users for whom those days have been observed whole",
    Unit.MONEY,
    "[signup + 30, signup + 360) days on each user's clock: what follows the activation window and never overlaps it.",
    "null while no user has been observed so long",
    source=MetricSource(SUMMARY, "revenue_days_31_to_360", "IF(revenue_days_31_to_360 IS NULL, 0, 1)"),
)
PAYMENT_FAILURE_RATE = Metric(
    "payment_failure_rate",
    "Payment failure rate",
    "결제 실패율",
    "orders whose payment failed",
    "orders, paid or failed",
    Unit.SHARE,
    "Every order counts once; a later attempt is another order.",
    "null without orders",
    source=MetricSource(SUMMARY, "failed_order_count", "failed_order_count + successful_order_count"),
)
PURCHASE_DAYS_PER_USER = Metric(
    "purchase_days_per_user",
    "Purchase days per user",
    "사용자당 구매일 수",
    "days with a paid order in the holdout",
    "users who had signed up 30 days before the holdout or earlier",
    Unit.COUNT,
    "Several orders of a day are one purchase. The holdout is the last weeks observed, of which the forecast knows nothing.",
    "null without such users",
)
AVERAGE_DAYS_BETWEEN_ORDERS = Metric(
    "average_days_between_orders",
    "Days between orders",
    "평균 주문 간격",
    "days between consecutive paid orders of a user inside the horizon",
    "pairs of such orders",
    Unit.DAYS,
    "A horizon cuts long gaps off, so the mean grows with it: compare at the same horizon.",
    "null without a pair",
)
AVERAGE_DAYS_OBSERVED = Metric(
    "average_days_observed",
    "Days observed per user",
    "평균 관찰 일수",
    "days from signup to the last observed day, both included",
    "users",
    Unit.DAYS,
    "Tells how comparable values to date are.",
    "null without users",
    source=MetricSource(SUMMARY, "days_observed"),
)
USER_SHARE = Metric(
    "user_share",
    "Share of users",
    "사용자 비중",
    "users of the group",
    "users of all groups",
    Unit.SHARE,
    "The groups are those of one segmentation and contain every user once.",
    "null without users",
)
REVENUE_SHARE = Metric(
    "revenue_share",
    "Share of revenue",
    "매출 비중",
    "paid revenue of the group",
    "paid revenue of all groups",
    Unit.SHARE,
    "The groups are the categories, the price tiers, or the segments of one segmentation; of the same months where rows have "
    "months.",
    "null without any revenue",
)
DISCOUNT_SHARE = Metric(
    "discounted_share",
    "Discount share",
    "할인일 매출 비중",
    "revenue from order lines bought on the product's discount day",
    "revenue",
    Unit.SHARE,
    "By the weekday of the order; it says nothing about what would have been bought without the discount day.",
    "null without revenue",
    source=MetricSource(CATEGORIES, "discounted_revenue", "revenue"),
)
CATEGORY_ORDER_VALUE = Metric(
    "category_order_value",
    "Category order value",
    "카테고리 주문 금액",
    "the category's paid revenue",
    "paid orders that contain the category",
    Unit.MONEY,
    "The category's part of the basket only: smaller than the AOV of the same orders.",
    "null without such orders",
    source=MetricSource(CATEGORIES, "revenue", "order_count"),
)
AVERAGE_UNIT_PRICE = Metric(
    "average_unit_price",
    "Average unit price",
    "평균 단가",
    "paid revenue",
    "units sold",
    Unit.MONEY,
    "As sold, so the mix of products moves it as well as their prices.",
    "null without units",
    source=MetricSource(CATEGORIES, "revenue", "unit_count"),
)
REVENUE_PER_PRODUCT = Metric(
    "revenue_per_product",
    "Revenue per listed product",
    "상품당 매출",
    "the category's paid revenue over all observed months",
    "products listed in the category",
    Unit.MONEY,
    "Products that never sold count.",
    "null without listed products",
)
MONTH_ON_MONTH_GROWTH = Metric(
    "month_on_month_growth",
    "Month-on-month growth",
    "전월 대비 성장률",
    "paid revenue of the calendar month",
    "that of the month before",
    Unit.CHANGE,
    "Calendar months of the order date; the season is part of it.",
    "null when either month is incomplete or the earlier one is missing or zero",
)
YEAR_ON_YEAR_GROWTH = Metric(
    "year_on_year_growth",
    "Year-on-year growth",
    "전년 대비 성장률",
    "paid revenue of the period",
    "that of the same calendar months a year before",
    Unit.CHANGE,
    "The period is a calendar month, or the latest three complete ones. The season cancels out.",
    "null when a month is incomplete or the earlier period is missing or zero",
)
SEASONALITY_INDEX = Metric(
    "seasonality_index",
    "Seasonality index",
    "계절성 지수",
    "mean ratio of the calendar month's revenue to its centred 2x12-month moving average",
    "the mean of that over the twelve calendar months",
    Unit.INDEX,
    "Classical multiplicative decomposition (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, "
    "section 3.4), of complete months.",
    "null with fewer than 24 complete months",
)
ACTIVATION_RATE = Metric(
    "activation_rate",
    "Activation rate",
    "활성화율",
    "activated users",
    "users whose activation is known",
    Unit.SHARE,
    f"Activated, as adopted: {ACTIVATION.rule}. Known once they have been observed, in cohorts that have an event log.",
    "null while no user's activation is known",
    source=MetricSource(SUMMARY, "IF(is_activated, 1, 0)", "IF(is_activated IS NULL, 0, 1)"),
)
DISCOUNT_EXPOSURE_RATE = Metric(
    "discount_exposure_rate",
    "Early discount exposure",
    "초기 할인 노출률",
    "users with an event on a product's discount day in the window",
    "users for whom the window has been observed",
    Unit.SHARE,
    "The window is the first 7 or the first 30 days.",
    "null while the window is unobserved",
    source=MetricSource(
        FEATURES, "IF(has_discount_exposure, 1, 0)", "IF(has_discount_exposure IS NULL, 0, 1)", ("window_days",)
    ),
)
DISCOUNT_VIEW_SHARE = Metric(
    "discount_view_share",
    "Discount view share",
    "할인 조회 비중",
    "view_product events in the window on the product's discount day",
    "view_product events in the window",
    Unit.SHARE,
    "The window is the first 7 or the first 30 days.",
    "null without a view",
    source=MetricSource(FEATURES, "discount_view_count", "view_count", ("window_days",)),
)
AVERAGE_SESSION_MINUTES = Metric(
    "average_session_minutes",
    "Session length",
    "평균 세션 시간(분)",
    "minutes from a session's first event to its last in the window",
    "sessions with an event in the window",
    Unit.MINUTES,
    "A session that runs over the window's end is cut there. A session of one event lasts 0 minutes.",
    "null without a session",
)
EVENTS_PER_SESSION = Metric(
    "average_events_per_session",
    "Events per session",
    "세션당 이벤트 수",
    "events in the window",
    "sessions with an event in the window",
    Unit.COUNT,
    "The window is the first 7 or the first 30 days.",
    "null without a session",
    source=MetricSource(FEATURES, "event_count", "session_count", ("window_days",)),
)
HOURS_BETWEEN_SESSIONS = Metric(
    "average_hours_between_sessions",
    "Hours between sessions",
    "세션 간격(시간)",
    "hours from the first session's start to the last session's in the window",
    "sessions in the window less one",
    Unit.HOURS,
    "From start to start, of one user.",
    "null with fewer than two sessions",
)


def _retention(name: str, days: str, label: str, korean: str, flag: str) -> Metric:
    return Metric(
        name,
        label,
        korean,
        f"users with an event or an order (paid or failed) on {days}",
        "users for whom that has been observed whole",
        Unit.SHARE,
        "The entry is the signup, once per user (first entry, not any entry), and its day is day 0. Only activity on these "
        "days counts (bounded; activity on a later day does not). Without an event log it rests on orders alone.",
        "null while no user has been observed so long",
        source=MetricSource(SUMMARY, f"IF({flag}, 1, 0)", f"IF({flag} IS NULL, 0, 1)"),
    )


RETENTION_DAY_1 = _retention("retention_day_1", "day 1", "Day 1 retention (D1)", "1일차 리텐션 (D1)", "is_active_day_1")
RETENTION_DAY_7 = _retention("retention_day_7", "day 7", "Day 7 retention (D7)", "7일차 리텐션 (D7)", "is_active_day_7")
RETENTION_DAY_30 = _retention(
    "retention_day_30", "day 30", "Day 30 retention (D30)", "30일차 리텐션 (D30)", "is_active_day_30"
)
RETENTION_DAYS_7_TO_29 = _retention(
    "retention_days_7_to_29", "any of days 7 to 29", "Retention in days 7 to 29", "7~29일차 리텐션", "is_active_days_8_to_30"
)
RETENTION_DAYS_30_TO_89 = _retention(
    "retention_days_30_to_89",
    "any of days 30 to 89",
    "Retention in days 30 to 89",
    "30~89일차 리텐션",
    "is_active_days_31_to_90",
)
MONTHLY_RETENTION = Metric(
    "monthly_retention",
    "Monthly retention",
    "월별 리텐션",
    "users with an event or an order (paid or failed) in month n since signup",
    "users for whom the whole month n has been observed",
    Unit.SHARE,
    "Month n is [signup + 30n, signup + 30(n + 1)) days on each user's clock; first entry, bounded. After the event log ends "
    "(users' first weeks) it rests on orders alone.",
    "null while no user has been observed so long",
    source=MetricSource(
        "analysis.cohort_retention",
        "active_user_count",
        "eligible_user_count",
        within=("activation_level", "months_since_signup"),
    ),
)


def _conversion(name: str, label: str, korean: str, reached: str, of: str, numerator: str, denominator: str) -> Metric:
    return Metric(
        name,
        label,
        korean,
        f"sessions that reached {reached} or a deeper stage" if reached != "purchase" else "sessions that reached purchase",
        of,
        Unit.SHARE,
        "A session reached a stage by an event of it or of a deeper one, so rates never exceed 1 although a checkout without "
        "a cart is normal. By the day on which the session began (UTC).",
        "null when none did",
        source=MetricSource(CONVERSION, numerator, denominator),
    )


SESSION_TO_CART_RATE = _conversion(
    "session_to_cart_rate", "Cart conversion", "장바구니 전환율", "add_to_cart", "sessions",
    "sessions_reaching_cart", "session_count",
)  # fmt: skip
CART_TO_CHECKOUT_RATE = _conversion(
    "cart_to_checkout_rate", "Checkout conversion", "결제 시작 전환율", "checkout_start",
    "sessions that reached add_to_cart or a deeper stage", "sessions_reaching_checkout", "sessions_reaching_cart",
)  # fmt: skip
CHECKOUT_TO_PAYMENT_RATE = _conversion(
    "checkout_to_payment_attempt_rate", "Payment attempt conversion", "결제 시도 전환율", "payment_attempt",
    "sessions that reached checkout_start or a deeper stage",
    "sessions_reaching_payment_attempt", "sessions_reaching_checkout",
)  # fmt: skip
PAYMENT_TO_PURCHASE_RATE = _conversion(
    "payment_attempt_to_purchase_rate", "Payment success", "결제 성공률", "purchase",
    "sessions that reached payment_attempt or purchase", "sessions_reaching_purchase", "sessions_reaching_payment_attempt",
)  # fmt: skip
SESSION_TO_PURCHASE_RATE = _conversion(
    "session_to_purchase_rate", "Session conversion", "세션 구매 전환율", "purchase", "sessions",
    "sessions_reaching_purchase", "session_count",
)  # fmt: skip


REACHED = "Reached: an event of the stage or of a deeper one, in the session or in any session of the user."
STAGE_CONVERSION = Metric(
    "session_conversion_from_previous_stage", "Stage conversion of sessions", "단계별 세션 전환율",
    "sessions that reached the stage", "sessions that reached the stage before", Unit.SHARE, REACHED,
    "null for the first stage and when none reached the stage before",
)  # fmt: skip
STAGE_REACH = Metric(
    "session_conversion_from_start", "Stage reach of sessions", "단계별 세션 도달률",
    "sessions that reached the stage", "sessions", Unit.SHARE, REACHED, "null without sessions",
)  # fmt: skip
USER_STAGE_CONVERSION = Metric(
    "user_conversion_from_previous_stage", "Stage conversion of users", "단계별 사용자 전환율",
    "users who reached the stage", "users who reached the stage before", Unit.SHARE, REACHED,
    "null for the first stage and when none reached the stage before",
)  # fmt: skip
USER_STAGE_REACH = Metric(
    "user_conversion_from_start", "Stage reach of users", "단계별 사용자 도달률",
    "users who reached the stage", "users with a session", Unit.SHARE, REACHED, "null without users",
)  # fmt: skip
DROP_OFF_RATE = Metric(
    "session_drop_off_rate", "Drop-off rate", "이탈률",
    "sessions whose deepest stage this is", "sessions that reached the stage", Unit.SHARE,
    "One minus the stage conversion of the next stage.", "null for purchase and when none reached the stage",
)  # fmt: skip
EVENT_RATIO = Metric(
    "event_ratio_to_previous_stage", "Event ratio of stages", "단계별 이벤트 비율",
    "events of the stage", "events of the stage before", Unit.RATIO,
    "Events, not sessions: a stage that is repeated or skipped moves it.", "null for the first stage",
)  # fmt: skip
VIEW_TO_CART_RATE = Metric(
    "view_to_cart_rate",
    "View-to-cart ratio",
    "조회 대비 장바구니 비율",
    "add_to_cart events of the category's products",
    "view_product events of them",
    Unit.RATIO,
    "Over the event log, which covers users' first weeks: a ratio of new users.",
    "null without views",
)
CHECKOUT_WITHOUT_CART_SHARE = Metric(
    "checkout_without_cart_share",
    "Checkouts without a cart",
    "장바구니 없는 결제 비중",
    "sessions that started a checkout and put nothing in the cart",
    "sessions that started a checkout",
    Unit.SHARE,
    "A normal branch of the funnel, not an error.",
    "null without a checkout",
    source=MetricSource(SESSIONS, "IF(is_checkout_without_cart, 1, 0)", "IF(checkout_count > 0, 1, 0)"),
)

SECTIONS = {
    "Value": (
        LIFETIME_VALUE, AVERAGE_REVENUE_PER_USER, REVENUE_PER_USER_PER_30_DAYS, AVERAGE_ORDER_VALUE, ORDERS_PER_USER,
        ORDERS_PER_USER_PER_30_DAYS, LATER_VALUE_PER_USER, PAYING_SHARE, REPURCHASE_RATE, REPEAT_BUYER_SHARE,
        PAYMENT_FAILURE_RATE, PURCHASE_DAYS_PER_USER, AVERAGE_DAYS_BETWEEN_ORDERS, AVERAGE_DAYS_OBSERVED, USER_SHARE,
        REVENUE_SHARE,
    ),
    "Activation and early behaviour": (
        ACTIVATION_RATE, DISCOUNT_EXPOSURE_RATE, DISCOUNT_VIEW_SHARE, AVERAGE_SESSION_MINUTES, EVENTS_PER_SESSION,
        HOURS_BETWEEN_SESSIONS,
    ),
    "Retention": (
        RETENTION_DAY_1, RETENTION_DAY_7, RETENTION_DAY_30, RETENTION_DAYS_7_TO_29, RETENTION_DAYS_30_TO_89,
        MONTHLY_RETENTION,
    ),
    "Funnel": (
        SESSION_TO_CART_RATE, CART_TO_CHECKOUT_RATE, CHECKOUT_TO_PAYMENT_RATE, PAYMENT_TO_PURCHASE_RATE,
        SESSION_TO_PURCHASE_RATE, STAGE_CONVERSION, STAGE_REACH, USER_STAGE_CONVERSION, USER_STAGE_REACH, DROP_OFF_RATE,
        EVENT_RATIO, VIEW_TO_CART_RATE, CHECKOUT_WITHOUT_CART_SHARE,
    ),
    "Categories": (
        CATEGORY_ORDER_VALUE, AVERAGE_UNIT_PRICE, REVENUE_PER_PRODUCT, DISCOUNT_SHARE, MONTH_ON_MONTH_GROWTH,
        YEAR_ON_YEAR_GROWTH, SEASONALITY_INDEX,
    ),
}  # fmt: skip
"""Every metric, as the documentation groups them."""

METRICS = {metric.name: metric for metrics in SECTIONS.values() for metric in metrics}

TOTALS = {
    total.name: total
    for total in (
        Total(
            "revenue", "Revenue", "매출", "paid revenue", Unit.MONEY,
            "By the day of the order, UTC. Orders whose payment failed are no revenue.", KPIS, "revenue",
        ),
        Total(
            "paid_orders", "Paid orders", "결제 완료 주문", "paid orders", Unit.COUNT,
            "By the day of the order, UTC.", KPIS, "order_count",
        ),
        Total(
            "new_users", "New users", "신규 가입자", "users who signed up in the month", Unit.COUNT,
            "By the signup day, UTC.", KPIS, "new_user_count",
        ),
        Total(
            "active_users", "Active users", "활성 사용자",
            "users with an event or an order (paid or failed) in the calendar month", Unit.COUNT,
            "Of one calendar month: over several, a user would count in each. After the event log ends (users' first weeks) "
            "it rests on orders alone.", KPIS, "active_user_count",
        ),
        Total(
            "stage_sessions", "Sessions by stage", "단계별 세션 수", "sessions that reached the stage or a deeper one",
            Unit.COUNT, REACHED, SESSIONS, "IF(furthest_stage IS NULL, 0, 1)",
        ),
        Total(
            "step_sessions", "Sessions by time between stages", "단계 간 소요 시간별 세션 수",
            "sessions with events of both stages, by the time from the one to the other", Unit.COUNT,
            "From the normalised time of a stage to that of the next, in one session.",
            "dashboard.times_between_stages", "session_count",
        ),
    )
}  # fmt: skip
"""Every figure on a page that is no metric: the plain sums."""
