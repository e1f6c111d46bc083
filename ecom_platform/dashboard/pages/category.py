"""Category Performance: what is bought, what grows, what is seasonal, and what sells poorly for the attention it gets."""

from __future__ import annotations

from typing import Any

from ecom_platform.dashboard.canvas import BLUE, DIVERGING, GREY, ORANGE, SERIES, SKY, Canvas
from ecom_platform.dashboard.cube import CubeSpec
from ecom_platform.dashboard.page import Card, Chart, Clock, Figure, Fixed, Page, View
from ecom_platform.dashboard.words import Text
from ecom_platform.tables import CATALOG
from ecom_platform.tables.dashboard.category_sales_by_month import CATEGORY_SALES_BY_MONTH
from ecom_platform.tables.dashboard.category_views import CATEGORY_VIEWS
from ecom_platform.tables.metrics import (
    DISCOUNT_SHARE,
    SEASONALITY_INDEX,
    TOTALS,
    VIEW_TO_CART_RATE,
    YEAR_ON_YEAR_GROWTH,
)

MONTH = "calendar_month"
MART = CATALOG["marts.dm_category_performance"]
TIERS = ("Low", "Mid", "High", "unknown")

REVENUE = Figure("revenue", "revenue", metric=TOTALS["revenue"])
GROWTH = Figure("growth", "revenue", metric=YEAR_ON_YEAR_GROWTH, months_back=12)
DISCOUNT = Figure("discount", "discounted_revenue", "revenue", DISCOUNT_SHARE)
CARTS = Figure("carts", "cart_count", "view_count", VIEW_TO_CART_RATE)
TIER = Figure("tier_revenue", "revenue", metric=TOTALS["revenue"])
SEASON = Figure("seasonality_index", "seasonality_index", metric=SEASONALITY_INDEX)


def _categories(**options: Any) -> Any:
    import altair as alt

    return alt.Axis(title=None, domain=False, ticks=False, labelFontSize=13, labelLimit=110, **options)


