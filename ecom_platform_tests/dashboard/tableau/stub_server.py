"""A Tableau server as far as publishing needs one: its REST interface over HTTP, and a record of what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

TOKEN, SECRET, SITE = "ecom", "s3cret-of-the-token", "shop"
VERSION = "3.25"
NAMESPACE = "http://tableau.com/api"


@dataclass
class StubServer:
    """What the server has and does. `projects` are names; `workbooks` are names that are taken, in any project."""

    address: str = ""
    projects: tuple[str, ...] = ("default", "Growth")
    workbooks: set[str] = field(default_factory=set)
    broken: str = ""
    """How the server fails: `html`, `redirect` or `internal`; not at all where empty."""
    requests: list[str] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)

    def answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, str, dict[str, str]]:
        """Status, XML and headers."""
        self.requests.append(f"{method} {path}")
        if self.broken == "html":
            return 200, "<html><body>Welcome</body>", {}
        if self.broken == "redirect":
            return 302, "", {"Location": "http://127.0.0.1:1/elsewhere"}
        if path.lower().endswith("/serverinfo"):
            return 200, _answer(f"<serverInfo><productVersion build='1'>2026.2</productVersion>{_REST}</serverInfo>"), {}
        if path.endswith("/auth/signin"):
            return self._signed_in(body.decode())
        if path.endswith("/auth/signout"):
            return 204, "", {}
        if path.endswith("/projects"):
            return 200, _answer(self._listed()), {}
        if path.endswith("/workbooks") and method == "POST":
            return self._published(query, body)
        return 404, _error("404000", "Resource Not Found", f"no {path}"), {}

    def _signed_in(self, body: str) -> tuple[int, str, dict[str, str]]:
        wanted = (f'personalAccessTokenName="{TOKEN}"', f'personalAccessTokenSecret="{SECRET}"', f'contentUrl="{SITE}"')
        if not all(part in body for part in wanted):
            return 401, _error("401001", "Signin Error", "Error signing in to Tableau Server"), {}
        site = f"<site id='site-1' contentUrl='{SITE}'/><user id='user-1'/>"
        return 200, _answer(f"<credentials token='session-1'>{site}</credentials>"), {}

    def _listed(self) -> str:
        projects = "".join(f"<project id='project-{place}' name='{name}'/>" for place, name in enumerate(self.projects))
        total = len(self.projects)
        return f"<pagination pageNumber='1' pageSize='100' totalAvailable='{total}'/><projects>{projects}</projects>"

    def _published(self, query: str, body: bytes) -> tuple[int, str, dict[str, str]]:
        if self.broken == "internal":
            return 500, "", {}
        name = _attribute(body, "name")
        if name in self.workbooks and "overwrite=true" not in query:
            return 409, _error("409009", "Resource Conflict", "Workbook exists"), {}
        self.workbooks.add(name)
        self.uploads.append(body)
        return 201, _answer(f"<workbook id='w-1' name='{name}' webpageUrl='{self.address}/#/workbooks/1'/>"), {}


def _attribute(body: bytes, name: str) -> str:
    element = body[body.index(b"<workbook") :]
    return element.split(f'{name}="'.encode(), 1)[1].split(b'"')[0].decode()


_REST = f"<restApiVersion>{VERSION}</restApiVersion>"


def _answer(content: str) -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?><tsResponse xmlns='{NAMESPACE}'>{content}</tsResponse>"


def _error(code: str, summary: str, detail: str) -> str:
    return _answer(f"<error code='{code}'><summary>{summary}</summary><detail>{detail}</detail></error>")


@contextmanager
def serving(stub: StubServer) -> Iterator[StubServer]:
    """The stub at an address of this machine, until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = urlsplit(self.path)
            status, text, headers = stub.answer(self.command, asked.path, asked.query, body)
            content = text.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "text/xml", "Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _respond

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
