"""Whether subscribers pay more for an order: by means (Welch), by ranks (Mann-Whitney), and order by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.analysis import Analysis, AnalysisResult, nothing
from ecom_platform.insights.cells import MINIMUM_USERS, finite
from ecom_platform.insights.charts import OKABE_ITO, WIDTH
from ecom_platform.insights.claims import Span
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.insights.wording import count, money_apart, percent
from ecom_platform.tables.analysis.subscription_order_value import COMPARISONS, SUBSCRIPTION_ORDER_VALUE

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Moments, Sample

CELLS = "analysis.order_values_by_subscription"
NAMES = {
    "paid": "Plus or Premium against Free",
    "plus": "Plus against Free",
    "premium": "Premium against Free",
    "premium_over_plus": "Premium against Plus",
}

DEFINITION = """What users pay for an order, by the subscription they have at the last observed day.

- *Unit*: a buyer, with the mean value of their paid orders to date. A user is counted once, however many orders they placed.
- *Welch's t-test*: the difference of the groups' means, without assuming equal variances.
- *Mann-Whitney's U*: whether buyers of one group tend to pay more, from grouped values, corrected for ties; its effect size is
  the chance that a buyer of the first group pays more than one of the other.
- *Order by order*: the difference of revenue over orders (AOV as the registry has it), with errors clustered by user; here
  frequent buyers weigh more.
- The p-values of all comparisons are adjusted together (Benjamini-Hochberg).

An association: those who like dearer things may be those who subscribe, and orders before joining count, too."""


def find(aggregates: Aggregates, context: Context) -> AnalysisResult:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    cells = aggregates[CELLS]
    pairs = {
        name: tuple(cells[cells["subscription_type"].isin(side)] for side in sides) for name, sides in COMPARISONS.items()
    }
    enough = {
        name: pair for name, pair in pairs.items() if min(int(side["buyer_count"].sum()) for side in pair) >= MINIMUM_USERS
    }
    if not enough:
        return nothing(
            "Order values of subscribers and others cannot be compared: of one of them fewer than "
            f"{MINIMUM_USERS} have bought, or the source has no subscriptions."
        )
    found = [_row(name, *pair) for name, pair in enough.items()]
    for p_value, p_adjusted in (("p_value", "p_adjusted"), ("u_p_value", "u_p_adjusted")):
        adjusted = false_discovery_adjusted([row.pop(p_value) for row in found])
        for row, p in zip(found, adjusted, strict=True):
            row[p_adjusted] = finite(float(p))
    return AnalysisResult(Kind.ASSOCIATION, _sentence(found[0], context.currency), found, _chart(cells, context.currency))


def _row(name: str, buyers: pd.DataFrame, others: pd.DataFrame) -> dict[str, Any]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.ranks import mann_whitney
    from ecom_platform.stats.ratios import ratio_difference

    means = welch(_values(buyers), _values(others))
    both = (
        buyers.groupby("value_group")["buyer_count"]
        .sum()
        .to_frame("treatment")
        .join(others.groupby("value_group")["buyer_count"].sum().rename("control"), how="outer")
        .fillna(0)
    )
    ranks = mann_whitney(both.index.to_numpy(), both["treatment"].to_numpy(), both["control"].to_numpy())
    by_order = ratio_difference(_totals(buyers), _totals(others), "revenue", "orders")
    return {
        "comparison": name,
        "buyer_count": int(buyers["buyer_count"].sum()),
        "other_buyer_count": int(others["buyer_count"].sum()),
        "buyer_mean": means.treatment_mean,
        "other_buyer_mean": means.control_mean,
        "difference": means.estimate,
        "ci_low": means.ci_low,
        "ci_high": means.ci_high,
        "t": finite(means.t),
        "degrees_of_freedom": finite(means.df),
        "p_value": means.p_value,
        "u": ranks.u,
        "u_p_value": ranks.p_value,
        "superiority": ranks.superiority.estimate,
        "superiority_ci_low": finite(ranks.superiority.ci_low),
        "superiority_ci_high": finite(ranks.superiority.ci_high),
        "order_difference": finite(by_order.estimate),
        "order_ci_low": finite(by_order.ci_low),
        "order_ci_high": finite(by_order.ci_high),
    }


def _values(cells: pd.DataFrame) -> Sample:
    """Buyers' mean order values; those of a group of three figures are taken as their mean."""
    from ecom_platform.stats.aggregates import Sample

    n, values = cells["buyer_count"].to_numpy(), cells["value_total"].to_numpy() / cells["buyer_count"].to_numpy()
    mean = float(cells["value_total"].sum() / n.sum())
    return Sample(int(n.sum()), mean, float(n @ (values - mean) ** 2))


def _totals(cells: pd.DataFrame) -> Moments:
    from ecom_platform.stats.aggregates import Moments

    sums = {"orders": float(cells["order_count"].sum()), "revenue": float(cells["revenue"].sum())}
    products = {
        ("orders", "orders"): float(cells["order_count_squared"].sum()),
        ("orders", "revenue"): float(cells["orders_times_revenue"].sum()),
        ("revenue", "revenue"): float(cells["revenue_squared"].sum()),
    }
    return Moments.from_sums(int(cells["buyer_count"].sum()), sums, products)


def _sentence(row: Mapping[str, Any], currency: str) -> str:
    groups = NAMES[row["comparison"]].split(" against ")
    gap = money_apart(Span(row["difference"], row["ci_low"], row["ci_high"]), currency)
    return (
        f"Buyers with {groups[0]} ({count(row['buyer_count'])}) pay {gap} for an order than buyers with {groups[1]} "
        f"({count(row['other_buyer_count'])}); one of the former pays more than one of the latter in "
        f"{percent(row['superiority'])} of pairs, a tie counting half."
    )


def _chart(cells: pd.DataFrame, currency: str) -> Any:
    """The share of buyers by what they pay for an order, on a logarithmic scale in bins of a tenth of a decade."""
    import altair as alt
    import numpy as np

    known = cells[cells["subscription_type"] != "unknown"]
    known = known[known["value_total"] > 0]
    if known.empty:
        return None
    tenth = np.floor(10 * np.log10(known["value_total"] / known["buyer_count"]))
    binned = known.assign(value=10 ** ((tenth + 0.5) / 10)).groupby(["subscription_type", "value"], as_index=False)
    shares = binned["buyer_count"].sum()
    shares["share"] = shares["buyer_count"] / shares.groupby("subscription_type")["buyer_count"].transform("sum")
    order: Sequence[str] = ["Free", "Plus", "Premium"]
    return (
        alt.Chart(shares[["subscription_type", "value", "share"]], width=WIDTH, height=220)
        .mark_line(point=True)
        .encode(
            x=alt.X("value:Q", title=f"Mean order value of a buyer, {currency}", scale=alt.Scale(type="log")),
            y=alt.Y("share:Q", title="Share of buyers", axis=alt.Axis(format="%")),
            color=alt.Color(
                "subscription_type:N", title="Subscription", sort=order, scale=alt.Scale(domain=order, range=OKABE_ITO[:3])
            ),
        )
        .properties(title="Buyers by their mean order value and subscription")
    )


ANALYSIS = Analysis(
    table=SUBSCRIPTION_ORDER_VALUE,
    title="Order value by subscription: Welch's t-test and Mann-Whitney's U",
    reads=(CELLS,),
    definition=DEFINITION,
    find=find,
)
