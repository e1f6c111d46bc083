"""What is wrong with a statement, and where: the one exception of the SQL layer."""

from __future__ import annotations

from collections.abc import Iterable

from ecom_platform.warehouse.errors import WarehouseError


class SqlError(WarehouseError):
    """A statement that cannot be what it should be. The message begins with file and line (`sql/marts/orders.sql:12`).

    Line 0 is no line: the place is named by `origin` alone.
    """

    def __init__(self, problem: str, line: int = 1, origin: str = "") -> None:
        self.problem = problem
        self.line = line
        self.origin = origin
        place = (f"{origin}:{line}" if line else origin) if origin else f"line {line}"
        super().__init__(f"{place}: {problem}")

    def at(self, origin: str, line: int) -> SqlError:
        """The same error, in a file."""
        return SqlError(self.problem, line, origin)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint to append to a message about an unknown name: the closest known one, or all of a few."""
    from difflib import get_close_matches

    names = sorted(set(known))
    if close := get_close_matches(name, names, n=1):
        return f"; did you mean {close[0]}?"
    if 0 < len(names) <= 16:
        return f"; there is {', '.join(names)}"
    return ""