def revenue(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().transform_calculate(
        said=canvas.text("revenue", "MONEY"),
        change=canvas.text("growth", "CHANGE"),
        label="datum.growth === null ? datum.said : datum.said + '   ' + (datum.growth >= 0 ? '▲ ' : '▼ ') + datum.change",
    )
    y = alt.Y("category:N", sort=alt.EncodingSortField("revenue", order="descending"), axis=_categories())
    bars = base.mark_bar(color=BLUE, cornerRadiusEnd=3, height={"band": 0.62}).encode(
        y=y,
        x=alt.X("revenue:Q", axis=canvas.money_axis(tickCount=3), scale=canvas.room(150)),
        tooltip=[
            alt.Tooltip("category:N", title=canvas.name("category")),
            alt.Tooltip("label:N", title=canvas.say("Revenue", "매출")),
        ],
    )
    text = base.mark_text(align="left", dx=7, fontSize=12.5).encode(y=y, x="revenue:Q", text="label:N")
    return alt.layer(bars, text).properties(width="container", height={"step": 42})


def months(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().transform_filter("datum.complete")
    x, y = canvas.months("calendar_month"), alt.Y("revenue:Q", axis=canvas.money_axis())
    domain = list(canvas.labels["category"])
    colour = alt.Color(
        "category:N",
        scale=alt.Scale(domain=domain, range=[SERIES[i % len(SERIES)] for i in range(len(domain))]),
        legend=alt.Legend(title=None, columns=4, symbolType="stroke", symbolStrokeWidth=3),
    )
    line = base.mark_line(strokeWidth=1.8).encode(x=x, y=y, color=colour)
    points = (
        base.mark_point(filled=True, size=26, opacity=1)
        .encode(
            x=x,
            y=y,
            color=colour,
            shape=alt.Shape("category:N", scale=alt.Scale(domain=domain), legend=None),
            tooltip=[
                alt.Tooltip("category:N", title=canvas.name("category")),
                alt.Tooltip("calendar_month:N", title=canvas.name("calendar_month")),
                alt.Tooltip("said:N", title=canvas.say("Revenue", "매출")),
            ],
        )
        .transform_calculate(said=canvas.text("revenue", "MONEY"))
    )
    return alt.layer(line, points).properties(width="container", height=240)


def quadrant(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().transform_filter("datum.growth !== null && datum.carts !== null")
    x = alt.X(
        "growth:Q",
        axis=alt.Axis(title=canvas.say("Growth against the year before →", "전년 대비 성장률 →"), format="+~%", grid=False),
        scale=alt.Scale(zero=False, padding=50, nice=False),
    )
    y = alt.Y(
        "carts:Q",
        axis=alt.Axis(title=canvas.say("Carts per view →", "조회당 장바구니 →"), format=".1%", grid=False),
        scale=alt.Scale(zero=False, padding=28, nice=False),
    )
    middle = base.transform_aggregate(growth="median(growth)", carts="median(carts)")
    rules = [
        middle.mark_rule(strokeDash=[4, 4], color=GREY, strokeWidth=1).encode(x=x),
        middle.mark_rule(strokeDash=[4, 4], color=GREY, strokeWidth=1).encode(y=y),
    ]
    points = base.mark_point(filled=True, opacity=0.85, color=BLUE).encode(
        x=x,
        y=y,
        size=alt.Size("revenue:Q", scale=alt.Scale(range=[60, 700], domainMin=0), legend=None),
        tooltip=[
            alt.Tooltip("category:N", title=canvas.name("category")),
            alt.Tooltip("growth:Q", format="+.1%", title=canvas.say("Growth", "성장률")),
            alt.Tooltip("carts:Q", format=".2%", title=canvas.say("Carts per view", "조회당 장바구니")),
        ],
    )
    names = base.mark_text(dy=-20, fontSize=12.5, fontWeight=600).encode(x=x, y=y, text="category:N")
    return alt.layer(*rules, points, names).properties(width="container", height=280)


def season(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().encode(
        x=alt.X("month_of_year:O", axis=alt.Axis(title=canvas.name("month_of_year"), labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("category:N", axis=_categories()),
    )
    cells = base.mark_rect(cornerRadius=3, stroke="#fefefe", strokeWidth=2).encode(
        color=alt.Color(
            "seasonality_index:Q",
            scale=alt.Scale(domain=[0.6, 0.8, 1, 1.3, 1.6], range=list(DIVERGING), clamp=True, interpolate="rgb"),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("category:N", title=canvas.name("category")),
            alt.Tooltip("month_of_year:O", title=canvas.name("month_of_year")),
            alt.Tooltip("seasonality_index:Q", format=".2f", title=canvas.say("Index", "지수")),
        ],
    )
    text = base.mark_text(fontSize=10.5).encode(
        text=alt.Text("seasonality_index:Q", format=".1f"),
        color=alt.when("datum.seasonality_index > 1.45 || datum.seasonality_index < 0.68")
        .then(alt.value("#ffffff"))
        .otherwise(alt.value("#101820")),
    )
    return alt.layer(cells, text).properties(width="container", height={"step": 34})


def tiers(canvas: Canvas) -> Any:
    import altair as alt

    domain = [canvas.value(tier) for tier in TIERS]
    order = "{" + ", ".join(f"'{label}': {place}" for place, label in enumerate(domain)) + "}"
    base = (
        canvas.chart()
        .transform_joinaggregate(whole="sum(tier_revenue)", groupby=["category"])
        .transform_calculate(
            share="datum.whole ? datum.tier_revenue / datum.whole : null", order=f"({order})[datum.price_tier]"
        )
        .transform_stack(
            stack="share", groupby=["category"], sort=[alt.SortField("order")], as_=["begins", "ends"], offset="zero"
        )
        .transform_calculate(
            middle="(datum.begins + datum.ends) / 2", label="datum.share > 0.07 ? format(datum.share, '.0%') : ''"
        )
    )
    y = alt.Y("category:N", axis=_categories())
    bars = base.mark_bar(height={"band": 0.66}, stroke="#fefefe").encode(
        y=y,
        x=alt.X("begins:Q", axis=canvas.share_axis(tickCount=5), scale=alt.Scale(domain=[0, 1])),
        x2="ends:Q",
        color=alt.Color(
            "price_tier:N", scale=alt.Scale(domain=domain, range=[SKY, ORANGE, BLUE, GREY]), legend=alt.Legend(title=None)
        ),
        tooltip=[
            alt.Tooltip("category:N", title=canvas.name("category")),
            alt.Tooltip("price_tier:N", title=canvas.name("price_tier")),
            alt.Tooltip("share:Q", format=".1%", title=canvas.say("Share", "비중")),
        ],
    )
    text = base.mark_text(fontSize=12, fontWeight=600).encode(
        y=y,
        x="middle:Q",
        text="label:N",
        color=alt.when(f"datum.price_tier == '{domain[2]}'").then(alt.value("#ffffff")).otherwise(alt.value("#101820")),
    )
    return alt.layer(bars, text).properties(width="container", height={"step": 38})


def discount(canvas: Canvas) -> Any:
    import altair as alt

    base = canvas.chart().transform_filter("datum.discount !== null")
    y = alt.Y("category:N", sort=alt.EncodingSortField("discount", order="descending"), axis=_categories())
    x = alt.X("discount:Q", axis=canvas.share_axis(tickCount=4), scale=canvas.room(56))
    stems = base.mark_bar(color=ORANGE, height=5, cornerRadius=3).encode(y=y, x=x)
    points = base.mark_point(filled=True, size=150, color=ORANGE, opacity=1).encode(
        y=y,
        x=x,
        tooltip=[
            alt.Tooltip("category:N", title=canvas.name("category")),
            alt.Tooltip("discount:Q", format=".1%", title=canvas.say("Discount share", "할인 비중")),
        ],
    )
    text = base.mark_text(align="left", dx=12, fontSize=12.5).encode(y=y, x=x, text=alt.Text("discount:Q", format=".1%"))
    return alt.layer(stems, points, text).properties(width="container", height={"step": 38})


PAGE = Page(
    name="category",
    title=Text("Category Performance", "카테고리 성과"),
    question=Text(
        "Which categories carry the shop, which grow, and when do they sell?",
        "어떤 카테고리가 매출을 이끌고, 성장하며, 언제 팔리는가?",
    ),
    clock=Clock(MONTH, Text("Months", "기간"), latest=12),
    cubes={
        "sales": CubeSpec(CATEGORY_SALES_BY_MONTH, ("category", MONTH), ("revenue", "discounted_revenue")),
        "tiers": CubeSpec(CATEGORY_SALES_BY_MONTH, ("category", "price_tier"), ("revenue",), values={"price_tier": TIERS}),
        "views": CubeSpec(CATEGORY_VIEWS, ("category",), ("view_count", "cart_count")),
    },
    cards=(
        Card("revenue", "sales", REVENUE),
        Card("growth", "sales", GROWTH),
        Card("discount", "sales", DISCOUNT, good=0),
    ),
    charts=(
        Chart(
            "revenue",
            Text("Revenue and growth by category", "카테고리별 매출과 성장률"),
            Text(
                "In the chosen months; growth against the same months a year before.",
                "선택 기간 매출, 1년 전 같은 달 대비 성장률.",
            ),
            View("sales", ("category",), (REVENUE, GROWTH)),
            revenue,
            span=6,
        ),
        Chart(
            "quadrant",
            Text("Growth against attention turned into carts", "성장률과 조회의 장바구니 전환"),
            Text(
                "Right: grows faster. Up: more carts per view (users' first weeks). Size: revenue. Dashed: median.",
                "오른쪽: 빠른 성장. 위쪽: 조회당 장바구니가 많음(가입 후 첫 몇 주). 크기: 매출. 점선: 중앙값.",
            ),
            View("sales", ("category",), (GROWTH, REVENUE), beside=View("views", ("category",), (CARTS,))),
            quadrant,
            span=6,
            needs=("growth", "carts"),
            needs_events=True,
        ),
        Chart(
            "months",
            Text("Revenue by month", "월별 매출"),
            Text("Every complete month, by category.", "완료된 모든 달, 카테고리별."),
            View("sales", ("category", MONTH), (REVENUE,), whole_clock=True),
            months,
            span=7,
        ),
        Chart(
            "discount",
            Text("Share sold on a discount day", "할인일 매출 비중"),
            Text("Of each category's revenue in the chosen months.", "선택 기간 카테고리 매출 중 비중."),
            View("sales", ("category",), (DISCOUNT,)),
            discount,
            span=5,
        ),
        Chart(
            "season",
            Text("Seasonality", "계절성"),
            Text(
                "Calendar month against the average month of the category; 1 is average. Needs 24 complete months.",
                "카테고리 평균 달 대비 지수(1이 평균). 완료된 24개월 이상이 필요합니다.",
            ),
            Fixed(
                f"SELECT DISTINCT category, EXTRACT(MONTH FROM order_month) AS month_of_year, seasonality_index FROM {MART} "
                "WHERE seasonality_index IS NOT NULL",
                (MART,),
                (SEASON,),
            ),
            season,
            span=7,
        ),
        Chart(
            "tiers",
            Text("Price-tier mix", "가격대 구성"),
            Text("Share of each category's revenue by price tier; all months.", "카테고리 매출의 가격대별 비중, 전체 기간."),
            View("tiers", ("category", "price_tier"), (TIER,)),
            tiers,
            span=5,
        ),
    ),
)
