"""3.3: how well early behaviour predicts who comes back, judged on cohorts that the prediction has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import MINIMUM_USERS, RETURN_WINDOW, earlier_months, numbers, total
from ecom_platform.insights.effect import SCORE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, listed, number_range, percent
from ecom_platform.tables.insights.return_cells import BEHAVIOUR, WINDOWS

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.insights.wording import Interval
    from ecom_platform.stats.aggregates import Floats

CELLS = "insights.return_cells"

PARTS = 10

POPULATION = "users of the later cohorts with an event log, observed to day 89"
METHOD = (
    "logistic regression on the counts of sessions, carts, checkouts and purchases of earlier cohorts, applied to later ones"
)
COUNTS = listed(*(f"{name.removesuffix('_count')}s (at most {most})" for name, most in BEHAVIOUR.items()))
NAMES = ("auc", "calibration_slope", "calibration_intercept", "top_tenth_lift")

DEFINITION = f"""*Returned*: an event or an order (paid or failed) on {RETURN_WINDOW}. It is predicted twice, after
{WINDOWS[0]} and after {WINDOWS[1]} days, from counts of {COUNTS}.
A logistic regression is fitted to the earlier cohorts, which have about two thirds of the users, and judged on the later ones:

- `auc`: share of pairs, of one who returned and one who did not, in which the former has the higher score (0.5: a coin).
- `calibration_slope`: 1 if the scores are as far apart as they should be, below 1 if they are too extreme.
- `calibration_intercept`: log odds by which events are more (above 0) or less frequent than predicted; a season does that.
- `top_tenth_lift`: how often the tenth with the highest scores returns, relative to everybody.

A prediction: it says whom to expect, not what would bring them back."""


class Forecast(NamedTuple):
    """Scores of the later cohorts' cells, and what came."""

    scores: Floats
    returned: Floats
    n: Floats


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    effects = []
    for window in WINDOWS:
        found = _forecast(aggregates[CELLS], window)
        effects += _declined(window, found) if isinstance(found, str) else _judged(window, found)
    return effects


def _forecast(cells: pd.DataFrame, window: int) -> Forecast | str:
    """Predictions of the window for later cohorts, or the reason why there are none, as the end of a sentence."""
    import numpy as np
    from scipy.special import expit

    from ecom_platform.stats.logistic import fit_logistic

    own = cells[cells["window_days"] == window]
    earlier = own["signup_month"].isin(earlier_months(own, "return_known_user_count"))
    sides = [part.groupby(list(BEHAVIOUR), as_index=False).sum(numeric_only=True) for part in (own[earlier], own[~earlier])]
    users = [(total(side, "return_known_user_count"), total(side, "returned_user_count")) for side in sides]
    if min(min(returned, n - returned) for n, returned in users) < MINIMUM_USERS:
        return (
            f"two cohorts are needed, the earlier and the later each with at least {MINIMUM_USERS} users who returned and as "
            f"many who did not, on {RETURN_WINDOW} observed whole, and an event log"
        )
    varying = [name for name in BEHAVIOUR if sides[0][name].nunique() > 1]
    designs = [
        np.column_stack([np.ones(len(side)), *(side[name].to_numpy(dtype=np.float64) for name in varying)]) for side in sides
    ]
    counts = [
        [side[name].to_numpy(dtype=np.float64) for name in ("returned_user_count", "return_known_user_count")]
        for side in sides
    ]
    try:
        fit = fit_logistic(designs[0], *counts[0])
    except ValueError:
        return "the earlier cohorts are too few, or too much alike, for a regression"
    scores = expit(designs[1] @ fit.coefficients)
    if len(set(scores)) < 2:
        return "the later cohorts behaved all alike"
    return Forecast(scores, *counts[1])


