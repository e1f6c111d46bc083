"""KPI Overview: how the shop is doing this month, and whether activation goes with value."""

from __future__ import annotations

from typing import Any

from ecom_platform.dashboard.canvas import BLUE, GREY, ORANGE, Canvas
from ecom_platform.dashboard.cube import CubeSpec
from ecom_platform.dashboard.page import Card, Chart, Clock, Figure, Grouping, IntervalKind, Page, View
from ecom_platform.dashboard.words import Text
from ecom_platform.tables.dashboard.kpis_by_month import KPIS_BY_MONTH
from ecom_platform.tables.dashboard.value_by_window import VALUE_BY_WINDOW
from ecom_platform.tables.metrics import (
    ACTIVATION_RATE,
    AVERAGE_ORDER_VALUE,
    LATER_VALUE_PER_USER,
    REPEAT_BUYER_SHARE,
    SESSION_TO_PURCHASE_RATE,
    TOTALS,
)

MONTH = "calendar_month"
REVENUE = Figure("revenue", "revenue", metric=TOTALS["revenue"])
ORDERS = Figure("orders", "order_count", metric=TOTALS["paid_orders"])
ACTIVE = Figure("active", "active_user_count", metric=TOTALS["active_users"])
NEW = Figure("new", "new_user_count", metric=TOTALS["new_users"])
ORDER_VALUE = Figure("order_value", "revenue", "order_count", AVERAGE_ORDER_VALUE)
CONVERSION = Figure("conversion", "purchase_session_count", "session_count", SESSION_TO_PURCHASE_RATE, IntervalKind.SHARE)
REPEAT = Figure("repeat", "repeat_buyer_count", "buyer_count", REPEAT_BUYER_SHARE, IntervalKind.SHARE)
ACTIVATION = Figure("activation", "activated_user_count", "activation_known_user_count", ACTIVATION_RATE, IntervalKind.SHARE)
LATER = Figure(
    "later_value", "revenue", "eligible_user_count", LATER_VALUE_PER_USER, IntervalKind.MEAN, squares="revenue_squared"
)

ACTIVATED = Grouping(
    "activated",
    "activation_level",
    (
        (Text("Not activated", "미활성화"), ("none", "low")),
        (Text("Activated", "활성화"), ("medium", "high")),
    ),
)


def _card(figure: Figure, needs_events: bool = False) -> Card:
    return Card(figure.name, "kpis", figure, needs_events=needs_events)


def _by_month(*figures: Figure) -> View:
    return View("kpis", (MONTH,), figures, whole_clock=True)


def revenue(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().encode(x=canvas.months("calendar_month"))
    faint = alt.when("!datum.complete").then(alt.value(0.35)).otherwise(alt.value(1))
    bars = base.mark_bar(cornerRadiusEnd=2, width={"band": 0.8}).encode(
        x=alt.X(
            "calendar_month:O", axis=alt.Axis(title=None, labelOverlap="greedy", labelAngle=0, ticks=False, labelSeparation=14)
        ),
        y=alt.Y("revenue:Q", axis=canvas.money_axis()),
        color=alt.when("datum.chosen").then(alt.value(ORANGE)).otherwise(alt.value(BLUE)),
        opacity=faint,
        tooltip=[
            alt.Tooltip("calendar_month:N", title=canvas.name("calendar_month")),
            alt.Tooltip("said:N", title=canvas.say("Revenue", "매출")),
            alt.Tooltip("orders_said:N", title=canvas.say("Paid orders", "결제 완료 주문")),
        ],
    )
    return bars.transform_calculate(
        said=canvas.text("revenue", "MONEY"), orders_said=canvas.text("orders", "COUNT")
    ).properties(width="container", height=250)


def later_value(canvas: Canvas) -> Any:
    import altair as alt

    base = (
        canvas.chart()
        .transform_calculate(said=canvas.text("later_value", "MONEY"))
        .encode(
            y=alt.Y(
                "activated:N",
                sort=None,
                axis=alt.Axis(title=None, labelFontSize=13, labelLimit=120, domain=False, ticks=False),
            ),
            color=alt.Color("activated:N", scale=alt.Scale(range=[GREY, BLUE]), sort=None, legend=None),
        )
    )
    bars = base.mark_bar(size=44, cornerRadiusEnd=3, opacity=0.85).encode(
        x=alt.X("later_value:Q", axis=canvas.money_axis(tickCount=3), scale=canvas.room(20)),
        tooltip=[
            alt.Tooltip("said:N", title=canvas.say("Later value", "이후 매출")),
            alt.Tooltip("later_value_n:Q", title="n", format=","),
        ],
    )
    whiskers = base.mark_rule(strokeWidth=2).encode(x="later_value_low:Q", x2="later_value_high:Q", color=alt.value("#111111"))
    labels = base.mark_text(align="left", baseline="bottom", dx=6, dy=-24, fontSize=13, fontWeight=600).encode(
        x=alt.value(0), text="said:N", color=alt.value("#3c4650")
    )
    return alt.layer(bars, whiskers, labels).properties(width="container", height={"step": 110})


def _line(canvas: Canvas, name: str, axis: Any, colour: str, said: str, band: bool = True) -> Any:
    """One figure by month, with its interval and its value at the chosen month."""
    import altair as alt

    base = canvas.chart().transform_filter("datum.complete").transform_calculate(said=canvas.text(name, said))
    x = canvas.months("calendar_month")
    layers = []
    if band:
        layers.append(
            base.mark_area(opacity=0.18, color=colour).encode(x=x, y=alt.Y(f"{name}_low:Q", axis=axis), y2=f"{name}_high:Q")
        )
    layers.append(base.mark_line(color=colour).encode(x=x, y=alt.Y(f"{name}:Q", axis=axis, scale=alt.Scale(zero=True))))
    chosen = base.transform_filter("datum.chosen")
    layers.append(
        chosen.mark_point(filled=True, size=70, color=ORANGE, opacity=1).encode(
            x=x,
            y=f"{name}:Q",
            tooltip=[alt.Tooltip("calendar_month:N", title=canvas.name("calendar_month")), alt.Tooltip("said:N", title=" ")],
        )
    )
    layers.append(chosen.mark_text(dy=-13, fontWeight=600, align="center").encode(x=x, y=f"{name}:Q", text="said:N"))
    return alt.layer(*layers).properties(width="container", height=200)


def users(canvas: Canvas) -> Any:
    import altair as alt

    names = {"active": canvas.say("Active", "활성"), "new": canvas.say("New", "신규")}
    base = (
        canvas.chart()
        .transform_filter("datum.complete")
        .transform_fold(["active", "new"], as_=["kind", "users"])
        .transform_calculate(kind=f"datum.kind == 'active' ? '{names['active']}' : '{names['new']}'")
    )
    x = canvas.months("calendar_month")
    y = alt.Y("users:Q", axis=canvas.count_axis())
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(names.values()), range=[BLUE, ORANGE]), legend=None)
    line = base.mark_line().encode(x=x, y=y, color=colour)
    last = base.transform_joinaggregate(latest="max(calendar_month_date)").transform_filter(
        "datum.calendar_month_date == datum.latest"
    )
    label = last.mark_text(align="right", dy=-10, fontWeight=600, fontSize=12.5).encode(x=x, y=y, text="kind:N", color=colour)
    chosen = base.transform_filter("datum.chosen").transform_calculate(said=canvas.text("users", "COUNT"))
    point = chosen.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, y=y, color=colour, tooltip=[alt.Tooltip("kind:N", title=" "), alt.Tooltip("said:N", title=canvas.name("users"))]
    )
    return alt.layer(line, point, label).properties(width="container", height=200)


