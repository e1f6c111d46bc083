"""A small platform, run and served as a person would, and the system's Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ecom_platform_tests.conftest import SMALL_WORLD, Built

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PATIENCE_SECONDS = 180
"""For a webserver to load the definitions on a busy machine."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium; without one, the tests that look at a page skip and say so (in CI, fail)."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium on this machine: nothing looks at the UI")
    return path


@pytest.fixture(scope="session")
def home(chromium: str, built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """The home of a finished run of three signup months."""
    home = tmp_path_factory.mktemp("ui") / "home"
    shutil.copytree(built.home, home)
    return home


@pytest.fixture(scope="session")
def ui(home: Path) -> Iterator[str]:
    """The address of the UI over that run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [sys.executable, "-c", "from ecom_platform.cli import main; main()", "ui", "--port", str(port)]
    environment = os.environ | SMALL_WORLD | {"ECOM_HOME": str(home)}
    server = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        yield page
        browser.close()
