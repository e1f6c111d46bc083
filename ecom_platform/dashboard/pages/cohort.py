"""Cohort & Retention: who comes back, and what customers are worth, by what they did in their first days."""

from __future__ import annotations

from typing import Any

from ecom_platform.dashboard.canvas import BLUE, ORANGE, RAMP, Canvas
from ecom_platform.dashboard.cube import CubeSpec
from ecom_platform.dashboard.page import Card, Chart, Clock, Figure, Fixed, IntervalKind, Page, View
from ecom_platform.dashboard.words import Text
from ecom_platform.tables.dashboard.retention_by_day import RETENTION_BY_DAY
from ecom_platform.tables.dashboard.retention_by_month import RETENTION_BY_MONTH
from ecom_platform.tables.dashboard.value_by_window import VALUE_BY_WINDOW
from ecom_platform.tables.insights.purchase_histories import HOLDOUT_WEEKS
from ecom_platform.tables.insights.value_forecast_cohorts import VALUE_FORECAST_COHORTS
from ecom_platform.tables.metrics import (
    LIFETIME_VALUE,
    MONTHLY_RETENTION,
    PURCHASE_DAYS_PER_USER,
    RETENTION_DAY_1,
    RETENTION_DAY_7,
    RETENTION_DAY_30,
)

MONTH = "signup_month"
FEWEST = 100
"""Users below whom a point of a curve says more about chance than about them."""
DAYS = {1: RETENTION_DAY_1, 7: RETENTION_DAY_7, 30: RETENTION_DAY_30}

RETENTION = Figure("retention", "active_user_count", "eligible_user_count", MONTHLY_RETENTION, IntervalKind.SHARE)
CURVE = Figure("retention", "active_user_count", "eligible_user_count", MONTHLY_RETENTION, IntervalKind.SHARE, at_least=FEWEST)
USERS = Figure("users", "user_count")
ELIGIBLE = Figure("eligible", "eligible_user_count")
VALUE = Figure(
    "value", "revenue", "eligible_user_count", LIFETIME_VALUE, IntervalKind.MEAN, squares="revenue_squared", at_least=FEWEST
)


def _day(day: int) -> Figure:
    return Figure("retention", "active_user_count", "eligible_user_count", DAYS[day], IntervalKind.SHARE)


def heatmap(canvas: Canvas) -> Any:
    import altair as alt

    base = (
        canvas.chart()
        .transform_filter("datum.months_since_signup > 0")
        .transform_calculate(whole="datum.eligible >= datum.users")
    )
    x = alt.X(
        "months_since_signup:O",
        axis=alt.Axis(
            title=canvas.say("Months since signup (30 days each)", "가입 후 개월(30일 단위)"),
            labelAngle=0,
            labelOverlap="greedy",
            ticks=False,
            domain=False,
            labelSeparation=8,
        ),
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
            scale=alt.Scale(range=list(RAMP), domainMin=0, interpolate="rgb"),
            legend=alt.Legend(
                title=None,
                format=".0%",
                gradientLength=220,
                gradientThickness=10,
                tickCount=4,
                labelOverlap="greedy",
                labelSeparation=8,
            ),
        ),
        tooltip=tip,
    )
    partly = (
        base.transform_filter("!datum.whole")
        .mark_rect(aria=False, filled=False, stroke=ORANGE, strokeWidth=1.6)
        .encode(x=x, y=y)
    )
    return alt.layer(cells, partly).properties(width="container", height={"step": 17})


def days(canvas: Canvas) -> Any:
    import altair as alt

    levels = [label for label in canvas.labels["activation_level"] if label != canvas.value("unknown")]
    base = (
        canvas.chart()
        .transform_filter(f"indexof({levels!r}, datum.activation_level) >= 0")
        .transform_calculate(day="'D' + datum.days_since_signup")
    )
    x = alt.X("day:N", sort=["D1", "D7", "D30"], axis=alt.Axis(title=None, labelAngle=0, ticks=False, labelFontSize=13))
    offset = alt.XOffset("activation_level:N", sort=levels)
    y = alt.Y("retention:Q", axis=canvas.share_axis(), scale=alt.Scale(zero=True, range=[{"expr": "height"}, 14]))
    colour = canvas.level_colours(
        legend=alt.Legend(
            title=canvas.say("Activation in the first 7 days", "첫 7일 활성화 수준"), symbolType="square", values=levels
        )
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x=x,
        xOffset=offset,
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("activation_level:N", title=canvas.name("activation_level")),
            alt.Tooltip("retention:Q", format=".1%", title=canvas.say("Retention", "리텐션")),
            alt.Tooltip("retention_n:Q", format=",", title="n"),
        ],
    )
    whiskers = base.mark_rule(strokeWidth=1.5).encode(
        x=x, xOffset=offset, y="retention_low:Q", y2="retention_high:Q", color=alt.value("#111111")
    )
    text = base.mark_text(dy=-8, fontSize=11).encode(
        x=x, xOffset=offset, y="retention_high:Q", text=alt.Text("retention:Q", format=".0%")
    )
    return alt.layer(bars, whiskers, text).properties(width="container", height=230)


def _curves(canvas: Canvas, name: str, x: Any, axis: Any, height: int, last: str, named_at: int, **label: Any) -> Any:
    """A figure by level, with bands and the level's name at one point of its line, where the levels are apart."""
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
    points = (
        base.transform_calculate(said=canvas.text(name, unit))
        .mark_point(filled=True, size=38, opacity=1)
        .encode(x=x, y=y, color=colour, shape=canvas.level_shapes(), tooltip=tip)
    )
    names = (
        base.transform_filter(f"datum.{last} == {named_at}")
        .mark_text(align="left", fontWeight=600, fontSize=12.5, **label)
        .encode(x=x, y=y, text="activation_level:N", color=colour)
    )
    return alt.layer(band, line, points, names).properties(width="container", height=height)