PAGE = Page(
    name="kpi",
    title=Text("KPI Overview", "핵심 지표"),
    question=Text(
        "How is the shop doing, and what does a customer's early activation go with?",
        "상점은 지금 어떤 상태이며, 초기 활성화는 무엇과 함께 가는가?",
    ),
    clock=Clock(MONTH, Text("Month", "월"), single=True, latest=1),
    cubes={
        "kpis": CubeSpec(
            KPIS_BY_MONTH,
            (MONTH,),
            (
                "revenue",
                "order_count",
                "active_user_count",
                "new_user_count",
                "activated_user_count",
                "activation_known_user_count",
                "session_count",
                "purchase_session_count",
                "buyer_count",
                "repeat_buyer_count",
            ),
        ),
        "later": CubeSpec(
            VALUE_BY_WINDOW,
            (),
            ("eligible_user_count", "revenue", "revenue_squared"),
            where="start_day = 30 AND end_day = 360",
        ),
    },
    cards=(
        _card(REVENUE),
        _card(ORDERS),
        _card(ORDER_VALUE),
        _card(REPEAT),
        _card(ACTIVE),
        _card(NEW),
        _card(CONVERSION, needs_events=True),
        _card(ACTIVATION, needs_events=True),
    ),
    charts=(
        Chart(
            "revenue",
            Text("Revenue by month", "월별 매출"),
            Text(
                "Paid revenue by the day of the order. Faint: the month has not ended.",
                "주문일 기준 결제 매출. 흐린 막대: 아직 끝나지 않은 달.",
            ),
            _by_month(REVENUE, ORDERS),
            revenue,
            span=7,
        ),
        Chart(
            "later_value",
            Text("Later value of activated customers and the others", "활성화 고객과 그 외 고객의 이후 매출"),
            Text(
                "Revenue per user on days 31 to 360, compared as they are: an association. All months; line: 95% interval.",
                "가입 31~360일차 사용자당 매출의 단순 비교(연관, 인과 아님). 전체 기간, 선: 95% 구간.",
            ),
            View("later", (ACTIVATED,), (LATER,)),
            later_value,
            span=5,
            needs_events=True,
        ),
        Chart(
            "users",
            Text("Active and new users", "활성 사용자와 신규 가입자"),
            Text("In each complete calendar month.", "완료된 달 기준."),
            _by_month(ACTIVE, NEW),
            users,
            span=4,
        ),
        Chart(
            "conversion",
            Text("Session conversion", "세션 구매 전환율"),
            Text(
                "Sessions that reached purchase, in each complete month. Band: 95% interval.",
                "구매에 도달한 세션 비율, 완료된 달. 띠: 95% 구간.",
            ),
            _by_month(CONVERSION),
            lambda canvas: _line(canvas, "conversion", canvas.share_axis(), BLUE, "SHARE"),
            span=4,
            needs_events=True,
        ),
        Chart(
            "repeat",
            Text("Repeat buyers", "재구매 고객"),
            Text(
                "Share of a month's buyers who had bought before. Band: 95% interval.",
                "해당 월 구매자 중 이전 구매자 비중. 띠: 95% 구간.",
            ),
            _by_month(REPEAT),
            lambda canvas: _line(canvas, "repeat", canvas.share_axis(), BLUE, "SHARE"),
            span=4,
        ),
    ),
    central=True,
)
