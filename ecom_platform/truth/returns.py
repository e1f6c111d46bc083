"""The most that any prediction of a return could reach: what the latents of a synthetic world know of it.

3.3 predicts from behaviour. The bound takes each user's true order rate with all that multiplies it, and the true chance of
having dropped out by day 30; what is left is chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecom_platform.truth.observation import frames, observed

if TYPE_CHECKING:
    from ecom_platform.stats.estimates import Estimate
    from ecom_platform.world import WorldSettings

TRUTH, SUMMARY = "raw.world_truth", "marts.dm_user_purchase_summary"

RETURN_DAYS = 60
"""Days of the window of return, [30, 90)."""


def oracle_area(settings: WorldSettings) -> Estimate:
    """Area under the ROC curve of the true chance of an order in [signup + 30, signup + 90), for returning in those days.

    Subscriptions to come and the season are left out: they are not known on day 30. NaN where nobody, or everybody, returned.
    """
    import numpy as np

    from ecom_platform.stats.prediction import auc

    with observed(settings, (TRUTH, SUMMARY)) as memory:
        read = frames(memory, (TRUTH, SUMMARY))
    users = read[TRUTH].merge(read[SUMMARY], on="user_id").dropna(subset=["is_active_days_31_to_90"])
    pace = users["order_rate"] * np.where(users["activated"], 1 + settings.activation_effect, 1.0)
    pace *= np.where(users["discount_exposed"], 1 + settings.discount_effect, 1.0)
    pace *= np.where(users["nudged"], 1 + settings.nudge_direct_effect, 1.0)
    still_there = (1 - users["dropout_probability"]) ** users["order_count_first_30_days"]
    chance = still_there * -np.expm1(-RETURN_DAYS * pace)
    returned = users["is_active_days_31_to_90"].to_numpy(dtype=bool)
    return auc(chance.to_numpy(), returned, np.ones(len(users)))
