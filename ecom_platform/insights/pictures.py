"""Charts of the answers as pictures, made without a browser."""

from __future__ import annotations

import base64
from typing import Any


def svg(chart: Any) -> str:
    """An Altair chart as SVG."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def png(chart: Any, scale: float = 1.5) -> str:
    """An Altair chart as PNG, in base64."""
    import vl_convert

    return base64.b64encode(vl_convert.vegalite_to_png(chart.to_json(), scale=scale)).decode()
