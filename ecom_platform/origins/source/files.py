"""Whether a file that a source is to read can be read at all, and may be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ecom_platform.origins.source.errors import OUTSIDE, SourceError


def require_readable(named: str, path: Path, folders: Sequence[Path]) -> None:
    """Raises SourceError, which begins with `named`, unless `path` is a file that is there, can be read and lies in `folders`.

    Links are followed: where a file really is counts.
    """
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        lost = "is a link that leads nowhere" if path.is_symlink() else "is not there"
        raise SourceError(f"{named}: {path} {lost}; put the file there, or remove it") from None
    if not real.is_file():
        raise SourceError(f"{named}: {path} is no file; put a file there, or remove it")
    if not any(real.is_relative_to(folder) for folder in folders):
        leads = "" if real == path.absolute() else f", which leads to {real},"
        raise SourceError(f"{named}: {path}{leads} {OUTSIDE}")
    if not os.access(real, os.R_OK):
        raise SourceError(f"{named}: {path} may not be read by this user; change its permissions")