def curves(canvas: Canvas) -> Any:
    import altair as alt

    x = alt.X(
        "months_since_signup:Q",
        axis=alt.Axis(
            title=canvas.say("Months since signup (30 days each)", "가입 후 개월(30일 단위)"), grid=False, tickMinStep=1
        ),
        scale=alt.Scale(nice=False),
    )
    return _curves(canvas, "retention", x, canvas.share_axis(), 214, "months_since_signup", 2, dy=-13).transform_filter(
        "datum.months_since_signup > 0"
    )


def value(canvas: Canvas) -> Any:
    import altair as alt

    x = alt.X(
        "end_day:Q",
        axis=alt.Axis(title=canvas.name("end_day"), grid=False, values=[7, 30, 90, 180, 365]),
        scale=alt.Scale(nice=False, domainMin=0, domainMax=365, range=[0, {"expr": "width - 64"}]),
    )
    return _curves(canvas, "value", x, canvas.money_axis(), 290, "end_day", 365, dx=10)


def forecast(canvas: Canvas) -> Any:
    import altair as alt

    names = {"actual": canvas.name("actual"), "forecast": canvas.name("forecast")}
    base = (
        canvas.chart()
        .transform_fold(list(names), as_=["kind", "days"])
        .transform_calculate(
            kind=f"datum.kind == 'actual' ? '{names['actual']}' : '{names['forecast']}'",
            month="toDate(datum.signup_month + '-01')",
        )
    )
    x = alt.X(
        "month:T",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(title=None, format="%Y-%m", labelOverlap="greedy", tickCount=6, grid=False),
    )
    y = alt.Y("days:Q", axis=alt.Axis(title=None), scale=alt.Scale(zero=True))
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=list(names.values()), range=[BLUE, ORANGE]), legend=alt.Legend(title=None)
    )
    shape = alt.Shape(
        "kind:N", scale=alt.Scale(domain=list(names.values()), range=["circle", "diamond"]), legend=alt.Legend(title=None)
    )
    dash = alt.StrokeDash("kind:N", scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [5, 4]]), legend=None)
    line = base.mark_line().encode(x=x, y=y, color=colour, strokeDash=dash)
    points = base.mark_point(filled=True, size=44, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        shape=shape,
        tooltip=[
            alt.Tooltip("signup_month:N", title=canvas.name("signup_month")),
            alt.Tooltip("kind:N", title=" "),
            alt.Tooltip("days:Q", format=".2f", title=canvas.say("Purchase days per user", "사용자당 구매일")),
            alt.Tooltip("users:Q", format=",", title="n"),
        ],
    )
    return alt.layer(line, points).properties(width="container", height=256)


def _retention_card(day: int) -> Card:
    return Card(f"d{day}", "days", _day(day), {"days_since_signup": (day,)}, days_needed=day)


PAGE = Page(
    name="cohort",
    title=Text("Cohort & Retention", "코호트와 리텐션"),
    question=Text(
        "How does early activation go with coming back and buying later?",
        "초기 활성화는 이후 재방문·구매와 어떻게 함께 가는가?",
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
                "Users active in each 30-day month since signup. Orange: part of the cohort. Hatched: not yet observed.",
                "가입 후 30일 단위 월별 활동 사용자 비율. 주황 테두리: 일부만 관찰됨. 빗금: 아직 관찰되지 않음.",
            ),
            View("months", (MONTH, "months_since_signup"), (RETENTION, USERS, ELIGIBLE)),
            heatmap,
            span=7,
            tall=True,
            hatched=True,
        ),
        Chart(
            "days",
            Text("Active on day 1, 7 and 30, by activation level", "활성화 수준별 1·7·30일차 활동"),
            Text(
                "The level rests on days 0 to 6, so day 1 overlaps it: read D7 and D30. Lines: 95% intervals.",
                "활성화 수준은 0~6일차로 정해져 D1과 겹칩니다. D7과 D30을 보세요. 선: 95% 구간.",
            ),
            View(
                "days",
                ("activation_level", "days_since_signup"),
                (Figure("retention", "active_user_count", "eligible_user_count", RETENTION_DAY_30, IntervalKind.SHARE),),
            ),
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
        Chart(
            "forecast",
            Text("Purchases foreseen and actual", "구매 예측과 실제"),
            Text(
                f"Days with a paid order per user in the last {HOLDOUT_WEEKS} observed weeks, and what BG/NBD expected.",
                f"관찰된 마지막 {HOLDOUT_WEEKS}주간의 사용자당 구매일 수와, 그 이전 이력만으로 계산한 모형(BG/NBD)의 예측.",
            ),
            Fixed(
                "SELECT signup_month, SAFE_DIVIDE(actual, user_count) AS actual, "
                "SAFE_DIVIDE(forecast, user_count) AS forecast, user_count AS users "
                f"FROM {VALUE_FORECAST_COHORTS} "
                "WHERE model = 'bg_nbd_gamma_gamma' AND target = 'purchase_days' ORDER BY signup_month",
                (VALUE_FORECAST_COHORTS,),
                (
                    Figure("actual", "actual", "user_count", PURCHASE_DAYS_PER_USER),
                    Figure("forecast", "forecast", "user_count", PURCHASE_DAYS_PER_USER),
                    Figure("users", "user_count"),
                ),
            ),
            forecast,
            span=6,
        ),
    ),
    picture="value",
)
