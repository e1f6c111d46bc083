"""How early behaviour is distributed, and how it goes together with later value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.analysis import Analysis, AnalysisResult, nothing
from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite
from ecom_platform.insights.charts import BLUE, ORANGE
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.insights.wording import count, number, number_range
from ecom_platform.tables.analysis.early_behavior_correlations import EARLY_BEHAVIOR_CORRELATIONS
from ecom_platform.tables.analysis.early_behavior_moments import VARIABLES
from ecom_platform.tables.analysis.early_behavior_values import BEHAVIORS

if TYPE_CHECKING:
    import pandas as pd

VALUES, MOMENTS = "analysis.early_behavior_values", "analysis.early_behavior_moments"

DEFINITION = f"""How each behaviour of the first 7 days (and paid orders of the first 30) is distributed over mature users, and
how it goes together with their paid orders and revenue of {LATER_WINDOW}.

- *Pearson's correlation*, with a distribution-free interval: counts and amounts are far from normal.
- *Spearman's rank correlation*, ties at their mid-rank: what a few large buyers cannot move.
- The p-values of all pairs are adjusted together (Benjamini-Hochberg).
- The matrix shows the correlations of everything with everything, among cohorts with an event log.

An association: keen users do more of everything, early and late. Early orders are shown because everybody asks for them; no
estimate of an effect may adjust for them."""


def find(aggregates: Aggregates, _: Context) -> AnalysisResult:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    cells = aggregates[VALUES]
    pairs = [
        (f"{behavior}", f"{outcome}", group)
        for (behavior, outcome), group in cells.groupby(["behavior", "outcome"])
        if group["user_count"].sum() >= MINIMUM_USERS
    ]
    if not pairs:
        return nothing(
            f"Early behaviour cannot be set against later value: fewer than {MINIMUM_USERS} users have been observed for 360 "
            "days."
        )
    found = [_row(*pair) for pair in pairs]
    adjusted = false_discovery_adjusted([row.pop("p_value") for row in found])
    rows = [{**row, "p_adjusted": finite(float(p))} for row, p in zip(found, adjusted, strict=True)]
    return AnalysisResult(Kind.ASSOCIATION, _sentence(rows), rows, _chart(cells, aggregates[MOMENTS]))


def _row(behavior: str, outcome: str, cells: pd.DataFrame) -> dict[str, Any]:
    import numpy as np

    from ecom_platform.stats.correlation import pearson, quantiles
    from ecom_platform.stats.ranks import spearman

    amount, users = cells["amount"].to_numpy(), cells["user_count"].to_numpy()
    value = cells["value_total"].to_numpy() / users
    correlation = pearson(amount, value, users)
    lower, median, upper, top = (float(each) for each in quantiles(amount, users, (0.25, 0.5, 0.75, 0.9)))
    return {
        "behavior": behavior,
        "outcome": outcome,
        "user_count": int(users.sum()),
        "mean": float(np.average(amount, weights=users)),
        "lower_quartile": lower,
        "median": median,
        "upper_quartile": upper,
        "top_decile": top,
        "zero_share": float(users[amount == 0].sum() / users.sum()),
        "pearson": finite(correlation.estimate),
        "ci_low": finite(correlation.ci_low),
        "ci_high": finite(correlation.ci_high),
        "p_value": correlation.p_value,
        "spearman": finite(spearman(amount, value, users)),
    }


def _sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    from ecom_platform.insights.claims import Span

    known = [row for row in rows if row["outcome"] == "orders" and row["pearson"] is not None]
    users = max(row["user_count"] for row in rows)
    if not known:
        return f"Of {count(users)} mature users, none of the early behaviours or none of the later orders varies."
    best = max(known, key=lambda row: abs(row["pearson"]))
    weakest = min(known, key=lambda row: abs(row["pearson"]))
    span = Span(best["pearson"], best["ci_low"], best["ci_high"])
    statement = (
        f"Among {count(users)} mature users, {BEHAVIORS[best['behavior']]} go together most closely with the paid orders of "
        f"{LATER_WINDOW}: the correlation is {number_range(span)}"
    )
    if weakest is best:
        return f"{statement}."
    return f"{statement}; {BEHAVIORS[weakest['behavior']]} do so least: {number(weakest['pearson'])}."


def _chart(cells: pd.DataFrame, moments: pd.DataFrame) -> Any:
    """The matrix of correlations where it is known, and the distribution of each behaviour."""
    import altair as alt

    shares = _distributions(cells)
    panel = (
        alt.Chart(shares, width=120, height=90)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("amount:Q", title=None),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%")),
        )
    )
    order = [_label(name) for name in BEHAVIORS]
    below = panel.facet(facet=alt.Facet("behavior:N", sort=order, title=None), columns=4).resolve_scale(x="independent")
    parts = [below.properties(title="Share of users by amount of each early behaviour (the largest 1 % left out)")]
    matrix = _matrix(moments)
    if matrix is not None:
        names = [_label(name) for name in VARIABLES]
        base = alt.Chart(matrix, width=360, height=300).encode(
            x=alt.X("one:N", sort=names, title=None), y=alt.Y("other:N", sort=names, title=None)
        )
        scale = alt.Scale(domain=[-1, 0, 1], range=[ORANGE, "#ffffff", BLUE], interpolate="rgb")
        fill = base.mark_rect().encode(color=alt.Color("correlation:Q", title="Correlation", scale=scale))
        text = base.mark_text(fontSize=10).encode(text=alt.Text("correlation:Q", format=".2f"))
        parts.insert(0, (fill + text).properties(title="Correlations of early behaviours, later orders and later revenue"))
    return alt.vconcat(*parts).properties(title="Early behaviour: distributions and correlations with later value")


def _distributions(cells: pd.DataFrame) -> pd.DataFrame:
    """The share of users by amount, cut where 99 % of them are below."""
    counts = cells[cells["outcome"] == "orders"].groupby(["behavior", "amount"], as_index=False)["user_count"].sum()
    total = counts.groupby("behavior")["user_count"].transform("sum")
    kept = counts.groupby("behavior")["user_count"].cumsum() - counts["user_count"] < 0.99 * total
    named = counts.assign(share=counts["user_count"] / total, behavior=counts["behavior"].map(_label))
    shown: pd.DataFrame = named.loc[kept, ["behavior", "amount", "share"]]
    return shown


def _matrix(moments: pd.DataFrame) -> pd.DataFrame | None:
    """Every pair of variables with its correlation; None without two users."""
    from itertools import combinations_with_replacement

    import pandas as pd

    from ecom_platform.stats.aggregates import Moments
    from ecom_platform.stats.correlation import correlation_matrix

    users = int(moments["mature_user_count"].sum())
    if users < MINIMUM_USERS:
        return None
    sums = {name: float(moments[name].sum()) for name in VARIABLES}
    products = {
        (one, other): float(moments[f"{one}_times_{other}"].sum())
        for one, other in combinations_with_replacement(VARIABLES, 2)
    }
    found = correlation_matrix(Moments.from_sums(users, sums, products))
    names = list(VARIABLES)
    return pd.DataFrame(
        [
            {"one": _label(one), "other": _label(other), "correlation": finite(found[i, j])}
            for i, one in enumerate(names)
            for j, other in enumerate(names)
            if i != j
        ]
    )


def _label(name: str) -> str:
    return f"Early {name}" if name == "orders" else name.replace("_", " ").capitalize()


ANALYSIS = Analysis(
    table=EARLY_BEHAVIOR_CORRELATIONS,
    title="Distributions and correlations of early behaviour and later value",
    reads=(VALUES, MOMENTS),
    definition=DEFINITION,
    find=find,
)
