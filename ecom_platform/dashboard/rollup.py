"""What the script of a page does, in NumPy: for previews, and for the checks that hold a written page against SQL.

It works on the model that a page carries, as the script does, and knows nothing of where the numbers come from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecom_platform.dashboard.cube import Cube

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

Span = tuple[int, int]
"""First and last month of the page's clock, by place, both included."""
Z = 1.959963984540054


def model_in(path: Path) -> dict[str, Any]:
    """The model of a written page. Raises ValueError for a file that holds none."""
    found = re.search(
        r'<script type="application/json" id="model">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL
    )
    if found is None:
        raise ValueError(f"{path.name} holds no model: it is no page of the dashboard, or half of one")
    model: dict[str, Any] = json.loads(found[1])
    return model


@dataclass
class Rollup:
    """The cubes of a page's model, unpacked. Values of a filter are identified by their codes, months by their position."""

    model: Mapping[str, Any]
    cubes: dict[str, Cube] = field(init=False)

    def __post_init__(self) -> None:
        kinds = [tuple(map(str, kind)) for kind in self.model["kinds"]]
        self.cubes = {name: Cube.decoded(cube, kinds) for name, cube in self.model["cubes"].items()}

    def rows(
        self, view: Mapping[str, Any], chosen: Mapping[str, Collection[str]] | None = None, span: Span | None = None
    ) -> list[dict[str, Any]]:
        """The rows of a view for the customers and months chosen; all of them by default."""
        if "rows" in view:
            return list(view["rows"])
        if view["segments"]:
            return [row for name in view["segments"] for row in self._segment(view, name, chosen, span)]
        rows = self._rows(view, chosen, span)
        if view["beside"]:
            names = [by["name"] for by in view["by"]]
            others = {tuple(row[name] for name in names): row for row in self.rows(view["beside"], chosen, span)}
            rows = [{**others.get(tuple(row[name] for name in names), {}), **row} for row in rows]
        return rows

    def totals(
        self, view: Mapping[str, Any], chosen: Mapping[str, Collection[str]] | None = None, span: Span | None = None
    ) -> dict[str, Numbers]:
        """The sums that the view's figures divide, each of shape (*by)."""
        import numpy as np

        cube = self.cubes[view["cube"]]
        left = self._left(chosen or {})
        members = {by["axis"]: _membership(by, len(self._values(cube, by["axis"]))) for by in view["by"]}
        needed = {figure[part] for figure in view["figures"] for part in ("numerator", "denominator", "squares")} - {""}
        found = {}
        for name in sorted(needed):
            numbers, order = cube.measures[name][left], []
            kinds = np.asarray(self.model["kinds"], dtype=int).reshape(-1, len(self.model["filters"]))[left]
            spread = np.ones((len(kinds), 1))
            for place, dimension in enumerate(self.model["filters"]):
                if dimension["name"] in members:
                    spread = (spread[:, :, None] * members[dimension["name"]][kinds[:, place]][:, None, :]).reshape(
                        len(kinds), -1
                    )
                    order.append(dimension["name"])
            numbers = np.tensordot(spread.T, numbers, axes=1)
            for axis, values in cube.axes.items():
                kept = np.ones(len(values), dtype=bool)
                if axis in view["where"]:
                    kept &= np.isin(np.arange(len(values)), view["where"][axis])
                if axis == self.model["clock"]["axis"] and span and not view["whole_clock"]:
                    kept &= (np.arange(len(values)) >= span[0]) & (np.arange(len(values)) <= span[1])
                # The axis in turn is always the second: those before it were summed up, or moved to the end.
                weights = members[axis] if axis in members else np.ones((len(values), 1))
                numbers = np.tensordot(numbers, weights * kept[:, None], axes=([1], [0]))
                order += [axis] if axis in members else []
                if axis not in members:
                    numbers = numbers[..., 0]
            sizes = [members[axis].shape[1] for axis in order]
            shaped = numbers.reshape(sizes)
            found[name] = np.moveaxis(shaped, [order.index(by["axis"]) for by in view["by"]], range(len(order)))
        return found

    def _values(self, cube: Cube, axis: str) -> Sequence[Any]:
        for dimension in self.model["filters"]:
            if dimension["name"] == axis:
                values: list[str] = dimension["values"]
                return values
        return cube.axes[axis]

    def _left(self, chosen: Mapping[str, Collection[str]]) -> Any:
        import numpy as np

        kinds = np.asarray(self.model["kinds"], dtype=int).reshape(-1, len(self.model["filters"]))
        left = np.ones(len(kinds), dtype=bool)
        for place, dimension in enumerate(self.model["filters"]):
            if dimension["name"] in chosen:
                wanted = [at for at, value in enumerate(dimension["values"]) if value in chosen[dimension["name"]]]
                left &= np.isin(kinds[:, place], wanted)
        return left

    def _segment(
        self, view: Mapping[str, Any], name: str, chosen: Mapping[str, Collection[str]] | None, span: Span | None
    ) -> list[dict[str, Any]]:
        (dimension,) = (each for each in self.model["filters"] if each["name"] == name)
        by = {"name": "segment_value", "axis": name, "labels": dimension["labels"], "groups": None, "is_month": False}
        rows = self._rows({**view, "by": [by, *view["by"]]}, chosen, span)
        return [{"segment_dimension": dimension["label"], **row} for row in rows]

    def _rows(
        self, view: Mapping[str, Any], chosen: Mapping[str, Collection[str]] | None, span: Span | None
    ) -> list[dict[str, Any]]:
        import numpy as np

        totals = self.totals(view, chosen, span)
        earlier: dict[int, dict[str, Numbers] | None] = {}
        for back in {figure["months_back"] for figure in view["figures"]} - {0}:
            before = (span[0] - back, span[1] - back) if span and span[0] >= back else None
            earlier[back] = self.totals(view, chosen, before) if before else None
        rows = []
        for place in np.ndindex(*(len(by["labels"]) for by in view["by"])):
            row: dict[str, Any] = {by["name"]: by["labels"][at] for by, at in zip(view["by"], place, strict=True)}
            for by in view["by"]:
                if by["is_month"]:
                    at = self.model["clock"]["values"].index(row[by["name"]])
                    row[f"{by['name']}_date"] = f"{row[by['name']]}-01"
                    row["chosen"] = span is not None and span[0] <= at <= span[1]
                    row["complete"] = at <= self.model["clock"]["complete"]
            some = False
            for figure in view["figures"]:
                value = _figure(figure, totals, place)
                some |= bool(value.get("n", value["value"]))
                if figure["months_back"]:
                    old = earlier[figure["months_back"]]
                    base = _figure(figure, old, place)["value"] if old else None
                    value = {"value": value["value"] / base - 1 if base and value["value"] is not None else None}
                row[figure["name"]] = value.pop("value")
                row.update({f"{figure['name']}_{part}": number for part, number in value.items()})
            if some:
                rows.append(row)
        return rows


