"""The stages of the funnel in the words of sentences and charts."""

from __future__ import annotations

from ecom_platform.tables.insights.users_by_stage import NO_SESSION, STAGES

LABELS = dict(
    zip(STAGES, ("no session", "a product view", "a cart", "a checkout", "a payment attempt", "a purchase"), strict=True)
)

__all__ = ["LABELS", "NO_SESSION", "STAGES"]