def _judged(window: int, found: Forecast) -> list[Effect]:
    from ecom_platform.stats.prediction import auc, calibration, lift
    from ecom_platform.stats.proportions import wilson

    area, calibrated = auc(*found), calibration(*found)
    overall = float(found.returned.sum() / found.n.sum())
    top = lift(*found, parts=PARTS)[0]
    of_top = wilson(round(top.n * top.mean), round(top.n))
    lifted = of_top._replace(**{end: getattr(of_top, end) / overall for end in ("estimate", "ci_low", "ci_high")})
    after = f"From the first {window} days"
    results = [
        (area, 0.5, f"{after}, who returns on {RETURN_WINDOW} is predicted with an AUC of {number_range(area)}."),
        (calibrated.slope, 1.0, f"{after}, the calibration slope on later cohorts is {number_range(calibrated.slope)}."),
        (
            calibrated.intercept,
            0.0,
            f"{after}, the log odds of returning on later cohorts are off by {number_range(calibrated.intercept)}.",
        ),
        (
            lifted,
            1.0,
            f"{after}, the tenth with the highest scores returns {number_range(lifted)} times as often as everybody "
            f"({percent(overall)} of {count(found.n.sum())} users).",
        ),
    ]
    return [_effect(name, window, *each, n=int(found.n.sum())) for name, each in zip(NAMES, results, strict=True)]


def _effect(name: str, window: int, found: Interval, null: float, sentence: str, n: int) -> Effect:
    return Effect(
        effect=f"{name}_from_{window}_days",
        kind=Kind.PREDICTION,
        estimand=f"{name.replace('_', ' ')} of the predicted return",
        population=POPULATION,
        unit="user",
        scale=SCORE,
        window=f"[0, {window}) predicts, [30, 90) is predicted",
        method=METHOD,
        sentence=sentence,
        n=n,
        **numbers(found),
        null_value=null,
        assumptions="Later cohorts go on as the earlier ones did.",
        caveats="Behaviour that predicts a return need not be what brings it about.",
    )


def _declined(window: int, reason: str) -> list[Effect]:
    return [
        declined(
            f"{name}_from_{window}_days",
            f"Whether the first {window} days predict who returns cannot be told: {reason}.",
            estimand=f"{name.replace('_', ' ')} of the predicted return",
            population=POPULATION,
            window=f"[0, {window}) predicts, [30, 90) is predicted",
        )
        for name in NAMES
    ]


def chart(aggregates: Aggregates, _: Sequence[Effect]) -> Any:
    """How often users returned by predicted probability, and by tenth of the scores."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import BLUE, ORANGE
    from ecom_platform.stats.prediction import calibration, lift

    bins: list[dict[str, Any]] = []
    tenths: list[dict[str, Any]] = []
    for window in WINDOWS:
        found = _forecast(aggregates[CELLS], window)
        if isinstance(found, str):
            continue
        label = f"First {window} days"
        bins += [
            {
                "window": label,
                "score": each.score,
                "share": each.share.estimate,
                "low": each.share.ci_low,
                "high": each.share.ci_high,
            }
            for each in calibration(*found, bins=PARTS).bins
        ]
        tenths += [{"window": label, "tenth": i + 1, "lift": each.lift} for i, each in enumerate(lift(*found, parts=PARTS))]
    if not bins:
        return None
    labels = [f"First {window} days" for window in WINDOWS]
    colour = alt.Color("window:N", title="Predicted from", scale=alt.Scale(domain=labels, range=[BLUE, ORANGE]))
    base = alt.Chart(pd.DataFrame(bins), width=300, height=260).encode(
        x=alt.X("score:Q", title="Predicted probability of returning", axis=alt.Axis(format="%")), color=colour
    )
    highest = max(each[name] for each in bins for name in ("score", "high"))
    diagonal = alt.Chart(pd.DataFrame({"score": [0, highest], "share": [0, highest]})).mark_line(
        color="#666666", strokeDash=[4, 3]
    )
    calibrated = alt.layer(
        diagonal.encode(x="score:Q", y="share:Q"),
        base.mark_rule().encode(y=alt.Y("low:Q", title="Users who returned", axis=alt.Axis(format="%")), y2="high:Q"),
        base.mark_point(filled=True, opacity=1).encode(y="share:Q"),
    )
    ranked = (
        alt.Chart(pd.DataFrame(tenths), width=280, height=260)
        .mark_line(point=True)
        .encode(
            x=alt.X("tenth:O", title="Tenth of users, highest scores first", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("lift:Q", title="Share who returned, relative to all"),
            color=colour,
        )
    )
    return alt.hconcat(calibrated, ranked).properties(
        title=f"Users of later cohorts who returned on {RETURN_WINDOW}, by predicted probability and by rank"
    )


INQUIRY = Inquiry(number="3.3", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
