"""Vega as the pages carry it: bundled by vl-convert from the build that it ships, without a network."""

from __future__ import annotations

import base64
import gzip
from functools import lru_cache


@lru_cache(maxsize=1)
def bundle() -> str:
    """Vega-Embed and Vega, which set `window.vegaEmbed`: gzip in base64."""
    import vl_convert

    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return base64.b64encode(gzip.compress(script.encode(), 9, mtime=0)).decode()
