"""The errors that belong to no room, and what all of the platform's have in common."""

from __future__ import annotations

import errno


class PlatformError(Exception):
    """An error that a person can act on. Its message is one sentence (what is wrong, where, what to do) and is shown whole."""

    exit_code: int = 1

    def __str__(self) -> str:
        # A name or a value in it may hold anything, and what breaks a line or commands a terminal is shown instead.
        return "".join(each if each.isprintable() else repr(each)[1:-1] for each in super().__str__())


class SettingsError(PlatformError):
    """A setting that cannot be used: one sentence that names it, its value and what is allowed."""

    exit_code = 2


_FULL = {errno.ENOSPC: "No space left on device", errno.EDQUOT: "Disk quota exceeded", errno.EFBIG: "File too large"}
_FULL_TEXTS = (*_FULL.values(), "database or disk is full")

FREE_SPACE = "the disk takes no more: free some space on it, and try again"


def tells_of_a_full_disk(error: BaseException | str) -> bool:
    """Whether a failure says that the disk is full, or a quota or limit reached, in the words of the system or SQLite."""
    return getattr(error, "errno", None) in _FULL or any(text in str(error) for text in _FULL_TEXTS)
