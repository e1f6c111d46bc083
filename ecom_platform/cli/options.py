"""The options that name a world, shared by the commands that build one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., None])


def world_options(command: Command) -> Command:
    """Adds `--users --seed --as-of`, each short for its ECOM_* variable: of this process, and so of its children."""

    def option(flag: str, variable: str, meaning: str) -> Callable[[Command], Command]:
        def set_variable(_: click.Context, __: click.Parameter, value: str | None) -> None:
            if value is not None:
                os.environ[variable] = value

        return click.option(flag, expose_value=False, callback=set_variable, help=f"{meaning} ({variable}).")

    command = option("--as-of", "ECOM_AS_OF", "Last day that has happened, YYYY-MM-DD")(command)
    command = option("--seed", "ECOM_SEED", "Seed of the world")(command)
    return option("--users", "ECOM_USERS", "Scale of the world: expected signups in its first 36 months")(command)
