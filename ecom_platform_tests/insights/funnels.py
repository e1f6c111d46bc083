"""Cells of `funnel_moments` made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from ecom_platform.tables.insights.funnel_moments import STAGES


def funnel_cell(users: Sequence[tuple[int, ...]], **attributes: str) -> dict[str, Any]:
    """The cell of users, each told by the sessions that reached every stage."""
    rows = np.array(users, dtype=float)
    totals = dict(zip(STAGES, rows.T, strict=True))
    return {
        "device": "iOS",
        "marketing_source": "Paid",
        "subscription": "unknown",
        "user_count": len(rows),
        **{f"{stage}_session_count": int(values.sum()) for stage, values in totals.items()},
        **{f"{one}_times_{two}": float(totals[one] @ totals[two]) for one, two in combinations_with_replacement(STAGES, 2)},
        **attributes,
    }
