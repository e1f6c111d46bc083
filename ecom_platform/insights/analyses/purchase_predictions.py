"""What BG/NBD and Gamma-Gamma expect of every purchase history in the 26 weeks that they know nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecom_platform.insights.analysis import Analysis, AnalysisResult, nothing
from ecom_platform.insights.charts import WIDTH
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.insights.wording import count, number, percent
from ecom_platform.tables.insights.purchase_histories import HOLDOUT_WEEKS, LANDMARK_DAY
from ecom_platform.tables.insights.purchase_predictions import PURCHASE_PREDICTIONS

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.lifetime_value import BgNbd, GammaGamma

CELLS, SPEND = "insights.purchase_history_cells", "insights.spend_cells"
HISTORY = ["purchase_days", "last_purchase_week", "observed_weeks"]
MINIMUM_BUYERS = 100
"""With fewer, the likelihood is too flat to say how rates and dropout are spread."""

DEFINITION = f"""What users buy in the {HOLDOUT_WEEKS} weeks after a history of purchases, fitted on what came before.

- *Clock*: weeks from day {LANDMARK_DAY} after signup, the landmark, to {HOLDOUT_WEEKS} weeks before the last observed day; a
  day with a paid order is a purchase, and users without one are on the clock, too.
- *BG/NBD* (Fader, Hardie & Lee 2005): purchases at a rate that is gamma-distributed over users, dropout after each at a
  chance that is beta-distributed; maximum likelihood on grouped histories.
- *Gamma-Gamma* (Fader & Hardie 2013): what a purchase is worth, the user's own mean drawn towards everybody's.
- *Interval*: the 95 % of the model's own distribution of one user's purchases, in whole numbers.

A prediction. How good it is stands in the report card."""


def find(aggregates: Aggregates, context: Context) -> AnalysisResult:
    cells = aggregates[CELLS].groupby(HISTORY, as_index=False)[["user_count"]].sum()
    buyers = int(cells.loc[cells["purchase_days"] > 0, "user_count"].sum())
    if buyers < MINIMUM_BUYERS:
        return nothing(
            f"Purchases to come cannot be predicted: fewer than {MINIMUM_BUYERS} users bought between their day "
            f"{LANDMARK_DAY} and {HOLDOUT_WEEKS} weeks before the last observed day."
        )
    try:
        model, spend = _fit(cells, aggregates[SPEND])
    except ValueError as error:
        return nothing(f"Purchases to come cannot be predicted: {error}")
    rows = _rows(cells, model, spend)
    expected = sum(row["user_count"] * row["expected_purchase_days"] for row in rows) / sum(row["user_count"] for row in rows)
    sentence = (
        f"{count(model.customers)} users are expected to buy on {number(expected)} days each in {HOLDOUT_WEEKS} weeks: they "
        f"buy {number(52 * model.r / model.alpha)} times a year while they stay, leave after a purchase with a chance of "
        f"{percent(model.a / (model.a + model.b))}, and spend {count(spend.mean_amount)} {context.currency} each time."
    )
    return AnalysisResult(Kind.PREDICTION, sentence, rows, _chart(rows))


def _fit(cells: pd.DataFrame, spend: pd.DataFrame) -> tuple[BgNbd, GammaGamma]:
    from ecom_platform.stats.lifetime_value import PurchaseCounts, SpendCounts, fit_bg_nbd, fit_gamma_gamma

    model = fit_bg_nbd(PurchaseCounts(*(cells[name].to_numpy() for name in (*HISTORY, "user_count"))))
    amounts = spend["amount_total"].to_numpy() / spend["buyer_count"].to_numpy()
    return model, fit_gamma_gamma(SpendCounts(spend["purchase_days"].to_numpy(), amounts, spend["buyer_count"].to_numpy()))


def _rows(cells: pd.DataFrame, model: BgNbd, spend: GammaGamma) -> list[dict[str, Any]]:
    import numpy as np

    history = [cells[name].to_numpy(dtype=np.float64) for name in HISTORY]
    chances = model.distribution_given(HOLDOUT_WEEKS, *history)
    purchases = np.arange(chances.shape[1])
    expected = chances @ purchases
    below = np.cumsum(chances, axis=1)
    low, high = (below <= 0.025).sum(axis=1), (below < 0.975).sum(axis=1)
    inside = (purchases >= low[:, None]) & (purchases <= high[:, None])
    x = history[0]
    found = cells.assign(
        alive=model.probability_alive(*history),
        expected_purchase_days=expected,
        variance=np.maximum(chances @ purchases**2 - expected**2, 0.0),
        low=low,
        high=high,
        interval_chance=np.minimum((chances * inside).sum(axis=1), 1.0),
        own_weight=spend.p * x / (spend.p * x + spend.q - 1),
        everyones_amount=spend.mean_amount,
    )
    return [{f"{name}": value for name, value in row.items()} for row in found.to_dict("records")]


def _chart(rows: list[dict[str, Any]]) -> Any:
    """The chance to be there still, by purchases and weeks since the last, of those who have been on the clock longest."""
    import altair as alt
    import pandas as pd

    longest = max(row["observed_weeks"] for row in rows)
    shown = pd.DataFrame(
        [
            {
                "purchases": row["purchase_days"],
                "weeks since the last": row["observed_weeks"] - row["last_purchase_week"],
                "alive": row["alive"],
                "users": row["user_count"],
            }
            for row in rows
            if row["observed_weeks"] > longest - HOLDOUT_WEEKS and 0 < row["purchase_days"] <= 12
        ]
    )
    if shown.empty:
        return None
    shown["weeks since the last"] = shown["weeks since the last"] // 4 * 4
    grouped = shown.assign(total=shown["alive"] * shown["users"]).groupby(
        ["purchases", "weeks since the last"], as_index=False
    )
    mean = grouped[["total", "users"]].sum()
    mean["alive"] = mean["total"] / mean["users"]
    return (
        alt.Chart(mean[["purchases", "weeks since the last", "alive"]], width=WIDTH, height=240)
        .mark_rect()
        .encode(
            x=alt.X("weeks since the last:O", title="Weeks since the last purchase (by four)"),
            y=alt.Y("purchases:O", title="Purchases so far", sort="descending"),
            color=alt.Color("alive:Q", title="Chance", scale=alt.Scale(scheme="cividis"), legend=alt.Legend(format="%")),
        )
        .properties(title="Chance that a user is still a customer, by BG/NBD")
    )


ANALYSIS = Analysis(
    table=PURCHASE_PREDICTIONS,
    title="Purchases to come, by BG/NBD and Gamma-Gamma",
    reads=(CELLS, SPEND),
    definition=DEFINITION,
    find=find,
)
