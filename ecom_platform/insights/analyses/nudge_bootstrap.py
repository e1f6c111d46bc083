"""The onboarding nudge as an A/B test: its effect on later orders and revenue of everybody who was drawn, by bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.analysis import Analysis, AnalysisResult, nothing
from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite
from ecom_platform.insights.charts import BLUE
from ecom_platform.insights.claims import Span, claim
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.experiments import MISMATCH, NUDGE, PLANNED_SHARES
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.insights.wording import count, money_range, number_range, percent
from ecom_platform.tables.analysis.experiment_values import OUTCOMES
from ecom_platform.tables.analysis.nudge_bootstrap import NUDGE_BOOTSTRAP

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Floats, Sample

CELLS = "analysis.experiment_values"
SEED = 20_241
RESAMPLES = 2_000

DEFINITION = f"""What the onboarding nudge does to the paid orders and revenue of {LATER_WINDOW}: all mature users of the
treatment against all of the control, whether activated or not (intention to treat).

- *Bootstrap*: every user occurs Poisson(1) times in a resample, so a group of equal values is resampled as a whole;
  {RESAMPLES:,} resamples, seeded, percentile interval. It assumes no shape of the distribution: revenue is skewed.
- *Welch's interval* stands beside it: where the two agree, either may be quoted.
- *Sample ratio*: nothing is read off arms whose sizes half and half would hardly give (p < {MISMATCH}).

Causal: the arms were drawn at random. It is the effect of *being nudged*, which is smaller than that of being activated."""


class Arms(NamedTuple):
    """One outcome of both arms, in groups of equal values."""

    treatment: pd.DataFrame
    control: pd.DataFrame

    def sizes(self) -> tuple[int, int]:
        return int(self.treatment["user_count"].sum()), int(self.control["user_count"].sum())


def find(aggregates: Aggregates, context: Context) -> AnalysisResult:
    from ecom_platform.stats.experiments import sample_ratio

    cells = aggregates[CELLS]
    cells = cells[cells["experiment"] == NUDGE]
    found = {
        outcome: Arms(*(own[own["arm"] == arm] for arm in ("treatment", "control")))
        for outcome in OUTCOMES
        for own in [cells[cells["outcome"] == outcome]]
    }
    sizes = found["orders"].sizes()
    if min(sizes) < MINIMUM_USERS:
        return nothing(
            "The nudge cannot be tested: there is no such experiment, or of one of its arms fewer than "
            f"{MINIMUM_USERS} users have been observed for 360 days."
        )
    ratio = sample_ratio(sizes, PLANNED_SHARES)
    if ratio.p_value < MISMATCH:
        return nothing(
            f"The nudge is not tested: arms of {count(sizes[0])} and {count(sizes[1])} mature users were hardly drawn half "
            f"and half (p = {ratio.p_value:.1g}), so a difference between them may have another cause."
        )
    drawn = {outcome: _resampled(arms, outcome) for outcome, arms in found.items()}
    rows = [_row(outcome, found[outcome], drawn[outcome], ratio.p_value) for outcome in OUTCOMES]
    return AnalysisResult(Kind.CAUSAL, _sentence(rows, context.currency), rows, _chart(drawn, context.currency))


def _resampled(arms: Arms, outcome: str) -> tuple[Floats, Floats]:
    """The means of both arms in every resample."""
    from ecom_platform.stats.resampling import poisson_replicates

    first = 2 * OUTCOMES.index(outcome)
    treatment, control = (
        poisson_replicates(
            _means(cells)[:, None], cells["user_count"].to_numpy(), seed=SEED, part=first + part, resamples=RESAMPLES
        ).means
        for part, cells in enumerate(arms)
    )
    return treatment[:, 0], control[:, 0]


def _row(outcome: str, arms: Arms, drawn: tuple[Floats, Floats], sample_ratio_p_value: float) -> dict[str, Any]:
    import numpy as np

    from ecom_platform.stats.means import welch
    from ecom_platform.stats.resampling import percentile_interval

    test = welch(*(_sample(cells) for cells in arms))
    treatment, control = drawn
    difference = percentile_interval(test.estimate, treatment - control)
    lift = None
    if test.control_mean > 0:
        ratios = treatment / np.where(control > 0, control, np.nan) - 1
        lift = percentile_interval(test.estimate / test.control_mean, ratios)
    sizes = arms.sizes()
    return {
        "outcome": outcome,
        "treatment_user_count": sizes[0],
        "control_user_count": sizes[1],
        "treatment_mean": test.treatment_mean,
        "control_mean": test.control_mean,
        "difference": test.estimate,
        "ci_low": difference.ci_low,
        "ci_high": difference.ci_high,
        "lift": lift and finite(lift.estimate),
        "lift_ci_low": lift and finite(lift.ci_low),
        "lift_ci_high": lift and finite(lift.ci_high),
        "positive_share": float((treatment > control).mean()),
        "welch_ci_low": test.ci_low,
        "welch_ci_high": test.ci_high,
        "sample_ratio_p_value": sample_ratio_p_value,
        "resample_count": RESAMPLES,
        "seed": SEED,
    }


def _means(cells: pd.DataFrame) -> Floats:
    """The value of each group: its mean, as the warehouse gives sums."""
    import numpy as np

    return np.asarray(cells["value_total"] / cells["user_count"], dtype=np.float64)


def _sample(cells: pd.DataFrame) -> Sample:
    from ecom_platform.stats.aggregates import Sample

    n, values = cells["user_count"].to_numpy(), _means(cells)
    mean = float(cells["value_total"].sum() / n.sum())
    return Sample(int(n.sum()), mean, float(n @ (values - mean) ** 2))


def _sentence(rows: Sequence[dict[str, Any]], currency: str) -> str:
    orders, revenue = (Span(row["difference"], row["ci_low"], row["ci_high"]) for row in rows)
    users = rows[0]["treatment_user_count"] + rows[0]["control_user_count"]
    statement = claim("The onboarding nudge", f"the paid orders of {LATER_WINDOW}", orders, number_range)
    shown = money_range(revenue, currency)
    return (
        f"{statement} a user; on revenue its effect is {shown} (n = {count(users)}, of whom "
        f"{percent(rows[0]['treatment_user_count'] / users)} in the treatment)."
    )


def _chart(drawn: dict[str, tuple[Floats, Floats]], currency: str) -> Any:
    """How the difference of means is distributed over the resamples; a rule stands at no difference."""
    import altair as alt
    import numpy as np
    import pandas as pd

    panels = []
    for outcome, (treatment, control) in drawn.items():
        counts, edges = np.histogram(treatment - control, bins=40)
        rows = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "resamples": counts})
        unit = "orders a user" if outcome == "orders" else f"{currency} a user"
        bars = (
            alt.Chart(rows, width=270, height=200)
            .mark_bar(color=BLUE)
            .encode(
                x=alt.X("low:Q", title=f"Treatment less control, {unit}", bin="binned"),
                x2="high:Q",
                y=alt.Y("resamples:Q", title="Resamples"),
            )
        )
        none = alt.Chart(pd.DataFrame({"none": [0]})).mark_rule(color="#666666", strokeDash=[4, 3]).encode(x="none:Q")
        panels.append((bars + none).properties(title=f"Later {outcome}"))
    return alt.hconcat(*panels).properties(title=f"Difference between the nudge's arms in {RESAMPLES:,} resamples")


ANALYSIS = Analysis(
    table=NUDGE_BOOTSTRAP,
    title="The onboarding nudge, tested by bootstrap",
    reads=(CELLS,),
    definition=DEFINITION,
    find=find,
)
