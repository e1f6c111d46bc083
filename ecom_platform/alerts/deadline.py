"""A limit on a whole exchange with another machine: libraries limit each read, and a server that drips answers for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable


def within(seconds: float, exchange: Callable[[], None]) -> None:
    """Runs `exchange`, and raises what it raises; TimeoutError when it has not ended after `seconds`.

    The thread of an exchange that is late is left to end by itself: it holds nothing, and does not keep the process.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            exchange()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"it took longer than {seconds:g} s")
    if raised:
        raise raised[0]
