"""The features of Dagster that the platform uses before they are stable, and why. No others are used.

- Single-run backfills (beta), in `assets`: otherwise a backfill of 36 months is 36 runs, each opening the warehouse for one
  month of every table.
- Data versions of outputs (beta), in `assets/raw.py`: a product catalogue that is written again and equal rebuilds nothing.
- Groups in a selection's text, in `cli/execution.py`: Dagster's own parser passes a parameter that is beta.
- Checks by partition (preview), in `checks/partitioned.py`: a month with bad rows must not hold back the other months.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg


@contextmanager
def knowingly() -> Iterator[None]:
    """Within it, Dagster does not warn of these features."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        warnings.simplefilter("ignore", dg.PreviewWarning)
        yield