def _membership(by: Mapping[str, Any], size: int) -> Numbers:
    """Which values of an axis count in which groups, of shape (size, groups)."""
    import numpy as np

    if by["groups"] is None:
        return np.eye(size)
    members = np.zeros((size, len(by["groups"])))
    for group, values in enumerate(by["groups"]):
        members[values, group] = 1
    return members


def _figure(how: Mapping[str, Any], totals: Mapping[str, Numbers], place: tuple[int, ...]) -> dict[str, Any]:
    size = totals[how["numerator"]].shape[-1] if place else 1
    last = place[-1] if place else 0
    against = how["against"]
    other = {"": last, "first": 0, "previous": last - 1, "lost": last + 1}[against]
    if not 0 <= other < size:
        return {"value": None}
    of = (*place[:-1], other) if place else place
    numbers = totals[how["numerator"]]
    top = float(numbers[place] - numbers[of] if against == "lost" else numbers[place])
    if not how["denominator"]:
        return {"value": top}
    n = float(totals[how["denominator"]][place if against == "lost" else of])
    if not n or n < how["at_least"]:
        return {"value": None, "n": n}
    value = how["times"] * top / n
    found: dict[str, Any] = {"value": value, "n": n}
    if how["interval"] == "share":
        middle = (value + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * (value * (1 - value) / n + Z * Z / (4 * n * n)) ** 0.5
        found |= {"low": max(0.0, middle - half), "high": min(1.0, middle + half)}
    elif how["interval"] == "mean" and n > 1:
        squares = float(totals[how["squares"]][place])
        half = Z * (max(0.0, squares - top * top / n) / (n - 1) / n) ** 0.5
        found |= {"low": value - half, "high": value + half}
    return found
