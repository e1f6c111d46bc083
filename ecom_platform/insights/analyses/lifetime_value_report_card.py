"""How good forecasts of purchases and spend are on 26 weeks that they know nothing of: BG/NBD beside simple baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.analysis import Analysis, AnalysisResult, nothing
from ecom_platform.insights.cells import finite
from ecom_platform.insights.charts import OKABE_ITO, WIDTH
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.insights.wording import count, percent
from ecom_platform.tables.insights.lifetime_value_report_card import LIFETIME_VALUE_REPORT_CARD
from ecom_platform.tables.insights.purchase_histories import HOLDOUT_WEEKS, LANDMARK_DAY
from ecom_platform.tables.insights.value_forecasts import MODELS, TARGETS

if TYPE_CHECKING:
    import pandas as pd

SCORES, COHORTS = "insights.value_forecast_scores", "insights.value_forecast_cohorts"
CELLS, PREDICTIONS = "insights.purchase_history_cells", "insights.purchase_predictions"

MODEL, PURCHASES = "bg_nbd_gamma_gamma", "purchase_days"
SMALLEST_COHORT = 30
Z = 1.959964

DEFINITION = f"""Forecasts of each user's purchases and spend in the last {HOLDOUT_WEEKS} weeks, made from what came before,
against what came.

- *Models*: {"; ".join(f"`{name}`: {meaning}" for name, meaning in MODELS.items())}.
- *Ranking*: Gini of what came, ranked by the forecast, as a share of a perfect ranking's; Spearman's rank correlation.
- *Distance*: the mean error of a user (MAE), and the mean relative error of the means of ten equal groups by forecast
  (decile MAPE).
- *Bias*: of the total, and of signup months (their relative errors without sign, weighted by users; months of
  {SMALLEST_COHORT} users or more).
- *Intervals* (BG/NBD, purchases): the share of users in their own 95 % interval, beside the share that the model expects,
  which is more than 95 % because purchases are whole numbers; and the share of signup months whose total is in its interval.
  The model knows no season and takes its parameters as given, so totals vary more than it thinks.

