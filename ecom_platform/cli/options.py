"""Options that several commands share: those that name a world, and how months are written."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import TypeVar

import click

from ecom_platform.settings import SettingsError

Command = TypeVar("Command", bound=Callable[..., None])


def world_options(command: Command) -> Command:
    """Adds `--users --seed --as-of`, each short for its ECOM_* variable: of this process, and so of its children."""

    def option(flag: str, variable: str, meaning: str) -> Callable[[Command], Command]:
        def set_variable(_: click.Context, __: click.Parameter, value: str | None) -> None:
            if value is not None:
                if not value.strip():
                    raise SettingsError(f"{flag} is {value!r}: leave it out, or give it a value.")
                os.environ[variable] = value

        return click.option(flag, expose_value=False, callback=set_variable, help=f"{meaning} ({variable}).")

    command = option("--as-of", "ECOM_AS_OF", "Last day that has happened, YYYY-MM-DD")(command)
    command = option("--seed", "ECOM_SEED", "Seed of the world")(command)
    return option("--users", "ECOM_USERS", "Scale of the world: expected signups in its first 36 months")(command)


def parse_months(text: str) -> tuple[str, str]:
    """The first and last partition key of `A..B` or `A`."""
    first, separator, last = text.partition("..")
    try:
        keys = [f"{date.fromisoformat(f'{month.strip()}-01'):%Y-%m-01}" for month in (first, last if separator else first)]
    except ValueError:
        raise SettingsError(f"--months is {text!r}: it must be months such as 2024-01..2024-06.") from None
    if keys[0] > keys[1]:
        raise SettingsError(f"--months is {text!r}: the first month is after the last.")
    return keys[0], keys[1]
