"""The errors that belong to no room: each ends a command in one sentence and a non-zero exit code."""

from __future__ import annotations


class SettingsError(Exception):
    """A setting that cannot be used: one sentence that names it, its value and what is allowed."""
