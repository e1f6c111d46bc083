"""The retention of every cohort, month after month, beside that of all cohorts together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecom_platform.insights.analysis import Analysis, AnalysisResult, nothing
from ecom_platform.insights.cells import MINIMUM_USERS, finite
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.insights.wording import count, listed, percent_range
from ecom_platform.tables.analysis.retention_heatmap import RETENTION_HEATMAP

if TYPE_CHECKING:
    import pandas as pd

CELLS = "analysis.cohort_retention"
QUOTED_MONTHS = (1, 3, 6, 12, 24)
"""The months since signup that the sentence names."""

DEFINITION = """Of the users who signed up in a month, how many came back in each month of 30 days after their own signup.

- *Active*: an event, or an order paid or failed. After the first weeks, which the event log covers, it rests on orders.
- *Cells*: only those that every user of the cohort has completed; the others are left blank, never 0.
- *Interval*: Wilson's, of a share; a user is counted once in a cell.
- *Pooled*: active users over users, sums over sums, of all cohorts that have completed the month. A cohort's difference from
  the others is tested by Pearson's chi-square; the p-values of all cells are adjusted together (Benjamini-Hochberg).

A description: cohorts differ in season, in channels and in age."""


def find(aggregates: Aggregates, _: Context) -> AnalysisResult:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    cells = aggregates[CELLS]
    cells = cells[(cells["activation_level"] == "all") & cells["is_complete_cohort"].astype(bool)]
    if not int(cells["user_count"].max() if len(cells) else 0) >= MINIMUM_USERS:
        return nothing(
            f"Retention cannot be shown: no cohort of {MINIMUM_USERS} users has been observed for the first 30 days of each."
        )
    cells = cells.sort_values(["cohort_month", "months_since_signup"])
    pooled = cells.groupby("months_since_signup")[["user_count", "active_user_count"]].sum()
    found = [_row(cell, pooled.loc[cell["months_since_signup"]]) for cell in cells.to_dict("records")]
    adjusted = false_discovery_adjusted([row.pop("p_value") for row in found])
    rows = [{**row, "p_adjusted": finite(float(p))} for row, p in zip(found, adjusted, strict=True)]
    return AnalysisResult(Kind.DESCRIPTION, _sentence(pooled), rows, _chart(rows))


def _row(cell: dict[Any, Any], pooled: pd.Series[Any]) -> dict[str, Any]:
    from ecom_platform.stats.proportions import newcombe, wilson

    users, active = int(cell["user_count"]), int(cell["active_user_count"])
    own = wilson(active, users)
    others = int(pooled["user_count"]) - users, int(pooled["active_user_count"]) - active
    gap = newcombe(active, users, others[1], others[0])
    return {
        "cohort_month": cell["cohort_month"],
        "months_since_signup": int(cell["months_since_signup"]),
        "user_count": users,
        "active_user_count": active,
        "retention": own.estimate,
        "ci_low": own.ci_low,
        "ci_high": own.ci_high,
        "pooled_retention": float(pooled["active_user_count"] / pooled["user_count"]),
        "difference": finite(gap.estimate),
        "p_value": gap.p_value,
    }


def _sentence(pooled: pd.DataFrame) -> str:
    from ecom_platform.stats.proportions import wilson

    shares = {month: wilson(int(row["active_user_count"]), int(row["user_count"])) for month, row in pooled.iterrows()}
    quoted = [f"{percent_range(share)} in month {month}" for month, share in shares.items() if month in QUOTED_MONTHS]
    if not quoted:
        return (
            f"Of {count(pooled['user_count'].iloc[0])} users {percent_range(shares[0])} were active in their first 30 days; "
            "no cohort has been observed whole for longer."
        )
    return f"Of the users whose whole cohort has completed it, {listed(*quoted)} after signup came back."


def _chart(rows: list[dict[str, Any]]) -> Any:
    import altair as alt
    import pandas as pd

    shown = pd.DataFrame(
        [
            {"cohort": f"{row['cohort_month']:%Y-%m}", "month": row["months_since_signup"], "retention": row["retention"]}
            for row in rows
        ]
    )
    # Everybody is new in month 0: its shares would take the colours from all the others.
    if (shown["month"] > 0).any():
        shown = shown[shown["month"] > 0]
    return (
        alt.Chart(shown, width={"step": 16}, height={"step": 12})
        .mark_rect()
        .encode(
            x=alt.X("month:O", title="Months of 30 days since signup; 0 is the first"),
            y=alt.Y("cohort:O", title="Signup month"),
            color=alt.Color(
                "retention:Q", title="Active users", scale=alt.Scale(scheme="cividis"), legend=alt.Legend(format="%")
            ),
        )
        .properties(title="Share of each signup cohort that was active, by month since signup")
    )


ANALYSIS = Analysis(
    table=RETENTION_HEATMAP,
    title="Retention by cohort and month",
    reads=(CELLS,),
    definition=DEFINITION,
    find=find,
)
