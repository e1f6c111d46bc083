"""2.3: activation by device, region, channel and subscription, crude and with the other attributes held fixed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import MINIMUM_USERS, numbers, share, total
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, listed, percent, points_apart
from ecom_platform.tables.activation import ACTIVATION

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.stratified import MantelHaenszel

CELLS = "insights.activation_by_segment"

FIXED_AT_SIGNUP = ("device", "region", "marketing_source")
DIMENSIONS = {"device": "device", "region": "region", "marketing_source": "channel", "subscription_type": "subscription"}
"""The attributes, and what they are called."""

UNKNOWN = "unknown"

DEFINITION = f"""Share of users with {ACTIVATION.rule}, among users whose activation is known, one attribute value against all
other known values of that attribute.

- *Crude*: the difference of the two shares (`naive_estimate`).
- *Standardised*: the share that the value would have, and the others would have, with the composition of all users over the
  other attributes (direct standardisation).
- *Estimate*: the Mantel-Haenszel difference within strata of signup month and the other attributes that were fixed at signup,
  with Sato's variance. The Cochran-Mantel-Haenszel p-values of all values are adjusted together (Benjamini-Hochberg).

A description: attributes are not assigned by anybody. Subscription is that of the last observed day, later than activation."""


class Comparison(NamedTuple):
    """One value of an attribute against the others."""

    dimension: str
    value: str
    crude: float
    own: Sample
    strata: MantelHaenszel
    standardised: tuple[float, float] | None
    """The shares of the value and of the others at the composition of all; None where no stratum has both."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    cells = aggregates[CELLS]
    compared = [found for dimension in DIMENSIONS for found in _compare(cells, dimension)]
    adjusted = false_discovery_adjusted([each.strata.p_value for each in compared])
    effects = [_effect(each, float(p)) for each, p in zip(compared, adjusted, strict=True)]
    missing = [dimension for dimension in DIMENSIONS if dimension not in {each.dimension for each in compared}]
    return [*effects, *(_declined(dimension) for dimension in missing)]


def _compare(cells: pd.DataFrame, dimension: str) -> list[Comparison]:
    from ecom_platform.stats.stratified import mantel_haenszel

    known = cells[cells[dimension] != UNKNOWN]
    found = []
    for value in sorted(known[dimension].unique()):
        here, others = known[known[dimension] == value], known[known[dimension] != value]
        own, rest = (share(side, "activated_user_count", "user_count") for side in (here, others))
        if min(own.n, rest.n) < MINIMUM_USERS:
            continue
        try:
            strata = mantel_haenszel(_strata(here, others, dimension))
        except ValueError:
            continue
        found.append(Comparison(dimension, value, own.mean - rest.mean, own, strata, _standardised(here, others, dimension)))
    return found


def _held_fixed(dimension: str) -> list[str]:
    return [each for each in FIXED_AT_SIGNUP if each != dimension]


def _strata(here: pd.DataFrame, others: pd.DataFrame, dimension: str) -> list[Any]:
    from ecom_platform.stats.stratified import Stratum

    keys = ["signup_month", *_held_fixed(dimension)]
    columns = ["activated_user_count", "user_count"]
    both = here.groupby(keys)[columns].sum().join(others.groupby(keys)[columns].sum(), rsuffix="_others", how="inner")
    return [Stratum(*(int(number) for number in row)) for row in both.itertuples(index=False)]


def _standardised(here: pd.DataFrame, others: pd.DataFrame, dimension: str) -> tuple[float, float] | None:
    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.stratified import standardised_difference

    keys, columns = _held_fixed(dimension), ["activated_user_count", "user_count"]
    sides = [side.groupby(keys)[columns].sum() for side in (here, others)]
    strata = sides[0].index.union(sides[1].index)
    events, users = ([side.reindex(strata, fill_value=0)[column] for side in sides] for column in columns)
    own, rest = ([Sample.of_events(int(a), int(n)) for a, n in zip(events[i], users[i], strict=True)] for i in (0, 1))
    try:
        found = standardised_difference(own, rest, (users[0] + users[1]).to_numpy(dtype=float))
    except ValueError:
        return None
    return found.treatment_mean, found.control_mean


def _effect(found: Comparison, p_adjusted: float) -> Effect:
    called = DIMENSIONS[found.dimension]
    crude = f"{percent(found.own.mean, 1)} of the {count(found.own.n)} users with {called} {found.value} are activated"
    standardised = f" ({percent(found.standardised[0], 1)} standardised)" if found.standardised else ""
    alike = listed("signup month", *(DIMENSIONS[each] for each in _held_fixed(found.dimension)))
    difference = found.strata.risk_difference
    return Effect(
        effect=f"{found.dimension}_{found.value.lower().replace(' ', '_')}",
        kind=Kind.DESCRIPTION,
        estimand="difference of activated shares, this value less all others, within strata",
        population=f"users whose activation and {called} are known",
        unit="user",
        scale=SHARE,
        window=f"[0, {ACTIVATION.window_days})",
        method="Mantel-Haenszel risk difference (Sato's variance)",
        sentence=f"{crude}{standardised}, which is {points_apart(difference)} than of the other users alike in {alike}.",
        n=found.strata.n,
        **numbers(difference),
        null_value=0.0,
        p_adjusted=p_adjusted if p_adjusted == p_adjusted else None,
        naive_estimate=found.crude,
        caveats=_caveats(found),
    )


def _caveats(found: Comparison) -> str:
    said = ["Attributes are not assigned: what else differs between such users is not held fixed."]
    if found.dimension not in FIXED_AT_SIGNUP:
        said.append("Subscription is that of the last observed day, later than activation, and may follow from it.")
    if found.strata.homogeneity_p < 0.01:
        said.append("The difference is not the same in all strata: read it as an average.")
    return " ".join(said)


def _declined(dimension: str) -> Effect:
    called = DIMENSIONS[dimension]
    return declined(
        dimension,
        f"Activation cannot be compared by {called}: there are no two groups of at least {MINIMUM_USERS} users "
        f"whose {called} and activation are known.",
        estimand="difference of activated shares",
        population="users whose activation is known",
        window=f"[0, {ACTIVATION.window_days})",
    )


def chart(aggregates: Aggregates, _: Sequence[Effect]) -> Any:
    """Activated share of every value of every attribute, crude, with Wilson intervals."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import BLUE
    from ecom_platform.stats.proportions import wilson

    cells = aggregates[CELLS]
    rows = []
    for dimension, called in DIMENSIONS.items():
        for value, group in cells[cells[dimension] != UNKNOWN].groupby(dimension):
            found = wilson(total(group, "activated_user_count"), total(group, "user_count"))
            rows.append(
                {"attribute": called, "value": value, "share": found.estimate, "low": found.ci_low, "high": found.ci_high}
            )
    if not rows:
        return None
    base = alt.Chart(pd.DataFrame(rows), width=480, height={"step": 22}).encode(y=alt.Y("value:N", title=None))
    axis = alt.X("low:Q", title="Activated users", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False))
    spans = base.mark_rule(color=BLUE, strokeWidth=2).encode(x=axis, x2="high:Q")
    points = base.mark_point(color=BLUE, filled=True, size=60, opacity=1).encode(x="share:Q")
    return (
        alt.layer(spans, points)
        .facet(row=alt.Row("attribute:N", title=None))
        .resolve_scale(y="independent")
        .properties(title="Activated share by attribute, with 95 % intervals")
    )


INQUIRY = Inquiry(number="2.3", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
