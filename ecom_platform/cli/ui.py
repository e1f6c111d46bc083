"""`ecom ui`: the Dagster webserver and daemon over the instance that `ecom run` records in."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ecom_platform.settings import Settings, SettingsError

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 20


@click.command(name="ui")
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.option(
    "--host", default=LOOPBACK, show_default=True, help="Address to listen on; one that others can reach needs ECOM_UI_TOKEN."
)
def command(port: int, host: str) -> None:
    """Starts the Dagster UI and the daemon (schedules, sensors, queued runs); Ctrl-C stops both.

    \b
    Example:
      ecom ui --port 3100
    """
    from ecom_platform.cli.instance import opened, prepare_home
    from ecom_platform.orchestration.servers import END_WITH_PARENT, check_reach

    settings = Settings.load()
    check_reach(host, settings.ui_token)
    home = prepare_home(settings)
    # The sensor that watches a source reads all of it when a file has changed.
    os.environ.setdefault("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "600")
    with _alone(home):
        check_free(host, port)
        with opened(settings):
            pass
        servers = [sys.executable, "-m", "ecom_platform.orchestration.servers"]
        module = ["-m", "ecom_platform.definitions"]
        processes = {
            "webserver": [*servers, "webserver", END_WITH_PARENT, "-h", host, "-p", str(port), *module],
            "daemon": [*servers, "daemon", END_WITH_PARENT, "run", *module],
        }
        running = {name: subprocess.Popen(arguments, env=os.environ.copy()) for name, arguments in processes.items()}
        click.echo(f"The Dagster UI is starting at http://{host}:{port} (Ctrl-C stops it).")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            while all(process.poll() is None for process in running.values()):
                time.sleep(0.5)
            stopped = next(name for name, process in running.items() if process.poll() is not None)
            raise SettingsError(
                f"the {stopped} stopped with exit code {running[stopped].returncode}; its messages stand above."
            )
        finally:
            _stop(list(running.values()))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Raises SettingsError while another `ecom ui` serves the home: two daemons would start every scheduled run twice."""
    from filelock import FileLock, Timeout

    lock = FileLock(home / ".ui.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise SettingsError(f"another `ecom ui` serves {home} already: use that one, or stop it first.") from None
    try:
        yield
    finally:
        lock.release()


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in processes:
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"--port is {port}: {host}:{port} cannot be used ({error.strerror}); choose another."
            ) from None
