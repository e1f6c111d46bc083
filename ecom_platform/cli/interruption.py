"""Ctrl-C, or SIGTERM, while a run goes on: it ends as canceled, and the command with one line.

Dagster takes both signals for itself during a run. It raises an error where the run's own code is executing, which what is
beneath may swallow: DuckDB makes another error of it, a callback of the garbage collector loses it. So the signals are
noticed here without a handler, and repeated until the run has ended.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecom_platform.errors import PlatformError

AGAIN_SECONDS = 5.0
"""For what a run does when it is stopped: rolling back, and canceling a job where it is billed."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(PlatformError):
    """A run was stopped by a signal, which is what the exit code says."""

    def __init__(self, signal_number: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number


@contextmanager
def noticed(stop: Callable[[], object]) -> Iterator[list[int]]:
    """The signals that came, of which the first calls `stop`, in another thread. Only for the main thread."""
    came: list[int] = []
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)

    def listen() -> None:
        while True:
            if not select.select([ear], [], [], AGAIN_SECONDS if came else None)[0]:
                os.kill(os.getpid(), signal.SIGINT)
            elif not (heard := os.read(ear, 64)):
                return
            elif not came and (known := [number for number in heard if number in _SIGNALS]):
                came.append(known[0])
                stop()

    listener = threading.Thread(target=listen, daemon=True)

    def report(lost: sys.UnraisableHookArgs) -> None:
        # An interruption that came amid a callback whose errors go nowhere; it comes again.
        if not came or isinstance(lost.exc_value, Exception):
            reported(lost)

    on_terminate = signal.signal(signal.SIGTERM, signal.default_int_handler)
    before = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    reported, sys.unraisablehook = sys.unraisablehook, report
    listener.start()
    try:
        yield came
    finally:
        sys.unraisablehook = reported
        signal.set_wakeup_fd(before)
        os.close(mouth)
        listener.join()
        os.close(ear)
        signal.signal(signal.SIGTERM, on_terminate)
