"""A bounded, fair queue of processes for one file, which can say which process is being waited for.

It knows nothing of databases: whoever holds a `FileQueue` has exclusive use of whatever the file stands for.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecom_platform.errors import FREE_SPACE, tells_of_a_full_disk
from ecom_platform.warehouse.errors import WarehouseBusyError, WarehouseError

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
    """Exclusive use of `path` by one process at a time. When a process dies, the kernel releases its locks at once.

    There are two locks: `<path>.lock` is held by the process whose turn it is, `<path>.queue` by the one that is next.
    `<path>.holder` says which process has the turn.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self.path = path
        self._note = path.with_name(path.name + ".holder")
        # Whoever holds `.queue` is next, so a process that releases `.lock` and comes back at once must queue
        # behind it. With one lock alone, a process that writes in a loop would always find it free before the others
        # look again.
        self._next = FileLock(f"{path}.queue", thread_local=False, poll_interval=0.02)
        self._turn = FileLock(f"{path}.lock", thread_local=False, poll_interval=0.005)

    def acquire(self, wait_seconds: float) -> None:
        """Waits for the turn.

        Raises WarehouseBusyError after `wait_seconds`, WarehouseError when the folder cannot be written.
        """
        wait = Wait(wait_seconds)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._take(self._next, wait)
            try:
                self._take(self._turn, wait)
            finally:
                self._next.release()
            self._note.write_text(json.dumps(Holder.me().__dict__), encoding="utf-8")
        except OSError as error:
            self._turn.release()
            way_out = FREE_SPACE if tells_of_a_full_disk(error) else "make it writable, or choose another ECOM_HOME"
            raise WarehouseError(
                f"The folder of the warehouse, {self.path.parent}, cannot be written ({error.strerror}): {way_out}."
            ) from error

    def release(self) -> None:
        # What was done during the turn is done, whether or not the note can be removed.
        with suppress(OSError):
            self._note.unlink(missing_ok=True)
        self._turn.release()

    def wanted(self) -> bool:
        """Whether another process waits for the turn, which the caller has."""
        from filelock import Timeout

        try:
            self._next.acquire(timeout=0)
        except Timeout:
            return True
        self._next.release()
        return False

    def holder(self) -> Holder | None:
        """Who has the turn; None as long as they have not written it down."""
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
    """A bounded wait that logs what it waits for, after a few seconds and then from time to time."""

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
