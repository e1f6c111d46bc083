"""Charts that several answers share, in colours that the colour-blind tell apart (Okabe & Ito 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecom_platform.insights.effect import Effect

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")
BLUE, ORANGE, GREEN, VERMILION = OKABE_ITO[:4]

WIDTH = 560


def intervals(
    effects: Sequence[Effect], names: Sequence[str], *, title: str, axis: str, null: float | None = None, form: str = "~g"
) -> Any:
    """Estimates with their 95 % intervals, one below the other; a rule stands at the null. None without an estimate.

    Args:
        effects: What is shown; those without an estimate are left out.
        names: A label for each, in plain English.
        title: What the chart shows.
        axis: What the numbers are.
        null: Where there is no difference.
        form: Number format of the axis, as d3 has it.
    """
    import altair as alt
    import pandas as pd

    rows = pd.DataFrame(
        [
            {"name": name, "estimate": each.estimate, "low": each.ci_low, "high": each.ci_high}
            for name, each in zip(names, effects, strict=True)
            if each.estimate is not None
        ]
    )
    if rows.empty:
        return None
    order = list(rows["name"])
    base = alt.Chart(rows, width=WIDTH, height={"step": 22})
    position = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=300))
    whiskers = base.mark_rule(color=BLUE, strokeWidth=2).encode(
        y=position, x=alt.X("low:Q", title=axis, axis=alt.Axis(format=form), scale=alt.Scale(zero=False)), x2="high:Q"
    )
    points = base.mark_point(color=BLUE, filled=True, size=60, opacity=1).encode(y=position, x="estimate:Q")
    layers = [whiskers, points]
    if null is not None:
        line = alt.Chart(pd.DataFrame({"null": [null]})).mark_rule(color="#666666", strokeDash=[4, 3]).encode(x="null:Q")
        layers.insert(0, line)
    return alt.layer(*layers).properties(title=title)
