"""The search for the definition of activation at whose window's end later buying drops: the lever, if there is one.

Users who met a definition on its last day in time and those who met it a day late differ little in who they are. Where
meeting it in time is what acts, later orders by the day on which it was met drop there beyond the trend, and on no other day;
a definition that merely marks keen users has a slope and no cliff. Whether there is a cliff is decided on later cohorts than
those in which it was found; which definition it belongs to, on all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecom_platform.insights.candidates import Candidates, DailySums, Definition, together
from ecom_platform.tables.insights.definition_days import DAYS

if TYPE_CHECKING:
    from ecom_platform.stats.aggregates import Floats
    from ecom_platform.stats.discontinuity import Jump

BANDWIDTH = 4
"""Days on each side of a window's end from which the trend is read."""

ENDS = tuple(range(BANDWIDTH, DAYS - BANDWIDTH + 1))
"""The windows' ends that have so many days on both sides."""

LEAST_USERS = 20
"""A day on which fewer users met a definition is left out: its variance is not known."""

DISCOVERY, CONFIRMATION, SCREEN = 0.05, 0.05, 0.001
"""Significance in the whole family on earlier cohorts, of the one test on later ones, and of what must not jump."""

LEADERS = 5
"""The definitions with the clearest cliffs that are shown."""


class Cliff(NamedTuple):
    """The drop at the end of a definition's window, in the cohorts that it was read from."""

    definition: Definition
    end: int
    """Days of the window: [0, end)."""
    jump: Jump


class Search(NamedTuple):
    """What the data say of every candidate and window."""

    tested: int
    """Candidates tested on the earlier cohorts, definitions times windows."""
    users: tuple[int, int]
    """Users of the earlier and of the later cohorts."""
    found: Cliff
    """The clearest cliff in the earlier cohorts."""
    p_adjusted: float
    """Its p-value, adjusted for all that were tested under any dependence (Benjamini-Yekutieli)."""
    confirmation: Jump | None
    """The same definition and window in the later cohorts; None where they have too few days."""
    leaders: tuple[Cliff, ...]
    """The clearest cliffs in all cohorts, one a definition, the first of them the one that is named."""
    named_later: Jump | None
    """The named one in the later cohorts."""
    balance: float
    """Smallest adjusted p-value of a jump in what users were before."""
    elsewhere: float
    """Smallest adjusted p-value of a drop at another day of the named definition, its own cliff taken out."""

    @property
    def named(self) -> Cliff:
        return self.leaders[0]

    @property
    def refusal(self) -> str:
        """Why no lever is claimed, as the end of a sentence; empty where one is."""
        if self.p_adjusted >= DISCOVERY:
            return "no candidate's later orders drop at its window's end beyond what chance does among so many"
        if not _drops(self.confirmation):
            return "the cliff that the earlier cohorts show is not there in the later ones"
        if self.balance < SCREEN:
            return "who the users are jumps on the same day, so the users on its two sides are not alike"
        if self.elsewhere < SCREEN:
            return "later orders drop on other days as well, so the trend is not smooth enough to tell a cliff from it"
        return ""


def search(earlier: Candidates, later: Candidates) -> Search | None:
    """The search over the candidates; None where none can be tested, in the earlier cohorts or in all."""
    everyone = together(earlier, later)
    first, whole = _scores(earlier), _scores(everyone)
    if not np.isfinite(first.z).any() or not np.isfinite(whole.z).any():
        return None
    found, named = _place(first.z), _leaders(whole.z)
    cliffs = tuple(_cliff(everyone, *place) for place in named)
    return Search(
        tested=int(np.isfinite(first.z).sum()),
        users=(earlier.users, later.users),
        found=_cliff(earlier, *found),
        p_adjusted=_adjusted_at(first, found),
        confirmation=jump_of(later, found[0], ENDS[found[1]]),
        leaders=cliffs,
        named_later=jump_of(later, named[0][0], cliffs[0].end),
        balance=_balance(everyone, named[0][0], cliffs[0].end),
        elsewhere=_elsewhere(everyone, named[0][0], cliffs[0]),
    )


