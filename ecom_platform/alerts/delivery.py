"""Bringing what is in the outbox to the sinks: each sink by itself, in order, at least once."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ecom_platform.alerts.outbox import Outbox
from ecom_platform.alerts.sinks import Sink, Undelivered

log = logging.getLogger("ecom.alerts")


def deliver(outbox: Outbox, sinks: Sequence[Sink]) -> dict[str, str]:
    """One attempt at everything that is due. Returns for each sink what it did, in words.

    A sink that fails keeps its messages, in their order, for a later attempt; the others go on beside it. A process that
    dies between sending and noting so sends again: the message has the same id.
    """

    def one(sink: Sink) -> str:
        due = outbox.due(sink.name, time.time())
        for done, delivery in enumerate(due):
            try:
                sink.send(delivery.message)
            except Exception as error:
                # Whatever a server makes a library raise is one failed attempt; only a sink's own words hold no secret.
                reason = str(error) if isinstance(error, Undelivered) else type(error).__name__
                outbox.failed(delivery, time.time())
                log.warning("%s: %d alerts wait (%s)", sink.name, len(due) - done, reason)
                return f"{done} sent, {len(due) - done} wait: {reason}"
            outbox.delivered(delivery)
        return f"{len(due)} sent" if due else ""

    with ThreadPoolExecutor(max_workers=max(len(sinks), 1)) as threads:
        said = threads.map(one, sinks)
        return {sink.name: words for sink, words in zip(sinks, said, strict=True) if words}
