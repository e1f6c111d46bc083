"""Cohort & Retention: who comes back, and what customers are worth, by what they did in their first days."""

from __future__ import annotations

from typing import Any

from ecom_platform.dashboard.canvas import GREY, ORANGE, RAMP, Canvas
from ecom_platform.dashboard.cube import CubeSpec
from ecom_platform.dashboard.page import Card, Chart, Clock, Figure, Interval, Page, View
from ecom_platform.dashboard.words import Text
from ecom_platform.tables.dashboard.retention_by_day import RETENTION_BY_DAY
from ecom_platform.tables.dashboard.retention_by_month import RETENTION_BY_MONTH
from ecom_platform.tables.dashboard.value_by_window import VALUE_BY_WINDOW
from ecom_platform.tables.metrics import (
    LIFETIME_VALUE,
    MONTHLY_RETENTION,
    RETENTION_DAY_1,
    RETENTION_DAY_7,
    RETENTION_DAY_30,
)

MONTH = "signup_month"
FEWEST = 100
"""Users below whom a point of a curve says more about chance than about them."""
DAYS = {1: RETENTION_DAY_1, 7: RETENTION_DAY_7, 30: RETENTION_DAY_30}

RETENTION = Figure("retention", "active_user_count", "eligible_user_count", MONTHLY_RETENTION, Interval.SHARE)
CURVE = Figure("retention", "active_user_count", "eligible_user_count", MONTHLY_RETENTION, Interval.SHARE, at_least=FEWEST)
USERS = Figure("users", "user_count")
ELIGIBLE = Figure("eligible", "eligible_user_count")
VALUE = Figure(
    "value", "revenue", "eligible_user_count", LIFETIME_VALUE, Interval.MEAN, squares="revenue_squared", at_least=FEWEST
)


def _day(day: int) -> Figure:
    return Figure("retention", "active_user_count", "eligible_user_count", DAYS[day], Interval.SHARE)


