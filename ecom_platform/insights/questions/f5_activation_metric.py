"""F5: the activation metric that best predicts who comes back, beside the one that acts, and why they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import MINIMUM_USERS, RETURN_WINDOW, numbers
from ecom_platform.insights.effect import SCORE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.synthesis import is_claimed, quoted
from ecom_platform.insights.wording import number_range
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.answers import ANSWERS_TO

if TYPE_CHECKING:
    from ecom_platform.insights.candidates import Candidates, Definition
    from ecom_platform.stats.estimates import Estimate

DAYS_MET, EVENTS = "insights.definition_days", str(ANSWERS_TO["1.1"])

POPULATION = "mature users of the later cohorts with an event log, whom no onboarding nudge was shown"
ESTIMAND = "area under the ROC curve of having met the definition, for returning"
METHOD = "yes or no of the definition as a score; DeLong's interval on later cohorts"

DEFINITION = f"""Two winners, because the question has two meanings.

- **Predictor**: of all candidates of 1.1 (counts of sessions and events by the end of a window), the one whose yes or no best
  tells who returns on {RETURN_WINDOW}: the largest area under the ROC curve in earlier cohorts, measured in later ones.
- **Lever**: the definition at whose window's end later buying has a cliff, as 1.1 found and confirmed it; with its area.
- **Adopted**: {ACTIVATION.rule}; with its area.

A predictor is good because it marks keen users, who do more of everything and come back anyway; a lever because meeting it
changes what they do. Steer by the lever, forecast by the predictor."""


class ScoredMetric(NamedTuple):
    """A definition with its window, and how well its yes or no tells who returns in the later cohorts."""

    definition: Definition
    end: int
    area: Estimate

    @property
    def words(self) -> str:
        return f"{self.definition.words} in the first {self.end} days"


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.insights.candidates import adopted_definition, candidates

    earlier, later = candidates(aggregates[DAYS_MET])
    (lever,) = quoted(aggregates[EVENTS], "1.1", ("lever",))
    best = earlier.best(earlier.areas()) if min(earlier.users, later.users) >= MINIMUM_USERS else None
    predictor = None if best is None else _metric(later, earlier.definitions[best[0]], best[1])
    if predictor is None:
        return [_declined("predictor"), lever, _declined("adopted")]
    adopted = _metric(later, adopted_definition(), ACTIVATION.window_days)
    acting = _lever(aggregates, later) if is_claimed(lever, Kind.CAUSAL) else None
    effects = [
        _effect(
            "predictor",
            predictor,
            later,
            f"The metric that best predicts who returns on {RETURN_WINDOW} is {predictor.words}: "
            f"AUC {number_range(predictor.area)} on later cohorts.",
        ),
        lever,
    ]
    if acting is not None:
        effects.append(
            _effect(
                "lever_as_predictor",
                acting,
                later,
                f"As a predictor the lever, {acting.words}, has an AUC of {number_range(acting.area)}: "
                f"{_why(predictor, acting)}.",
            )
        )
    if adopted is None:
        return [*effects, _declined("adopted")]
    said = f"The adopted activation, {adopted.words}, predicts who returns with an AUC of {number_range(adopted.area)}."
    return [*effects, _effect("adopted", adopted, later, said)]


def _why(predictor: ScoredMetric, lever: ScoredMetric) -> str:
    if (predictor.definition, predictor.end) == (lever.definition, lever.end):
        return "here the metric that acts also predicts best"
    return (
        f"{predictor.words} predicts better because it marks keener users, who come back anyway, while the lever stands where "
        "later buying drops"
    )


def _lever(aggregates: Aggregates, later: Candidates) -> ScoredMetric | None:
    from ecom_platform.insights.candidates import candidates
    from ecom_platform.insights.cliffs import search

    found = search(*candidates(aggregates[DAYS_MET]))
    return None if found is None else _metric(later, found.named.definition, found.named.end)


def _metric(later: Candidates, definition: Definition, end: int) -> ScoredMetric | None:
    """None where the definition sorts too few users, or too few of them returned."""
    from ecom_platform.stats.prediction import auc

    position = later.position(definition)
    if position is None:
        return None
    (returned, n), (all_returned, users) = later.returns(position, end)
    events, sizes = (all_returned - returned, returned), (users - n, n)
    if min(*events, *(size - event for size, event in zip(sizes, events, strict=True))) < MINIMUM_USERS:
        return None
    return ScoredMetric(definition, end, auc((0, 1), events, sizes))


def _effect(name: str, metric: ScoredMetric, later: Candidates, sentence: str) -> Effect:
    return Effect(
        effect=name,
        kind=Kind.PREDICTION,
        estimand=ESTIMAND,
        population=POPULATION,
        unit="user",
        scale=SCORE,
        window=f"[0, {metric.end}) predicts, [30, 90) is predicted",
        method=METHOD,
        sentence=sentence,
        n=later.users,
        **numbers(metric.area),
        null_value=0.5,
        caveats="To bring users to what predicts a return need not make them return.",
    )


def _declined(name: str) -> Effect:
    return declined(
        name,
        f"How well it predicts who returns cannot be told: two cohorts are needed, observed to day 359 and with an event log, "
        f"and at least {MINIMUM_USERS} users on each side who returned, and who did not.",
        estimand=ESTIMAND,
        population=POPULATION,
        window="[30, 90) is predicted",
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """How well the metrics tell who returns."""
    from ecom_platform.insights.charts import intervals

    labels = {"predictor": "Best predictor", "lever_as_predictor": "Lever", "adopted": "Adopted activation"}
    shown = [each for each in effects if each.effect in labels]
    return intervals(
        shown,
        [labels[each.effect] for each in shown],
        title=f"How well activation metrics tell who returns on {RETURN_WINDOW}, with 95 % intervals",
        axis="Area under the ROC curve",
        null=0.5,
        form=".2f",
    )


INQUIRY = Inquiry(number="F5", reads=(DAYS_MET, EVENTS), definition=DEFINITION, answer=answer, chart=chart)
