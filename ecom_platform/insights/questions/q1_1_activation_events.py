"""1.1: which early events, how many and by when: the definition of activation that acts, beside the one that predicts best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, numbers
from ecom_platform.insights.claims import Span
from ecom_platform.insights.effect import ORDERS, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, number, number_apart, number_range
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.definition_days import DAYS, MOST

if TYPE_CHECKING:
    from ecom_platform.insights.candidates import Candidates, Definition
    from ecom_platform.insights.cliffs import Cliff, Search
    from ecom_platform.insights.wording import Interval

DAYS_MET = "insights.definition_days"

WINDOW = f"met in [0, {DAYS}), measured in [30, 360)"
POPULATION = "mature users with an event log, whom no onboarding nudge was shown"
ESTIMAND = "effect on later paid orders of meeting the definition just in time rather than just too late"
METHOD = (
    "step of later orders by the day on which the definition was met, beyond a local linear trend for each condition that was "
    "met last (robust errors, Lee & Card)"
)
ASSUMPTIONS = "Users who meet the definition on the last days in time and on the first days too late differ by a trend alone."

DEFINITION = f"""Candidates are all definitions of the form *at least so many sessions, events of one type (views, carts
or checkouts), or both, in the first d days*, with counts up to {MOST}; those that nearly everybody or nobody meets, and
those with a condition that hardly anybody fails, are left out. Users whom the nudge was shown are, too: it puts carts where
there would have been none.

- **Predictor**: the candidate whose users differ most in later orders (correlation), chosen on the earlier cohorts and judged
  on the later ones. Keen users do more of everything, so this need not be what acts.
- **Lever**: the candidate with a *cliff* at its window's end: the orders of {LATER_WINDOW}, by the day on which it was met,
  drop there beyond the trend of four days on each side. Found in the earlier cohorts, which have about two thirds of the
  users, with the false discovery rate over all candidates and windows held at 5 % (Benjamini-Yekutieli), then confirmed by
  one test on the later cohorts; named by the clearest cliff in all cohorts. Its size is read from the later ones.
- **Screens**: channel and device must not jump on that day (p < 0.001 withdraws the claim), nor may later orders drop on
  another day of the same definition.
- **Adopted**: {ACTIVATION.rule}. It is compared with what the data would adopt.

Where nothing stands out, the answer says so, and how large a cliff would have."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.insights.candidates import candidates, together
    from ecom_platform.insights.cliffs import search

    cells = aggregates[DAYS_MET]
    earlier, later = candidates(cells)
    found = search(earlier, later) if min(earlier.users, later.users) >= MINIMUM_USERS else None
    if found is None:
        reason = (
            f"Which events make up activation cannot be told: two cohorts with at least {MINIMUM_USERS} users each, observed "
            "to day 359 and with an event log, are needed, and days enough on which a definition was met."
        )
        return [_declined(name, reason) for name in ("lever", "adopted", "predictor")]
    everyone = together(earlier, later)
    return [
        _lever(found, later),
        _adopted(found, everyone),
        _predictor(earlier, later),
        _found(found),
        *(_leader(place, each) for place, each in enumerate(found.leaders, start=1)),
        _screen("balance", found, found.balance, "a jump in channel or device on the day of the cliff"),
        _screen("elsewhere", found, found.elsewhere, "a drop of later orders at another day of the same definition"),
    ]


def _in_time(definition: Definition, end: int) -> str:
    return f"{definition.words} in the first {end} days"


def _drop(cliff: Interval) -> Span:
    """What is gained in time: the drop, as a positive number."""
    return Span(-cliff.estimate, -cliff.ci_high, -cliff.ci_low)


def _lever(found: Search, later: Candidates) -> Effect:
    if found.refusal or found.named_later is None:
        return _declined(
            "lever",
            f"Which early behaviour acts on later buying cannot be told: {found.refusal or 'the later cohorts are too few'}. "
            f"With {count(sum(found.users))} users, a cliff of {number(_detectable(found))} orders would be found in four of "
            "five cases.",
        )
    named, cliff = found.named, _drop(found.named_later)
    position = later.position(named.definition)
    assert position is not None
    own, others = later.sides(position, named.end)
    return Effect(
        effect="lever",
        kind=Kind.CAUSAL,
        estimand=ESTIMAND,
        population=f"{POPULATION}, of the later cohorts, who met it about day {named.end}",
        unit="user",
        scale=ORDERS,
        window=WINDOW,
        method=METHOD,
        sentence=(
            f"Having {_in_time(named.definition, named.end)}, rather than just too late, raises the paid orders of "
            f"{LATER_WINDOW} by {number_range(cliff)}: of {count(found.tested)} candidates it has the clearest cliff, found in"
            " the earlier cohorts and confirmed in the later ones."
        ),
        n=found.named_later.n,
        **numbers(cliff),
        null_value=0.0,
        p_adjusted=finite(found.p_adjusted),
        naive_estimate=finite(own.mean - others.mean),
        assumptions=ASSUMPTIONS,
        caveats="The effect on users who meet it about then; definitions that nearly the same users meet look alike.",
    )


