"""A bounded, fair queue of processes at one file, which can say who is being waited for.

It knows nothing of databases: whoever holds a `FileQueue` is alone with whatever the file stands for.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecom_platform.warehouse.contract import WarehouseBusyError, WarehouseError

if TYPE_CHECKING:
    from filelock import BaseFileLock

log = logging.getLogger(__name__)

FIRST_NOTICE_SECONDS = 3.0
NEXT_NOTICE_SECONDS = 30.0


@dataclass(frozen=True)
class Holder:
    """The process that holds a queue: its id and its command line."""

    pid: int
    command: str

    def __str__(self) -> str:
        return f"PID {self.pid} ({self.command})"

    @staticmethod
    def me() -> Holder:
        command = " ".join([Path(sys.argv[0] or sys.executable).name, *sys.argv[1:]])
        return Holder(os.getpid(), command if len(command) <= 120 else command[:117] + "...")


class FileQueue:
    """One place at `path`, taken by one process at a time. A process that dies leaves it at once: the kernel holds it.

    Beside `path` live `<path>.lock` (the place), `<path>.queue` (the turnstile before it) and, while the place is
    taken, `<path>.holder`, which says by whom.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self.path = path
        self._note = path.with_name(path.name + ".holder")
        # The one process in the turnstile is next, so another that leaves the place and comes back at once must queue
        # behind it: without a turnstile, a process that writes in a loop would always find the place free before the
        # others look again.
        self._turnstile = FileLock(f"{path}.queue", thread_local=False, poll_interval=0.02)
        self._place = FileLock(f"{path}.lock", thread_local=False, poll_interval=0.005)

    def acquire(self, wait_seconds: float) -> None:
        """Waits for the place.

        Raises WarehouseBusyError after `wait_seconds`, WarehouseError when the folder cannot be written.
        """
        wait = Wait(wait_seconds)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._take(self._turnstile, wait)
            try:
                self._take(self._place, wait)
            finally:
                self._turnstile.release()
            self._note.write_text(json.dumps(Holder.me().__dict__), encoding="utf-8")
        except OSError as error:
            self._place.release()
            raise WarehouseError(
                f"The folder of the warehouse, {self.path.parent}, cannot be written ({error.strerror}): "
                "make it writable, or choose another ECOM_HOME."
            ) from error

    def release(self) -> None:
        self._note.unlink(missing_ok=True)
        self._place.release()

    def wanted(self) -> bool:
        """Whether somebody else waits for the place, which the caller holds."""
        from filelock import Timeout

        try:
            self._turnstile.acquire(timeout=0)
        except Timeout:
            return True
        self._turnstile.release()
        return False

    def holder(self) -> Holder | None:
        """Who holds the place, as far as they have said so yet."""
        try:
            return Holder(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _take(self, lock: BaseFileLock, wait: Wait) -> None:
        from filelock import Timeout

        while True:
            try:
                lock.acquire(timeout=wait.slice())
                return
            except Timeout:
                who = self.holder() or "another process"
                if wait.over:
                    raise WarehouseBusyError(
                        f"The warehouse {self.path} was held by {who} for the whole wait of {wait.seconds:g} s: "
                        "let that process finish, or end it, and try again."
                    ) from None
                wait.notice(who)


class Wait:
    """A bounded wait that tells the log after a few seconds, and again from time to time, what it waits for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._start = time.monotonic()
        self._next_notice = self._start + FIRST_NOTICE_SECONDS

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._start + self.seconds

    def slice(self) -> float:
        """Seconds to wait now: until the next notice is due or the whole wait is over."""
        now = time.monotonic()
        return max(0.0, min(self._start + self.seconds, self._next_notice) - now)

    def notice(self, who: object) -> None:
        now = time.monotonic()
        if now >= self._next_notice:
            log.warning("waiting for the warehouse, held by %s (%.0f s so far)", who, now - self._start)
            self._next_notice = now + NEXT_NOTICE_SECONDS
