"""A hostile page in the same browser, while the UI is open: nothing it tries reaches the platform."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

DELETE = 'mutation {{ deletePipelineRun(runId: "{run}") {{ __typename }} }}'


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a page of another origin."""

    class Hostile(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>harmless</title><iframe name=sink></iframe>"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def ask(ui: str, query: str) -> Any:
    request = urllib.request.Request(
        f"{ui}/graphql", json.dumps({"query": query}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]


def runs(ui: str) -> list[str]:
    found = ask(ui, "{ pipelineRunsOrError { ... on Runs { results { runId } } } }")
    return [run["runId"] for run in found["pipelineRunsOrError"]["results"]]


def test_it_can_neither_delete_a_run_nor_listen(ui: str, page: Page, elsewhere: str) -> None:
    run = runs(ui)[0]
    mutation = DELETE.format(run=run)
    page.goto(elsewhere)
    opened = page.evaluate(
        """async ({ui, mutation}) => {
            const body = JSON.stringify({query: mutation});
            const tries = [
                fetch(`${ui}/graphql?query=${encodeURIComponent(mutation)}`, {mode: "no-cors", credentials: "include"}),
                fetch(`${ui}/graphql`, {method: "POST", mode: "no-cors", body, headers: {"content-type": "text/plain"}}),
                fetch(`${ui}/graphql`, {method: "POST", mode: "no-cors", body,
                                        headers: {"content-type": "text/plain; x=application/json"}}),
                fetch(`${ui}/graphql`, {method: "POST", body, headers: {"content-type": "application/json"}}),
            ];
            const answers = await Promise.allSettled(tries);
            const read = answers.map(each => each.status === "fulfilled" && each.value.type !== "opaque");
            const form = document.createElement("form");
            Object.assign(form, {method: "post", action: `${ui}/graphql`, enctype: "text/plain", target: "sink"});
            form.append(Object.assign(document.createElement("input"), {name: body, value: ""}));
            document.body.append(form);
            form.submit();
            const socket = new WebSocket(ui.replace("http", "ws") + "/graphql", "graphql-ws");
            const listens = await new Promise(done => {
                socket.onopen = () => done(true);
                socket.onerror = () => done(false);
            });
            return [...read, listens];
        }""",
        {"ui": ui, "mutation": mutation},
    )
    assert not any(opened)
    page.goto(f"{ui}/graphql?query={quote(mutation)}")
    assert run in runs(ui)


def test_a_link_on_it_still_opens_the_ui(ui: str, page: Page, elsewhere: str) -> None:
    page.goto(elsewhere)
    page.evaluate('(to) => { document.body.innerHTML = `<a href="${to}">look</a>` }', f"{ui}/runs")
    page.click("a")
    page.get_by_text("Runs", exact=True).first.wait_for()


def test_the_ui_itself_may_do_what_the_page_may_not(ui: str) -> None:
    run = runs(ui)[0]
    assert ask(ui, DELETE.format(run=run))["deletePipelineRun"]["__typename"] == "DeletePipelineRunSuccess"
    assert run not in runs(ui)
