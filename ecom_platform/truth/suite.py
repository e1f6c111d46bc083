"""The suite: many worlds, one line of results each, in a file that a later start continues."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ecom_platform.truth.worlds import Task, result

Result = dict[str, Any]


def results(file: Path) -> list[Result]:
    """The worlds of a results file; a last line that was cut short is no world. Empty without a file."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1] if line]


def run(
    tasks: Iterable[Task],
    file: Path,
    processes: int = 1,
    compute: Callable[[Task], Result] = result,
    tell: Callable[[str], None] = print,
) -> None:
    """Computes the worlds that the file does not have and adds a line for each. Killed at any moment it loses those under way.

    Worlds are computed in the order of `tasks`; `compute` must be importable where `processes` is more than one.
    """
    _drop_cut_line(file)
    done = {_key(each) for each in results(file)}
    wanted = list(tasks)
    left = [task for task in wanted if tuple(task) not in done]
    if len(left) < len(wanted):
        tell(f"{len(wanted) - len(left):,} of {len(wanted):,} worlds are in {file} already.")
    file.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with file.open("a", encoding="utf-8") as lines, closing(_computed(left, processes, compute)) as found:
        for number, (task, made) in enumerate(found, start=1):
            lines.write(json.dumps(made, allow_nan=False) + "\n")
            lines.flush()
            passed = time.monotonic() - started
            to_go = timedelta(seconds=round(passed / number * (len(left) - number)))
            at = len(wanted) - len(left) + number
            tell(f"world {at:,} of {len(wanted):,} ({task.kind}, number {task.number}): {to_go} to go")


def _computed(
    tasks: list[Task], processes: int, compute: Callable[[Task], Result]
) -> Generator[tuple[Task, Result], None, None]:
    if processes == 1:
        yield from ((task, compute(task)) for task in tasks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(compute, task): task for task in tasks}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _key(found: Result) -> tuple[Any, ...]:
    return tuple(found[name] for name in Task._fields)


def _drop_cut_line(file: Path) -> None:
    """Cuts what follows the last whole line, which a kill may have left."""
    if not file.is_file():
        return
    whole = file.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole):
        with file.open("r+b") as opened:
            opened.truncate(end)
