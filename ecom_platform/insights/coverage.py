"""How often intervals like these covered the truth in synthetic worlds: `coverage.json`, which the truth suite writes."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

FILE = "coverage.json"


def coverage_of(question: str, effect: str) -> float | None:
    """Share of worlds in which the interval of this effect covered the truth; None where that was not measured."""
    return _measured().get(f"{question}/{effect}")


@lru_cache(maxsize=1)
def _measured() -> dict[str, float]:
    file = files("ecom_platform.insights") / FILE
    found: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found