def heatmap(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().transform_filter("datum.months_since_signup > 0").transform_calculate(
        whole="datum.eligible >= datum.users"
    )
    x = alt.X(
        "months_since_signup:O",
        axis=alt.Axis(title=canvas.say("Months since signup (30 days each)", "가입 후 개월(30일 단위)"), labelAngle=0, labelOverlap="greedy", ticks=False, domain=False, labelSeparation=8),
    )
    y = alt.Y("signup_month:O", axis=alt.Axis(title=None, labelOverlap="greedy", ticks=False, domain=False, labelSeparation=6))
    tip = [
        alt.Tooltip("signup_month:N", title=canvas.name("signup_month")),
        alt.Tooltip("months_since_signup:Q", title=canvas.name("months_since_signup")),
        alt.Tooltip("retention:Q", format=".1%", title=canvas.say("Retention", "리텐션")),
        alt.Tooltip("retention_n:Q", format=",", title=canvas.name("eligible")),
    ]
    cells = base.mark_rect(stroke="#fefefe", strokeWidth=0.8).encode(
        x=x,
        y=y,
        color=alt.Color(
            "retention:Q",
            scale=alt.Scale(range=list(RAMP), domainMin=0),
            legend=alt.Legend(title=None, format=".0%", gradientLength=180, gradientThickness=10, tickCount=4),
        ),
        tooltip=tip,
    )
    partly = base.transform_filter("!datum.whole").mark_rect(filled=False, stroke=ORANGE, strokeWidth=1.6).encode(x=x, y=y)
    return alt.layer(cells, partly).properties(width="container", height={"step": 15.5})


def days(canvas: Canvas) -> Any:
    import altair as alt

    levels = [label for label in canvas.labels["activation_level"] if label != canvas.value("unknown")]
    base = canvas.chart().transform_filter(f"indexof({levels!r}, datum.activation_level) >= 0").transform_calculate(
        day="'D' + datum.days_since_signup"
    )
    x = alt.X("day:N", sort=["D1", "D7", "D30"], axis=alt.Axis(title=None, labelAngle=0, ticks=False, labelFontSize=13))
    offset = alt.XOffset("activation_level:N", sort=levels)
    y = alt.Y("retention:Q", axis=canvas.share_axis())
    colour = canvas.level_colours(legend=alt.Legend(title=canvas.say("Activation in the first 7 days", "첫 7일 활성화 수준"), symbolType="square", values=levels))
    bars = base.mark_bar(cornerRadiusEnd=2).encode(x=x, xOffset=offset, y=y, color=colour, tooltip=[
        alt.Tooltip("activation_level:N", title=canvas.name("activation_level")), alt.Tooltip("retention:Q", format=".1%", title=canvas.say("Retention", "리텐션")), alt.Tooltip("retention_n:Q", format=",", title="n")])
    whiskers = base.mark_rule(strokeWidth=1.5).encode(x=x, xOffset=offset, y="retention_low:Q", y2="retention_high:Q", color=alt.value("#111111"))
    text = base.mark_text(dy=-8, fontSize=11).encode(x=x, xOffset=offset, y="retention_high:Q", text=alt.Text("retention:Q", format=".0%"))
    return alt.layer(bars, whiskers, text).properties(width="container", height=230)


def _curves(canvas: Canvas, name: str, x: Any, axis: Any, height: int, last: str) -> Any:
    """A figure by level, with bands and the level's name at the end of its line."""
    import altair as alt

    levels = [label for label in canvas.labels["activation_level"] if label != canvas.value("unknown")]
    base = canvas.chart().transform_filter(f"datum.{name} !== null && indexof({levels!r}, datum.activation_level) >= 0")
    colour = canvas.level_colours()
    y = alt.Y(f"{name}:Q", axis=axis, scale=alt.Scale(zero=True))
    band = base.mark_area(opacity=0.16).encode(x=x, y=alt.Y(f"{name}_low:Q", axis=axis), y2=f"{name}_high:Q", color=colour)
    line = base.mark_line().encode(x=x, y=y, color=colour)
    tip = [
        alt.Tooltip("activation_level:N", title=canvas.name("activation_level")),
        alt.Tooltip(f"{last}:Q", title=canvas.name(last)),
        alt.Tooltip("said:N", title=" "),
        alt.Tooltip(f"{name}_n:Q", format=",", title="n"),
    ]
    unit = "SHARE" if name == "retention" else "MONEY"
    points = base.transform_calculate(said=canvas.text(name, unit)).mark_point(filled=True, size=38, opacity=1).encode(
        x=x, y=y, color=colour, shape=canvas.level_shapes(), tooltip=tip
    )
    ends = base.transform_joinaggregate(end=f"max({last})", groupby=["activation_level"]).transform_filter(f"datum.{last} == datum.end")
    names = ends.mark_text(align="left", dx=9, fontWeight=600, fontSize=12.5).encode(x=x, y=y, text="activation_level:N", color=colour)
    return alt.layer(band, line, points, names).properties(width="container", height=height, padding={"right": 58, "left": 5, "top": 5, "bottom": 5})


def curves(canvas: Canvas) -> Any:
    import altair as alt

    x = alt.X("months_since_signup:Q", axis=alt.Axis(title=canvas.say("Months since signup (30 days each)", "가입 후 개월(30일 단위)"), grid=False, tickMinStep=1), scale=alt.Scale(nice=False))
    return _curves(canvas, "retention", x, canvas.share_axis(), 236, "months_since_signup").transform_filter("datum.months_since_signup > 0")


def value(canvas: Canvas) -> Any:
    import altair as alt

    x = alt.X("end_day:Q", axis=alt.Axis(title=canvas.name("end_day"), grid=False, values=[7, 30, 90, 180, 365]), scale=alt.Scale(nice=False, domainMin=0))
    return _curves(canvas, "value", x, canvas.money_axis(), 300, "end_day")


def _retention_card(day: int) -> Card:
    return Card(f"d{day}", "days", _day(day), {"days_since_signup": (day,)}, days_needed=day)


PAGE = Page(
    name="cohort",
    title=Text("Cohort & Retention", "코호트와 리텐션"),
    question=Text(
        "How does early activation go with coming back and buying later?", "초기 활성화는 이후 재방문·구매와 어떻게 함께 가는가?"
    ),
    clock=Clock(MONTH, Text("Signup", "가입 월")),
    cubes={
        "months": CubeSpec(
            RETENTION_BY_MONTH, (MONTH, "months_since_signup"), ("user_count", "eligible_user_count", "active_user_count")
        ),
        "days": CubeSpec(
            RETENTION_BY_DAY,
            (MONTH, "days_since_signup"),
            ("eligible_user_count", "active_user_count"),
            values={"days_since_signup": tuple(DAYS)},
        ),
        "value": CubeSpec(
            VALUE_BY_WINDOW, (MONTH, "end_day"), ("eligible_user_count", "revenue", "revenue_squared"), where="start_day = 0"
        ),
    },
    cards=(
        _retention_card(1),
        _retention_card(7),
        _retention_card(30),
        Card(
            "ltv",
            "value",
            VALUE,
            {"end_day": (365,)},
            title=Text("365-day LTV", "365일 LTV"),
            days_needed=365,
        ),
    ),
    charts=(
        Chart(
            "heatmap",
            Text("Who comes back, by signup month", "가입 월별 재방문"),
            Text(
                "Share of users active in each 30-day month since signup. Orange outline: only part of the cohort has been observed so long.",
                "가입 후 30일 단위 월별 활동 사용자 비율. 주황 테두리: 코호트 일부만 관찰됨.",
            ),
            View("months", (MONTH, "months_since_signup"), (RETENTION, USERS, ELIGIBLE)),
            heatmap,
            span=7,
        ),
        Chart(
            "days",
            Text("Active on day 1, 7 and 30, by activation level", "활성화 수준별 1·7·30일차 활동"),
            Text(
                "The level rests on days 0 to 6, so day 1 overlaps it: read D7 and D30. Lines: 95% intervals.",
                "활성화 수준은 0~6일차로 정해져 D1과 겹칩니다. D7과 D30을 보세요. 선: 95% 구간.",
            ),
            View("days", ("activation_level", "days_since_signup"), (Figure("retention", "active_user_count", "eligible_user_count", RETENTION_DAY_30, Interval.SHARE),)),
            days,
            span=5,
            needs_events=True,
        ),
        Chart(
            "curves",
            Text("Retention by activation level", "활성화 수준별 리텐션"),
            Text(
                f"All chosen cohorts pooled. Points of fewer than {FEWEST} users are left out. Bands: 95% intervals.",
                f"선택한 코호트 합산. {FEWEST}명 미만인 점은 제외. 띠: 95% 구간.",
            ),
            View("months", ("activation_level", "months_since_signup"), (CURVE,)),
            curves,
            span=5,
            needs_events=True,
        ),
        Chart(
            "value",
            Text("Cumulative revenue per user, by activation level", "활성화 수준별 사용자당 누적 매출"),
            Text(
                "Users whose horizon has been observed whole. It describes, and does not prove a cause. Bands: 95% intervals.",
                "해당 기간이 모두 관찰된 사용자 기준. 기술 통계이며 인과를 증명하지 않습니다. 띠: 95% 구간.",
            ),
            View("value", ("activation_level", "end_day"), (VALUE,)),
            value,
            span=6,
            needs_events=True,
        ),
    ),
)