def _detectable(found: Search) -> float:
    """The cliff that 80 of 100 searches like this one would find, at the clearest candidate's precision."""
    from ecom_platform.insights.cliffs import DISCOVERY
    from ecom_platform.stats.estimates import critical_value

    jump = found.found.jump
    error = abs(jump.estimate / jump.z)
    harmonic = math.log(found.tested) + 1
    return error * (critical_value(1 - DISCOVERY / found.tested / harmonic) + critical_value(0.6))


def _adopted(found: Search, everyone: Candidates) -> Effect:
    from ecom_platform.insights.candidates import adopted_definition
    from ecom_platform.insights.cliffs import jump_of

    definition, end = adopted_definition(), ACTIVATION.window_days
    position = everyone.position(definition)
    cliff = None if position is None else jump_of(everyone, position, end)
    rule = f"The adopted activation, {_in_time(definition, end)},"
    if cliff is None:
        return _declined("adopted", f"{rule} cannot be tested: too few users met it about its window's end.")
    same = found.named.definition == definition and found.named.end == end
    if found.refusal:
        verdict = "can be neither borne out nor refuted"
    elif same:
        verdict = "is borne out: the data would adopt the same"
    else:
        verdict = f"is not what the data would adopt, which is {_in_time(found.named.definition, found.named.end)}"
    return Effect(
        effect="adopted",
        kind=Kind.CAUSAL if same and not found.refusal else Kind.ASSOCIATION,
        estimand="drop of later paid orders at the window's end of the adopted activation",
        population=f"{POPULATION}, who met it about day {end}",
        unit="user",
        scale=ORDERS,
        window=WINDOW,
        method=METHOD,
        sentence=(
            f"{rule} {verdict}; users who are just in time bring {number_apart(_drop(cliff), 'paid orders')} on "
            f"{LATER_WINDOW} than those just too late."
        ),
        n=cliff.n,
        **numbers(_drop(cliff)),
        null_value=0.0,
        p_adjusted=finite(cliff.p_value),
        assumptions=ASSUMPTIONS,
    )


def _predictor(earlier: Candidates, later: Candidates) -> Effect:
    from ecom_platform.stats.means import welch

    best = earlier.best(earlier.correlations())
    sides = later.sides(*best) if best else ()
    if best is None or min(side.n for side in sides) < MINIMUM_USERS:
        return _declined("predictor", "No candidate sorts users well enough for a prediction of their later orders.")
    difference = welch(*sides)
    correlation = float(later.correlations()[best])
    return Effect(
        effect="predictor",
        kind=Kind.ASSOCIATION,
        estimand="difference of later paid orders, users who met the best predictor less the others",
        population=f"{POPULATION}, of the later cohorts",
        unit="user",
        scale=ORDERS,
        window=f"met in [0, {best[1]}), measured in [30, 360)",
        method="highest correlation with later orders among the candidates of earlier cohorts; Welch on later ones",
        sentence=(
            f"The best predictor is {_in_time(earlier.definitions[best[0]], best[1])} (correlation {correlation:.2f}): its"
            f" users bring {number_apart(difference, 'paid orders')} on {LATER_WINDOW} than the others."
        ),
        n=difference.n,
        **numbers(difference),
        null_value=0.0,
        caveats="It marks keen users: to bring others to it need not make them buy.",
    )


def _found(found: Search) -> Effect:
    cliff = found.found
    return Effect(
        effect="found",
        kind=Kind.ASSOCIATION,
        estimand="largest drop of later paid orders at a window's end, in standard errors",
        population=f"{POPULATION}, of the earlier cohorts",
        unit="user",
        scale=ORDERS,
        window=WINDOW,
        method=f"{METHOD}; the clearest of {count(found.tested)}, p by Benjamini-Yekutieli",
        sentence=(
            f"In the earlier cohorts ({count(found.users[0])} users) the clearest of {count(found.tested)} cliffs is that of "
            f"{_in_time(cliff.definition, cliff.end)}: {number_apart(_drop(cliff.jump), 'paid orders')} just in time; "
            f"{_confirmed(found)}."
        ),
        n=cliff.jump.n,
        **numbers(_drop(cliff.jump)),
        null_value=0.0,
        p_adjusted=finite(found.p_adjusted),
        caveats="Chosen for its size, and so too large by chance: the later cohorts say how large it is.",
    )


def _confirmed(found: Search) -> str:
    if found.confirmation is None:
        return f"the later ones ({count(found.users[1])} users) have too few days to confirm it"
    return f"in the later ones ({count(found.users[1])} users) it is {number_apart(_drop(found.confirmation))}"


