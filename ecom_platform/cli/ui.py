"""`ecom ui`: the Dagster webserver and daemon over the instance that `ecom run` records in."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import click

from ecom_platform.settings import Settings, SettingsError

_LOOPBACK = "127.0.0.1"


@click.command(name="ui")
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.option("--host", default=_LOOPBACK, show_default=True, help="Address to listen on; the UI has no login.")
def command(port: int, host: str) -> None:
    """Starts the Dagster UI and the daemon (schedules, sensors, queued runs); Ctrl-C stops both.

    \b
    Example:
      ecom ui --port 3100
    """
    from ecom_platform.cli.instance import prepare_home

    settings = Settings.load()
    prepare_home(settings)
    # The sensor that watches a source reads all of it when a file has changed.
    os.environ.setdefault("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "600")
    _check_free(host, port)
    module = ["-m", "ecom_platform.definitions"]
    processes = {
        "webserver": [sys.executable, "-m", "dagster_webserver", "-h", host, "-p", str(port), *module],
        "daemon": [sys.executable, "-m", "dagster._daemon", "run", *module],
    }
    running = {name: subprocess.Popen(arguments, env=os.environ.copy()) for name, arguments in processes.items()}
    click.echo(f"The Dagster UI is starting at http://{host}:{port} (Ctrl-C stops it).")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(process.poll() is None for process in running.values()):
            time.sleep(0.5)
        stopped = next(name for name, process in running.items() if process.poll() is not None)
        raise SettingsError(f"the {stopped} stopped with exit code {running[stopped].returncode}; its messages stand above.")
    finally:
        for process in running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in running.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"--port is {port}: {host}:{port} cannot be used ({error.strerror}); choose another."
            ) from None
