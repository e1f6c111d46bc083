"""The adopted activation: what "activated" means in marts, analyses, insights and pages.

It is a definition that the platform's users chose, on data such as theirs; what truly makes a synthetic world's users buy
is the world's own affair and is never read here. To adopt another one, change `ACTIVATION` and rebuild the marts: SQL
files get the numbers by name (`@activation_sessions`), column texts and documents are derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecom_platform.tables.spec import Column, Type


@dataclass(frozen=True)
class Activation:
    """A user is activated by at least `sessions` sessions and `carts` add_to_cart events in [signup, signup + `window_days`).

    Activated users with at least `checkouts` checkout_start events there are highly activated. A session that runs over
    the window's end counts with the part inside it. Unknown, not false, until the window has been observed whole and
    where the user's cohort has no event log.
    """

    window_days: int
    sessions: int
    carts: int
    checkouts: int

    @property
    def window(self) -> str:
        return f"the first {self.window_days} days"

    @property
    def rule(self) -> str:
        return f"{_at_least(self.sessions, 'session')} and {_at_least(self.carts, 'add_to_cart event')} in {self.window}"

    @property
    def levels(self) -> Mapping[str, str]:
        """Every level and when a user has it, from the lowest to the highest."""
        return {
            "none": "neither the sessions nor the carts",
            "low": "one of the two",
            "medium": "both (activated)",
            "high": f"both, and {_at_least(self.checkouts, 'checkout_start event')}",
        }

    @property
    def parameters(self) -> Mapping[str, int]:
        """The definition's numbers by the names under which SQL files use them."""
        return {
            "activation_window_days": self.window_days,
            "activation_sessions": self.sessions,
            "activation_carts": self.carts,
            "activation_checkouts": self.checkouts,
        }


def _at_least(count: int, of: str) -> str:
    return f"at least {count} {of}{'s' if count != 1 else ''}"


ACTIVATION = Activation(window_days=7, sessions=5, carts=1, checkouts=1)

UNOBSERVED = "null until they have been observed, and without an event log"


def is_activated_column() -> Column:
    return Column("is_activated", Type.BOOL, f"Activated: {ACTIVATION.rule}; {UNOBSERVED}.", True)


def activation_level_column() -> Column:
    """The level of one user."""
    levels = "; ".join(f"{level}: {meaning}" for level, meaning in ACTIVATION.levels.items())
    doc = f"Level by {ACTIVATION.window}, from the sessions and carts of activation. {levels}; {UNOBSERVED}."
    return Column("activation_level", Type.STRING, doc, True, tuple(ACTIVATION.levels))


def activation_level_group_column() -> Column:
    """The level of a group of users: `unknown` where theirs is, `all` for every user whatever the level."""
    doc = f"Level by {ACTIVATION.window}; unknown while unobserved; all for every user."
    return Column("activation_level", Type.STRING, doc, accepted=(*ACTIVATION.levels, "unknown", "all"))
