"""What must hold of the methods, world kind by world kind, and whether the worlds so far bear it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ecom_platform.truth.summary import SIGNIFICANCE, Share

World = Mapping[str, Any]
Score = Mapping[str, Any]

REFUTED = 0.01
"""Binomial p-value below which a share outside its bounds is no accident of the worlds drawn."""


class Verdict(StrEnum):
    HOLDS = "holds"
    CHANCE = "within chance"
    """Outside the bounds, by no more than so few worlds may be by accident."""
    FAILS = "fails"
    UNKNOWN = "not measured"


@dataclass(frozen=True)
class Criterion:
    """A share of worlds and the bounds that it must keep."""

    name: str
    text: str
    share: Share
    low: float = 0.0
    high: float = 1.0

    @property
    def verdict(self) -> Verdict:
        from scipy.stats import binomtest

        value = self.share.value
        if value is None:
            return Verdict.UNKNOWN
        if self.low <= value <= self.high:
            return Verdict.HOLDS
        events, n = self.share
        if value < self.low:
            p_value = binomtest(events, n, self.low, alternative="less").pvalue
        else:
            p_value = binomtest(events, n, self.high, alternative="greater").pvalue
        return Verdict.FAILS if p_value < REFUTED else Verdict.CHANCE

    @property
    def required(self) -> str:
        if self.low == self.high:
            return f"{self.low:.0%}"
        if self.low == 0:
            return f"at most {self.high:.1%}"
        return f"at least {self.low:.1%}" if self.high == 1 else f"{self.low:.1%} to {self.high:.1%}"


COVERAGE = (0.91, 0.985)
"""What the coverage of a 95 % interval may be in 200 worlds."""

FALSE_CLAIMS = 0.09
"""Share of worlds without an effect in which one may be claimed: 18 of 200."""

VALID = ("confounded", "unconfounded", "no effect", "weak nudge")
"""Kinds of world in which the nudge acts through activation alone."""


def criteria(results: Sequence[World]) -> list[Criterion]:
    return [*_confounded(results), *_unconfounded(results), *_invalid(results), *_designs(results)]


def _confounded(results: Sequence[World]) -> Iterator[Criterion]:
    for effect, what in (
        ("landmark_orders", "orders"),
        ("landmark_revenue", "revenue"),
        ("adjusted_orders", "adjusted orders"),
    ):
        found = _scores(results, ("confounded",), "4.1", effect)
        yield Criterion("a", f"plain comparison of {what}: interval covers the effect", _share(found, _covered), high=0.05)
        yield Criterion(
            "a",
            f"plain comparison of {what}: called association",
            _share(found, lambda row: row["kind"] == "association"),
            low=1.0,
        )
    for effect, bounds in (
        ("late_orders", COVERAGE),
        ("late_relative", COVERAGE),
        ("late_revenue", (0.90, 1.0)),
        ("ate_transported", COVERAGE),
    ):
        found = _scores(results, ("confounded",), "4.1", effect)
        yield Criterion("a", f"experiment, {effect}: interval covers the effect", _share(found, _covered), *bounds)


def _unconfounded(results: Sequence[World]) -> Iterator[Criterion]:
    for effect, what in (("landmark_orders", "orders"), ("landmark_revenue", "revenue")):
        found = _scores(results, ("unconfounded",), "4.1", effect)
        yield Criterion("b", f"plain comparison of {what}: interval covers the effect", _share(found, _covered), *COVERAGE)
    found = _scores(results, ("no effect",), "4.1", "late_orders")
    yield Criterion("c", "an effect on orders is claimed", _share(found, _decided), high=FALSE_CLAIMS)


def _invalid(results: Sequence[World]) -> Iterator[Criterion]:
    fired = _share(_scores(results, ("direct effect",), "4.1", "exclusion_test"), _decided)
    yield Criterion("d", "falsification test fires where the nudge acts by another way", fired, low=0.90)
    falsely = _share(_scores(results, VALID, "4.1", "exclusion_test"), _decided)
    yield Criterion("d", "falsification test fires where it does not", falsely, high=0.07)
    withdrawn = [
        world for world in _of(results, ("direct effect",)) if any(map(_decided, _named(world, "4.1", "exclusion_test")))
    ]
    yield Criterion("d", "claim withdrawn where it fires", _worlds(withdrawn, _all_declined), low=1.0)
    weak = [world for world in _of(results, ("weak nudge",)) if world["nudge"] is not None]
    yield Criterion(
        "e", "first-stage F is below 10", _worlds(weak, lambda world: world["nudge"]["first_stage_f"] < 10), low=0.95
    )
    flagged = [world for world in weak if world["nudge"]["first_stage_f"] < 10]
    yield Criterion("e", "no point is claimed where it is", _worlds(flagged, _no_point), low=1.0)
    known = [world for world in weak if world["nudge"]["set_covers"] is not None]
    covers = _worlds(known, lambda world: world["nudge"]["set_covers"])
    yield Criterion("e", "Anderson-Rubin set covers the effect", covers, low=COVERAGE[0])
    alone = _of(results, ("no nudge",))
    yield Criterion("f", "effect of activation declined without an experiment", _worlds(alone, _all_declined), low=1.0)
    yield Criterion("f", "bounds given instead", _worlds(alone, _has_bounds), low=1.0)


def _designs(results: Sequence[World]) -> Iterator[Criterion]:
    for question, effects in (
        ("1.4", ("activation",)),
        ("5.3", ("discounted_share",)),
        ("F3", ("late_orders", "late_revenue", "late_buyers", "late_relative")),
        ("6.2", ("orders_relative", "revenue_relative", "att_revenue")),
        ("S1", ("nudge_activation",)),
    ):
        for effect in effects:
            found = _scores(results, ("confounded",), question, effect)
            yield Criterion("designs", f"{question} {effect}: interval covers the effect", _share(found, _covered), *COVERAGE)


def _of(results: Sequence[World], kinds: Sequence[str]) -> list[World]:
    return [world for world in results if world["kind"] in kinds]


def _named(world: World, question: str, effect: str) -> list[Score]:
    return [score for score in world["scores"] if (score["question"], score["effect"]) == (question, effect)]


def _scores(results: Sequence[World], kinds: Sequence[str], question: str, effect: str) -> list[Score]:
    """The answers with numbers; what was declined is counted elsewhere."""
    found = (score for world in _of(results, kinds) for score in _named(world, question, effect))
    return [score for score in found if score["kind"] != "declined"]


def _share(found: Sequence[Score], event: Callable[[Score], bool | None]) -> Share:
    decided = [happened for score in found if (happened := event(score)) is not None]
    return Share(sum(decided), len(decided))


def _worlds(found: Sequence[World], event: Callable[[World], bool]) -> Share:
    return Share(sum(map(event, found)), len(found))


def _covered(score: Score) -> bool | None:
    covered: bool | None = score["covered"]
    return covered


def _decided(score: Score) -> bool | None:
    return None if score["p_value"] is None else score["p_value"] < SIGNIFICANCE


def _estimates(world: World) -> list[Score]:
    return [score for effect in ("late_orders", "late_relative", "late_revenue") for score in _named(world, "4.1", effect)]


def _all_declined(world: World) -> bool:
    return all(score["kind"] == "declined" for score in _estimates(world))


def _no_point(world: World) -> bool:
    return all(score["estimate"] is None for score in _estimates(world))


def _has_bounds(world: World) -> bool:
    return any(score["ci_high"] is not None for score in _named(world, "4.1", "later_buyers_bounds"))
