"""`ecom`: the platform from a terminal. A file a command; this one holds the group and how errors are reported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from ecom_platform import __version__


class Commands(click.Group):
    """Commands that are imported when they are called, so that `ecom --help` is instant."""

    names = ("run", "ui", "dashboard", "query", "answers", "quality", "import", "world", "cost", "copy", "tableau")

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        from importlib import import_module

        if cmd_name not in self.names:
            return None
        module = {"import": "import_", "copy": "copy_"}.get(cmd_name, cmd_name)
        command: click.Command = import_module(f"ecom_platform.cli.{module}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ecom")
def group() -> None:
    """How does a customer's early activation determine their long-term value?

    \b
    Example:
      ecom run --users 20000     build a world, clean it, compute marts and analyses
      ecom ui                    look at it in the Dagster UI
      ecom query "SELECT * FROM analysis.cohort_retention LIMIT 10"

    Settings come from ECOM_* environment variables; `ecom run --help` lists them.
    """


def main() -> None:
    """The console script. Expected errors end in one sentence and a non-zero exit code, never in a traceback."""
    from ecom_platform.errors import FREE_SPACE, PlatformError, tells_of_a_full_disk

    def call(function: Callable[..., Any]) -> int:
        try:
            function(standalone_mode=False)
            sys.stdout.flush()
        except PlatformError as error:
            return _tell(str(error), error.exit_code)
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            return _tell("interrupted.", 130)
        except BrokenPipeError:
            _abandon_output()
        except OSError as error:
            _abandon_output()
            where = f"{error.filename}: " if error.filename else ""
            way_out = f"; {FREE_SPACE}" if tells_of_a_full_disk(error) else ""
            return _tell(f"{where}{error.strerror or error}{way_out}.", 1)
        return 0

    sys.exit(call(group))


def _abandon_output() -> None:
    """Lets nothing more be written, not even what is still in the buffer when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(message: str, exit_code: int) -> int:
    click.echo(f"ecom: {message}", err=True)
    return exit_code
