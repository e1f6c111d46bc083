"""Funnel & Drop-off: where on the way to a purchase sessions stop, who stops where, and how long they take."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ecom_platform.dashboard.canvas import BLUE, ORANGE, SKY, VERMILION, Canvas
from ecom_platform.dashboard.cube import CubeSpec
from ecom_platform.dashboard.page import Against, Card, Chart, Clock, Figure, Grouping, IntervalKind, Page, View
from ecom_platform.dashboard.words import VALUES, Text
from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.tables.dashboard.kpis_by_month import KPIS_BY_MONTH
from ecom_platform.tables.dashboard.sessions_by_stage import SESSIONS_BY_STAGE
from ecom_platform.tables.dashboard.times_between_stages import SECONDS, TIMES_BETWEEN_STAGES
from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES
from ecom_platform.tables.metrics import (
    CHECKOUT_WITHOUT_CART_SHARE,
    DROP_OFF_RATE,
    PAYMENT_FAILURE_RATE,
    PAYMENT_TO_PURCHASE_RATE,
    SESSION_TO_PURCHASE_RATE,
    STAGE_CONVERSION,
    STAGE_REACH,
    TOTALS,
)

MONTH = "signup_month"


def _reached(stages: tuple[str, ...]) -> Grouping:
    """Every stage with those deeper than it: a session that reached one has reached those before."""
    return Grouping(
        "stage", "furthest_stage", tuple((VALUES[stage], FUNNEL_STAGES[FUNNEL_STAGES.index(stage) :]) for stage in stages)
    )


STAGE = _reached(FUNNEL_STAGES)
FROM_CHECKOUT = _reached(FUNNEL_STAGES[2:])
PATH = Grouping(
    "path",
    "is_checkout_without_cart",
    ((Text("With a cart", "장바구니 있음"), (False,)), (Text("Without a cart", "장바구니 없음"), (True,))),
)

SESSIONS = Figure("sessions", "session_count", metric=TOTALS["stage_sessions"])
REACH = Figure("reach", "session_count", "session_count", STAGE_REACH, against=Against.FIRST)
STEP = Figure("step", "session_count", "session_count", STAGE_CONVERSION, against=Against.PREVIOUS)
LOST = Figure("lost", "session_count", "session_count", DROP_OFF_RATE, IntervalKind.SHARE, against=Against.LOST)
FROM_START = Figure("step", "session_count", "session_count", STAGE_CONVERSION, IntervalKind.SHARE, against=Against.FIRST)
TIMES = Figure("sessions", "session_count", metric=TOTALS["step_sessions"])
FAILED = Figure("failed", "failed_order_count", "orders", PAYMENT_FAILURE_RATE, IntervalKind.SHARE)
CONVERSION = Figure("conversion", "purchase_sessions", "session_count", SESSION_TO_PURCHASE_RATE, IntervalKind.SHARE)
SUCCESS = Figure("success", "purchase_sessions", "payment_sessions", PAYMENT_TO_PURCHASE_RATE, IntervalKind.SHARE)
SKIPPED = Figure("skipped", "skipping_sessions", "checkout_sessions", CHECKOUT_WITHOUT_CART_SHARE, IntervalKind.SHARE)


def stages(canvas: Canvas) -> Any:
    import altair as alt

    order = [VALUES[stage].of(canvas.language) for stage in FUNNEL_STAGES]
    base = canvas.chart().transform_calculate(
        count=canvas.text("sessions", "COUNT"),
        label="datum.count + '  ·  ' + format(datum.reach, '.1%')",
        step="datum.step === null ? '' : '↓ ' + format(datum.step, '.1%')",
    )
    y = alt.Y("stage:N", sort=order, axis=alt.Axis(title=None, domain=False, ticks=False, labelFontSize=13))
    x = alt.X("reach:Q", axis=None, scale=alt.Scale(domain=[0, 1], range=[0, {"expr": "width - 130"}]))
    bars = base.mark_bar(color=BLUE, height={"band": 0.72}, cornerRadiusEnd=3).encode(
        y=y,
        x=x,
        tooltip=[
            alt.Tooltip("stage:N", title=canvas.name("stage")),
            alt.Tooltip("count:N", title=canvas.say("Sessions", "세션")),
            alt.Tooltip("reach:Q", format=".1%", title=canvas.say("Of all sessions", "전체 세션 대비")),
        ],
    )
    text = base.mark_text(align="left", dx=8, fontSize=13).encode(y=y, x=x, text="label:N")
    steps = base.mark_text(align="left", dx=6, fontSize=12, dy=-29).encode(y=y, x=alt.value(0), text="step:N")
    return alt.layer(bars, text, steps).properties(width="container", height={"step": 58})


def paths(canvas: Canvas) -> Any:
    import altair as alt

    order = [VALUES[stage].of(canvas.language) for stage in FUNNEL_STAGES[2:]]
    two = [label.of(canvas.language) for label, _ in PATH.groups]
    base = canvas.chart().transform_filter(f"datum.stage != '{order.pop(0)}'")
    x = alt.X("stage:N", sort=order, axis=alt.Axis(title=None, labelAngle=0, ticks=False, labelFontSize=13))
    offset = alt.XOffset("path:N", sort=two)
    colour = alt.Color(
        "path:N", scale=alt.Scale(domain=two, range=[SKY, ORANGE]), legend=alt.Legend(title=None, symbolType="square")
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x=x,
        xOffset=offset,
        y=alt.Y("step:Q", axis=canvas.share_axis(), scale=alt.Scale(domain=[0, 1])),
        color=colour,
        tooltip=[
            alt.Tooltip("path:N", title=canvas.name("path")),
            alt.Tooltip("step:Q", format=".1%", title=canvas.say("Of checkouts", "결제 시작 대비")),
        ],
    )
    whiskers = base.mark_rule(strokeWidth=1.5).encode(
        x=x, xOffset=offset, y="step_low:Q", y2="step_high:Q", color=alt.value("#111111")
    )
    text = base.mark_text(dy=-9, fontSize=11.5).encode(
        x=x, xOffset=offset, y="step_high:Q", text=alt.Text("step:Q", format=".0%")
    )
    return alt.layer(bars, whiskers, text).properties(width="container", height=252)


def segments(canvas: Canvas) -> Any:
    import altair as alt

    order = [VALUES[stage].of(canvas.language) for stage in FUNNEL_STAGES[:-1]]
    base = (
        canvas.chart()
        .transform_filter("datum.lost !== null")
        .transform_calculate(row="datum.segment_dimension + ' · ' + datum.segment_value")
        .encode(
            x=alt.X(
                "stage:N",
                sort=order,
                axis=alt.Axis(title=None, orient="top", labelAngle=0, domain=False, ticks=False, labelFontSize=13),
            ),
            y=alt.Y("row:N", sort=None, axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=190)),
        )
    )
    cells = (
        base.transform_joinaggregate(low="min(lost)", high="max(lost)", groupby=["stage"])
        .transform_calculate(place="datum.high > datum.low ? (datum.lost - datum.low) / (datum.high - datum.low) : 0.5")
        .mark_rect(cornerRadius=3, stroke="#fefefe", strokeWidth=2)
        .encode(
            color=alt.Color("place:Q", scale=alt.Scale(domain=[0, 1], range=["#fdf1e3", "#e08a3c"]), legend=None),
            tooltip=[
                alt.Tooltip("row:N", title=canvas.name("segment_value")),
                alt.Tooltip("stage:N", title=canvas.name("stage")),
                alt.Tooltip("lost:Q", format=".1%", title=canvas.say("Went no further", "이탈")),
                alt.Tooltip("lost_n:Q", format=",", title="n"),
            ],
        )
    )
    text = base.mark_text(fontSize=11.5).encode(text=alt.Text("lost:Q", format=".1%"), color=alt.value("#101820"))
    return alt.layer(cells, text).properties(width="container", height={"step": 23})


def _times(canvas: Canvas) -> Any:
    import altair as alt

    def named_time(seconds: int) -> str:
        minutes = seconds // 60
        return canvas.say(f"{minutes} m", f"{minutes}분") if minutes else canvas.say(f"{seconds} s", f"{seconds}초")

    first, last = SECONDS[1], SECONDS[-1]
    labels = [f"< {named_time(first)}", *(f"{named_time(begins)}+" for begins in SECONDS[1:-1]), f"≥ {named_time(last)}"]
    named = "{" + ", ".join(f"'{begins}': '{label}'" for begins, label in zip(SECONDS, labels, strict=True)) + "}"
    base = (
        canvas.chart()
        .transform_joinaggregate(whole="sum(sessions)")
        .transform_calculate(
            share="datum.whole ? datum.sessions / datum.whole : 0", took=f"({named})[toString(datum.seconds_from)]"
        )
    )
    x = alt.X(
        "took:N",
        sort=labels,
        scale=alt.Scale(domain=labels),
        axis=alt.Axis(title=None, labelAngle=-40, ticks=False, labelFontSize=11),
    )
    y = alt.Y("share:Q", axis=canvas.share_axis(tickCount=3))
    bars = base.mark_bar(color=BLUE, cornerRadiusEnd=2, width={"band": 0.86}).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("took:N", title=canvas.name("seconds_from")),
            alt.Tooltip("share:Q", format=".1%", title=canvas.say("Share", "비중")),
            alt.Tooltip("sessions:Q", format=",", title=canvas.say("Sessions", "세션")),
        ],
    )
    text = base.mark_text(dy=-7, fontSize=11).encode(x=x, y=y, text=alt.Text("share:Q", format=".0%"))
    return alt.layer(bars, text).properties(width="container", height=150)


def failures(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().transform_filter("datum.failed !== null")
    x = canvas.months("signup_month")
    y = alt.Y("failed:Q", axis=canvas.share_axis(), scale=alt.Scale(zero=True))
    band = base.mark_area(opacity=0.18, color=VERMILION).encode(
        x=x, y=alt.Y("failed_low:Q", axis=canvas.share_axis()), y2="failed_high:Q"
    )
    line = base.mark_line(color=VERMILION).encode(x=x, y=y)
    points = base.mark_point(filled=True, size=34, color=VERMILION, opacity=1).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("signup_month:N", title=canvas.name("signup_month")),
            alt.Tooltip("failed:Q", format=".1%", title=canvas.say("Failed", "실패")),
            alt.Tooltip("failed_n:Q", format=",", title="n"),
        ],
    )
    return alt.layer(band, line, points).properties(width="container", height=400)


def _step_chart(begins: str, ends: str) -> Chart:
    from_, to = VALUES[begins], VALUES[ends]
    return Chart(
        f"time_{begins}",
        Text(f"{from_.en} → {to.en.lower()}", f"{from_.ko} → {to.ko}"),
        Text("Time taken in one session.", "한 세션 안에서 걸린 시간."),
        View("times", ("seconds_from",), (TIMES,), where={"stage": (begins,)}),
        _times,
        span=3,
        needs_events=True,
    )


PAGE = Page(
    name="funnel",
    title=Text("Funnel & Drop-off", "퍼널과 이탈"),
    question=Text(
        "Where on the way to a purchase do sessions stop, and who stops where?",
        "구매까지의 경로 중 어디에서, 누가 이탈하는가?",
    ),
    clock=Clock(MONTH, Text("Signup", "가입 월")),
    cubes={
        "stages": CubeSpec(
            SESSIONS_BY_STAGE,
            (MONTH, "furthest_stage", "is_checkout_without_cart"),
            ("session_count",),
            values={"furthest_stage": FUNNEL_STAGES, "is_checkout_without_cart": (False, True)},
        ),
        "sessions": CubeSpec(
            SESSIONS_BY_STAGE,
            (MONTH,),
            ("session_count", "checkout_sessions", "skipping_sessions", "payment_sessions", "purchase_sessions"),
            computed={
                "checkout_sessions": "IF(has_checkout, session_count, 0)",
                "skipping_sessions": "IF(is_checkout_without_cart, session_count, 0)",
                "payment_sessions": "IF(furthest_stage IN ('payment_attempt', 'purchase'), session_count, 0)",
                "purchase_sessions": "IF(furthest_stage = 'purchase', session_count, 0)",
            },
        ),
        "times": CubeSpec(
            TIMES_BETWEEN_STAGES,
            (MONTH, "stage", "seconds_from"),
            ("session_count",),
            values={"stage": FUNNEL_STAGES[:-1], "seconds_from": SECONDS},
        ),
        "orders": CubeSpec(
            KPIS_BY_MONTH,
            (MONTH,),
            ("orders", "failed_order_count"),
            computed={"orders": "order_count + failed_order_count"},
        ),
    },
    cards=(
        Card("conversion", "sessions", CONVERSION, needs_events=True),
        Card("success", "sessions", SUCCESS, needs_events=True),
        Card("skipped", "sessions", SKIPPED, good=0, needs_events=True),
        Card("failed", "orders", FAILED, good=-1),
    ),
    charts=(
        Chart(
            "stages",
            Text("Sessions by stage", "단계별 세션"),
            Text(
                "Sessions that reached each stage or a deeper one, and their share of all sessions. ↓ of the stage before.",
                "해당 단계 이상에 도달한 세션 수와 전체 대비 비율. ↓ 직전 단계 대비.",
            ),
            View("stages", (STAGE,), (SESSIONS, REACH, STEP)),
            stages,
            span=7,
            needs_events=True,
        ),
        Chart(
            "paths",
            Text("From the checkout on, with and without a cart", "결제 시작 이후: 장바구니 유무별"),
            Text(
                "Share of the sessions that reached checkout. A checkout without a cart is normal. Lines: 95% intervals.",
                "결제 시작에 도달한 세션 대비 비율. 장바구니 없는 결제는 정상 경로입니다. 선: 95% 구간.",
            ),
            View("stages", (PATH, FROM_CHECKOUT), (FROM_START,)),
            paths,
            span=5,
            needs_events=True,
        ),
        Chart(
            "segments",
            Text("Drop-off by segment", "세그먼트별 이탈"),
            Text(
                "Share of the sessions at a stage that went no further; darker: most in its column. The activation level "
                "rests on carts and checkouts of the same sessions: it describes.",
                "각 단계에서 멈춘 세션 비율, 진할수록 그 열에서 높음. 활성화 수준은 같은 세션으로 정해지는 기술 통계입니다.",
            ),
            View("stages", (STAGE,), (LOST,), segments=DIMENSIONS),
            segments,
            span=7,
            needs_events=True,
        ),
        Chart(
            "failures",
            Text("Failed payments", "결제 실패"),
            Text(
                "Orders whose payment failed, by signup month. Band: 95% interval.",
                "결제에 실패한 주문 비율, 가입 월별. 띠: 95% 구간.",
            ),
            View("orders", (MONTH,), (FAILED,)),
            failures,
            span=5,
        ),
        *(_step_chart(begins, ends) for begins, ends in pairwise(FUNNEL_STAGES)),
    ),
)
