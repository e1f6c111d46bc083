"""The two long-running processes of Dagster, as this platform starts them: the webserver, guarded, and the daemon.

Both are Dagster's own commands with all of their options; `ecom-webserver` stands for `dagster-webserver`. Dagster has no
setting for middleware: what its command calls to make its application is wrapped here, and nowhere else.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from importlib import import_module
from typing import Any

from ecom_platform.settings import Settings, SettingsError

END_WITH_PARENT = "--end-with-parent"
"""First argument of a process that must not outlive the one that started it, however that one ends."""
LOOK_SECONDS = 1.0


def webserver() -> None:
    """The console script `ecom-webserver`. Ends with one sentence where it may not listen."""
    cli: Any = import_module("dagster_webserver.cli")
    try:
        settings = Settings.load()
    except SettingsError as error:
        sys.exit(f"ecom-webserver: {error}")
    create, serve = cli.create_app_from_workspace_process_context, cli.host_dagster_ui_with_workspace_process_context

    def serve_guarded(context: Any, host: str | None, port: int | None, *rest: Any) -> None:
        from ecom_platform.web.guard import Guard, origins_of

        address, number = host or "127.0.0.1", port or cli.DEFAULT_WEBSERVER_PORT
        check_reach(address, settings.ui_token)
        origins = origins_of(address, number, settings.alerts.ui_url)

        def create_guarded(*arguments: Any, **options: Any) -> Guard:
            return Guard(create(*arguments, **options), origins, settings.ui_token)

        cli.create_app_from_workspace_process_context = create_guarded
        serve(context, address, number, *rest)

    cli.host_dagster_ui_with_workspace_process_context = serve_guarded
    try:
        cli.main()
    except SettingsError as error:
        sys.exit(f"ecom-webserver: {error}")


def daemon() -> None:
    """Dagster's daemon."""
    import_module("dagster._daemon.cli").main()


def check_reach(host: str, token: str) -> None:
    """Raises SettingsError for an address that others can reach, unless a token keeps them out."""
    from ecom_platform.web.guard import is_loopback

    if not token and not is_loopback(host):
        raise SettingsError(
            f"--host is {host!r}: others can reach that address, and the UI can start runs and delete history. Set "
            "ECOM_UI_TOKEN to the password that it shall ask for, or listen on 127.0.0.1."
        )


def _end_with_parent() -> None:
    """Stops this process as Ctrl-C does when its parent is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    program = sys.argv.pop(1)
    if sys.argv[1:2] == [END_WITH_PARENT]:
        sys.argv.pop(1)
        _end_with_parent()
    {"webserver": webserver, "daemon": daemon}[program]()