A prediction, judged on weeks that no model saw. Users are on the clock from day {LANDMARK_DAY} after signup."""


def find(aggregates: Aggregates, context: Context) -> AnalysisResult:
    scores, cohorts = aggregates[SCORES], aggregates[COHORTS]
    if not len(scores) or not float(scores["actual"].sum()):
        return nothing(
            f"Forecasts cannot be judged: nobody whom they are about bought anything in the last {HOLDOUT_WEEKS} weeks, or "
            "too few bought before to make any."
        )
    rows = []
    for model in MODELS:
        for target in TARGETS:
            own = scores[(scores["model"] == model) & (scores["target"] == target)]
            months = cohorts[(cohorts["model"] == model) & (cohorts["target"] == target)]
            intervals = _intervals(months, aggregates) if (model, target) == (MODEL, PURCHASES) else _NO_INTERVALS
            rows.append({"model": model, "target": target, **_scored(own), **_by_cohort(months), **intervals})
    return AnalysisResult(Kind.PREDICTION, _sentence(rows, context.currency), rows, _chart(scores))


_NO_INTERVALS: Mapping[str, float | None] = {"cohort_coverage": None, "user_coverage": None, "expected_user_coverage": None}


def _scored(cells: pd.DataFrame) -> dict[str, Any]:
    from ecom_platform.stats.forecasts import ForecastGroups, forecast_quality

    names = ("forecast_group", "actual_group", "user_count", "forecast", "actual", "absolute_error")
    found = forecast_quality(ForecastGroups(*(cells[name].to_numpy() for name in names)))
    return {
        "user_count": found.n,
        "gini": finite(found.gini),
        "spearman": finite(found.spearman),
        "decile_error": finite(found.decile_error),
        "absolute_error": found.absolute_error,
        "bias": finite(found.bias),
    }


def _by_cohort(months: pd.DataFrame) -> dict[str, float | None]:
    summed = months.groupby("signup_month")[["user_count", "forecast", "actual"]].sum()
    large = summed[(summed["user_count"] >= SMALLEST_COHORT) & (summed["actual"] > 0)]
    if large.empty:
        return {"cohort_bias": None}
    errors = (large["forecast"] / large["actual"] - 1).abs()
    return {"cohort_bias": float((errors * large["user_count"]).sum() / large["user_count"].sum())}


def _intervals(months: pd.DataFrame, aggregates: Aggregates) -> dict[str, float | None]:
    """How often purchases were in their intervals: of signup months of some size, and of users."""
    large = months[months["user_count"] >= SMALLEST_COHORT]
    inside = (large["actual"] - large["forecast"]).abs() <= Z * large["variance"] ** 0.5
    history = ["purchase_days", "last_purchase_week", "observed_weeks"]
    users = aggregates[CELLS].merge(aggregates[PREDICTIONS][[*history, "low", "high", "interval_chance"]], on=history)
    held = users["holdout_purchase_days"].between(users["low"], users["high"])
    n = users["user_count"].sum()
    return {
        "cohort_coverage": float(inside.mean()) if len(large) else None,
        "user_coverage": float((held * users["user_count"]).sum() / n) if n else None,
        "expected_user_coverage": float((users["interval_chance"] * users["user_count"]).sum() / n) if n else None,
    }


def _sentence(rows: Sequence[Mapping[str, Any]], currency: str) -> str:
    spent = {row["model"]: row for row in rows if row["target"] == "spent"}
    model = spent[MODEL]
    others = {name: row for name, row in spent.items() if name != MODEL and row["gini"] is not None}
    statement = (
        f"Of {count(model['user_count'])} users' spend in {HOLDOUT_WEEKS} weeks to come, BG/NBD with Gamma-Gamma is off by "
        f"{count(model['absolute_error'])} {currency} a user and by {percent(abs(model['bias'] or 0.0))} in total"
    )
    if model["gini"] is None or not others:
        return f"{statement}."
    best = max(others, key=lambda name: others[name]["gini"])
    return (
        f"{statement}; its ranking has {percent(model['gini'])} of a perfect one's Gini, against "
        f"{percent(others[best]['gini'])} of the best baseline's "
        f"({MODELS[best]}), whose error is {count(others[best]['absolute_error'])} {currency}."
    )


def _chart(scores: pd.DataFrame) -> Any:
    """Mean spend that came against the mean foreseen, in tenths of users by forecast; the line is where both are equal."""
    import altair as alt
    import pandas as pd

    from ecom_platform.stats.prediction import lift

    rows = []
    for model in MODELS:
        cells = scores[(scores["model"] == model) & (scores["target"] == "spent")]
        group = cells.groupby("forecast_group")[["user_count", "forecast", "actual"]].sum()
        users, forecast, actual = (group[name].to_numpy() for name in group.columns)
        parts = lift(forecast / users, actual, users)
        rows += [{"model": MODELS[model], "foreseen": part.score, "came": part.mean} for part in parts]
    points = pd.DataFrame(rows)
    top = float(points[["foreseen", "came"]].max().max())
    even = alt.Chart(pd.DataFrame({"foreseen": [0.0, top], "came": [0.0, top]})).mark_line(color="#666666", strokeDash=[4, 3])
    shown = (
        alt.Chart(points, width=WIDTH, height=300)
        .mark_line(point=True)
        .encode(
            x=alt.X("foreseen:Q", title="Mean spend foreseen"),
            y=alt.Y("came:Q", title="Mean spend that came"),
            color=alt.Color(
                "model:N",
                title=None,
                scale=alt.Scale(domain=list(MODELS.values()), range=OKABE_ITO[: len(MODELS)]),
                legend=alt.Legend(labelLimit=400, orient="bottom", columns=1),
            ),
        )
    )
    return (even.encode(x="foreseen:Q", y="came:Q") + shown).properties(
        title=f"Spend in {HOLDOUT_WEEKS} weeks, foreseen and real, by tenths of users"
    )


ANALYSIS = Analysis(
    table=LIFETIME_VALUE_REPORT_CARD,
    title="Report card of lifetime value",
    reads=(SCORES, COHORTS, CELLS, PREDICTIONS),
    definition=DEFINITION,
    find=find,
)