def _leader(place: int, cliff: Cliff) -> Effect:
    return Effect(
        effect=f"candidate_{place}",
        kind=Kind.ASSOCIATION,
        estimand="drop of later paid orders at the end of the candidate's window",
        population=f"{POPULATION}, who met it about day {cliff.end}",
        unit="user",
        scale=ORDERS,
        window=WINDOW,
        method=METHOD,
        sentence=(
            f"Candidate {place}: {_in_time(cliff.definition, cliff.end)}. Users who are just in time bring "
            f"{number_apart(_drop(cliff.jump), 'paid orders')} on {LATER_WINDOW} than those just too late, "
            f"{abs(cliff.jump.z):.1f} standard errors."
        ),
        n=cliff.jump.n,
        **numbers(_drop(cliff.jump)),
        null_value=0.0,
        caveats="The best window of the definition, in all cohorts; candidates that share users share cliffs.",
    )


def _screen(name: str, found: Search, p_value: float, what: str) -> Effect:
    from ecom_platform.insights.cliffs import SCREEN

    cliff = found.named
    said = "There is" if p_value < SCREEN else "There is no sign of"
    return Effect(
        effect=name,
        kind=Kind.DESCRIPTION,
        estimand=f"p-value of {what}",
        population=f"{POPULATION}, who met it about day {cliff.end}",
        unit="user",
        scale="score",
        window=WINDOW,
        method=f"{METHOD}; the smallest adjusted p",
        sentence=f"{said} {what} ({_in_time(cliff.definition, cliff.end)}; adjusted p {p_value:.2g}).",
        n=cliff.jump.n,
        estimate=finite(p_value),
        p_adjusted=finite(p_value),
        caveats=f"Below {SCREEN} the lever is withdrawn.",
    )


def _declined(name: str, reason: str) -> Effect:
    return declined(name, reason, estimand=ESTIMAND, population=POPULATION, window=WINDOW)


def chart(aggregates: Aggregates, _: Sequence[Effect]) -> Any:
    """Later orders by the day on which the clearest candidate was met, and the drop at each day that could end its window."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.candidates import LAST_CONDITIONS, candidates, together
    from ecom_platform.insights.charts import BLUE, ORANGE
    from ecom_platform.insights.cliffs import ENDS, LEAST_USERS, jump_of, search
    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.means import mean

    earlier, later = candidates(aggregates[DAYS_MET])
    found = search(earlier, later) if min(earlier.users, later.users) >= MINIMUM_USERS else None
    if found is None:
        return None
    everyone, named = together(earlier, later), found.named
    position = everyone.definitions.index(named.definition)
    days = []
    for series, last in enumerate(LAST_CONDITIONS):
        for day in range(DAYS):
            n, total, squares = (float(each[position, series, day]) for each in (everyone.n, *everyone.orders))
            if n >= LEAST_USERS:
                of_day = mean(Sample.from_sums(int(n), total, squares))
                days.append(
                    {"last": last, "day": day, "orders": of_day.estimate, "low": of_day.ci_low, "high": of_day.ci_high}
                )
    drops = [
        {"end": end, "drop": drop.estimate, "low": drop.ci_low, "high": drop.ci_high}
        for end in ENDS
        if (jump := jump_of(everyone, position, end)) is not None and (drop := _drop(jump))
    ]
    rule = alt.Chart(pd.DataFrame({"day": [named.end - 0.5]})).mark_rule(strokeDash=[4, 3], color="#666666").encode(x="day:Q")
    colour = alt.Color("last:N", title="Done last", scale=alt.Scale(domain=list(LAST_CONDITIONS), range=[BLUE, ORANGE]))
    of_days = alt.Chart(pd.DataFrame(days), width=320, height=260).encode(
        x=alt.X("day:Q", title=f"Day on which a user has {named.definition.words}"), color=colour
    )
    by_day = alt.layer(
        rule,
        of_days.mark_rule().encode(y=alt.Y("low:Q", title=f"Paid orders of {LATER_WINDOW}"), y2="high:Q"),
        of_days.mark_point(filled=True, opacity=1).encode(y="orders:Q"),
    )
    of_ends = alt.Chart(pd.DataFrame(drops), width=260, height=260).encode(
        x=alt.X("end:Q", title="End of the window, in days")
    )
    by_end = alt.layer(
        alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(strokeDash=[4, 3], color="#666666").encode(y="zero:Q"),
        of_ends.mark_rule(color=BLUE).encode(y=alt.Y("low:Q", title="Drop beyond the trend"), y2="high:Q"),
        of_ends.mark_point(filled=True, opacity=1, color=BLUE).encode(y="drop:Q"),
    )
    return alt.hconcat(by_day, by_end).properties(
        title="Later orders by the day on which the clearest candidate was met, and their drop at each possible end"
    )


INQUIRY = Inquiry(number="1.1", reads=(DAYS_MET,), definition=DEFINITION, answer=answer, chart=chart)
