"""Each step of the funnel in its events: how many follow, how soon, how often again or out of turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.analysis import Analysis, AnalysisResult, nothing
from ecom_platform.insights.cells import MINIMUM_USERS, finite
from ecom_platform.insights.charts import BLUE, OKABE_ITO, WIDTH
from ecom_platform.insights.claims import Span
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.insights.wording import count, percent, percent_range
from ecom_platform.tables.analysis.funnel_event_detail import FUNNEL_EVENT_DETAIL
from ecom_platform.tables.analysis.funnel_steps import STEPS
from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES

if TYPE_CHECKING:
    import pandas as pd

CELLS, TIMES = "analysis.funnel_steps", "analysis.funnel_step_times"

DEFINITION = """Each step of the funnel, from a stage to the next, in the whole event log (users' first weeks).

- *Event ratio*: events of the stage over events of the stage before, sums over sums, with errors clustered by user. It is no
  conversion rate: an event may be repeated, and a checkout needs no cart.
- *Session share*: of the sessions with an event of the stage before, those with an event of the stage, too.
- *Times*: from the first event of the stage before (or deeper) to the first of the stage, within a session; medians and
  deciles to two figures, the mean exact.
- *Skipped* and *repeated* sessions: the stage without the one before; the stage more than once. Both are normal.

A description."""


def find(aggregates: Aggregates, _: Context) -> AnalysisResult:
    cells = {cell["step"]: cell for cell in aggregates[CELLS].to_dict("records")}
    users = max((int(cell["user_count"]) for cell in cells.values()), default=0)
    if users < MINIMUM_USERS:
        return nothing(
            "The steps of the funnel cannot be shown: there is no event log, or it has sessions of fewer than "
            f"{MINIMUM_USERS} users."
        )
    times = aggregates[TIMES]
    rows = [_row(step, cells[step], times[times["step"] == step]) for step in STEPS if step in cells]
    return AnalysisResult(Kind.DESCRIPTION, _sentence(rows, users), rows, _chart(rows, times))


def _row(step: str, cell: Mapping[Any, Any], times: pd.DataFrame) -> dict[str, Any]:
    from ecom_platform.stats.aggregates import Moments
    from ecom_platform.stats.correlation import quantiles
    from ecom_platform.stats.ratios import ratio_of_means

    sums = {"to": float(cell["to_event_count"]), "of": float(cell["from_event_count"])}
    products = {
        ("to", "to"): float(cell["to_event_count_squared"]),
        ("to", "of"): float(cell["from_times_to"]),
        ("of", "of"): float(cell["from_event_count_squared"]),
    }
    ratio = ratio_of_means(Moments.from_sums(int(cell["user_count"]), sums, products), "to", "of")
    sessions, before = int(times["session_count"].sum()), int(cell["from_session_count"])
    median, top = (None, None)
    if sessions:
        median, top = (
            float(each) for each in quantiles(times["seconds"].to_numpy(), times["session_count"].to_numpy(), (0.5, 0.9))
        )
    return {
        "step": step,
        "from_event_count": int(cell["from_event_count"]),
        "to_event_count": int(cell["to_event_count"]),
        "event_ratio": finite(ratio.estimate),
        "ci_low": finite(ratio.ci_low),
        "ci_high": finite(ratio.ci_high),
        "step_session_count": int(cell["step_session_count"]),
        "session_share": int(cell["step_session_count"]) / before if before else None,
        "skipped_session_count": int(cell["skipped_session_count"]),
        "repeated_session_count": int(cell["repeated_session_count"]),
        "mean_seconds": float(times["second_count"].sum()) / sessions if sessions else None,
        "median_seconds": median,
        "top_decile_seconds": top,
    }


def _sentence(rows: Sequence[Mapping[str, Any]], users: int) -> str:
    known = [row for row in rows if row["event_ratio"] is not None and row["ci_low"] is not None]
    if not known:
        return f"The event log of {count(users)} users has no step of the funnel in it."
    narrowest = min(known, key=lambda row: row["event_ratio"])
    span = Span(narrowest["event_ratio"], narrowest["ci_low"], narrowest["ci_high"])
    statement = (
        f"In the event log of {count(users)} users the narrowest step leads from {_before(narrowest['step'])} to "
        f"{narrowest['step']}: {percent_range(span)} as many events"
    )
    skipped = next((row for row in rows if row["step"] == "checkout_start"), None)
    if skipped is None or not skipped["to_event_count"]:
        return f"{statement}."
    sessions = skipped["skipped_session_count"] + skipped["step_session_count"]
    return f"{statement}; of the sessions with a checkout {percent(skipped['skipped_session_count'] / sessions)} had no cart."


def _before(step: str) -> str:
    return FUNNEL_STAGES[FUNNEL_STAGES.index(step) - 1]


def _label(step: str) -> str:
    return f"{_before(step)} → {step}"


def _chart(rows: Sequence[Mapping[str, Any]], times: pd.DataFrame) -> Any:
    """The event ratio of each step with its interval, and how many sessions have taken the step after how long."""
    import altair as alt
    import pandas as pd

    ratios = pd.DataFrame(
        [
            {"step": _label(row["step"]), "ratio": row["event_ratio"], "low": row["ci_low"], "high": row["ci_high"]}
            for row in rows
            if row["event_ratio"] is not None
        ]
    )
    if ratios.empty:
        return None
    order = [_label(row["step"]) for row in rows]
    base = alt.Chart(ratios, width=WIDTH, height={"step": 26}).encode(
        y=alt.Y("step:N", sort=order, title=None, axis=alt.Axis(labelLimit=300))
    )
    axis = alt.X("ratio:Q", title="Events for each event of the stage before", axis=alt.Axis(format="%"))
    above = base.mark_bar(color=BLUE, opacity=0.7).encode(x=axis) + base.mark_rule(strokeWidth=2).encode(
        x="low:Q", x2="high:Q"
    )
    ordered = times[times["seconds"] > 0].sort_values("seconds")
    minutes = ordered.assign(minutes=ordered["seconds"] / 60, step=ordered["step"].map(_label))
    totals = times.groupby("step")["session_count"].sum().rename(_label)
    at_once = times[times["seconds"] == 0].groupby("step")["session_count"].sum().rename(_label)
    done = minutes.groupby("step")["session_count"].cumsum() + minutes["step"].map(at_once).fillna(0)
    minutes["share"] = done / minutes["step"].map(totals)
    below = (
        alt.Chart(minutes[["step", "minutes", "share"]], width=WIDTH, height=200)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("minutes:Q", title="Minutes after the stage before", scale=alt.Scale(type="log")),
            y=alt.Y("share:Q", title="Sessions that took the step", axis=alt.Axis(format="%")),
            color=alt.Color("step:N", title=None, sort=order, scale=alt.Scale(domain=order, range=OKABE_ITO[: len(order)])),
        )
    )
    return alt.vconcat(
        above.properties(title="Event ratios, with 95 % intervals"), below.properties(title="How soon the step is taken")
    ).properties(title="The steps of the funnel")


ANALYSIS = Analysis(
    table=FUNNEL_EVENT_DETAIL,
    title="The funnel in its events",
    reads=(CELLS, TIMES),
    definition=DEFINITION,
    find=find,
)
