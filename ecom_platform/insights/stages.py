"""The stages of the funnel in the words of sentences and charts."""

from __future__ import annotations

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.users_by_stage import NO_SESSION, STAGES

LABELS = dict(
    zip(STAGES, ("no session", "a product view", "a cart", "a checkout", "a payment attempt", "a purchase"), strict=True)
)


def reached(stage: str) -> str:
    """Which users those are whose deepest stage in the activation window this is: `users ...`."""
    if stage == NO_SESSION:
        return f"with no session in {ACTIVATION.window}"
    return f"whose deepest stage in {ACTIVATION.window} is {LABELS[stage]}"


__all__ = ["LABELS", "NO_SESSION", "STAGES", "reached"]