def jump_of(found: Candidates, position: int, end: int) -> Jump | None:
    """The jump of later orders at the end of a definition's window; None where there are too few days around it."""
    return _jump(found.n[position], found.orders.totals[position], found.orders.squares[position], end)


def _jump(n: Floats, totals: Floats, squares: Floats, end: int) -> Jump | None:
    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.discontinuity import jump

    read = [(series, day) for series, day in np.ndindex(n.shape) if n[series, day] >= LEAST_USERS]
    samples = [Sample.from_sums(int(n[cell]), float(totals[cell]), float(squares[cell])) for cell in read]
    try:
        return jump(
            [day for _, day in read],
            samples,
            end,
            bandwidth=BANDWIDTH,
            same_slope=True,
            series=[series for series, _ in read],
        )
    except ValueError:
        return None


class _Scores(NamedTuple):
    """z and p of the step at every window's end, shape (f, ends); NaN where it is not tested."""

    z: Floats
    p: Floats


def _scores(found: Candidates) -> _Scores:
    z, p = _steps(found.n, found.orders)
    testable = found.testable(ENDS)
    return _Scores(np.where(testable, z, np.nan), np.where(testable, p, np.nan))


def _steps(n: Floats, outcome: DailySums) -> tuple[Floats, Floats]:
    from ecom_platform.stats.discontinuity import steps

    enough = n >= LEAST_USERS
    size, totals, squares = (np.where(enough, values, 0.0) for values in (n, *outcome))
    results = [steps(np.arange(DAYS), size, totals, squares, end, bandwidth=BANDWIDTH, same_slope=True) for end in ENDS]
    return np.column_stack([each.z for each in results]), np.column_stack([each.p_value for each in results])


def _place(z: Floats) -> tuple[int, int]:
    """Definition and window of the clearest drop."""
    position, end = np.unravel_index(np.nanargmin(z), z.shape)
    return int(position), int(end)


def _leaders(z: Floats) -> list[tuple[int, int]]:
    best = np.nanmin(np.where(np.isnan(z), np.inf, z), axis=1)
    order = [int(position) for position in np.argsort(best, kind="stable")[:LEADERS] if np.isfinite(best[position])]
    return [(position, int(np.nanargmin(z[position]))) for position in order]


def _cliff(found: Candidates, position: int, window: int) -> Cliff:
    jump = jump_of(found, position, ENDS[window])
    assert jump is not None
    return Cliff(found.definitions[position], ENDS[window], jump)


def _adjusted_at(scores: _Scores, place: tuple[int, int]) -> float:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    adjusted = false_discovery_adjusted(scores.p.ravel(), "any").reshape(scores.p.shape)
    return float(adjusted[place]) if scores.z[place] < 0 else 1.0


def _drops(jump: Jump | None) -> bool:
    """Whether a test that looks for a drop alone finds one."""
    return jump is not None and jump.estimate < 0 and jump.p_value / 2 < CONFIRMATION


def _balance(found: Candidates, position: int, end: int) -> float:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    n = found.n[position]
    jumps = [_jump(n, events, events, end) for events in (trait[position] for trait in found.traits.values())]
    p_values = [jump.p_value for jump in jumps if jump is not None]
    return float(false_discovery_adjusted(p_values).min()) if p_values else 1.0


def _elsewhere(found: Candidates, position: int, cliff: Cliff) -> float:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    n, (totals, squares) = found.n[[position]], (values[[position]] for values in found.orders)
    extra = -cliff.jump.estimate * (np.arange(DAYS) < cliff.end)
    level = DailySums(totals - extra * n, squares - 2 * extra * totals + extra**2 * n)
    z, p = _steps(n, level)
    others = np.array([end != cliff.end for end in ENDS]) & np.isfinite(p[0])
    if not others.any():
        return 1.0
    adjusted = false_discovery_adjusted(p[0][others], "any")
    return float(np.where(z[0][others] < 0, adjusted, 1.0).min())
