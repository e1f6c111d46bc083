"""Who is answered through the guard, and who is not."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.web.guard import COOKIE, Guard, is_loopback, origins_of

HOME = ("host", "127.0.0.1:3000")
JSON = ("content-type", "application/json")
LINK = (("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"))

Header = tuple[str, str]


class Site:
    """A guarded application that counts what reaches it."""

    def __init__(self, host: str = "127.0.0.1", port: int = 3000, url: str = "", token: str = "") -> None:
        self.reached = 0
        self.sent: list[dict[str, Any]] = []
        self.guard = Guard(self._application, origins_of(host, port, url), token)

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        self.reached += 1
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    def _call(self, scope: dict[str, Any], headers: tuple[Header, ...]) -> dict[str, Any]:
        async def receive() -> dict[str, Any]:
            return {"type": f"{scope['type']}.connect"}

        async def send(message: Any) -> None:
            self.sent.append(dict(message))

        self.sent = []
        raw = [(name.encode(), value.encode()) for name, value in headers]
        asyncio.run(self.guard({**scope, "headers": raw}, receive, send))
        return self.sent[0]

    def status(self, method: str, path: str, *headers: Header, query: str = "") -> int:
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
        return int(self._call(scope, headers)["status"])

    def opens_a_socket(self, *headers: Header) -> bool:
        scope = {"type": "websocket", "path": "/graphql", "query_string": b""}
        return bool(self._call(scope, headers)["type"] == "websocket.accept")


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("name", ["127.0.0.1:3000", "localhost:3000", "LOCALHOST:3000", "[::1]:3000"])
def test_its_own_pages_are_answered(site: Site, name: str) -> None:
    own = (("host", name), ("origin", f"http://{name.lower()}"), ("sec-fetch-site", "same-origin"))
    assert site.status("GET", "/runs", *own) == 200
    assert site.status("POST", "/graphql", *own, JSON) == 200
    assert site.opens_a_socket(*own)


def test_a_program_that_is_no_browser_is_answered(site: Site) -> None:
    assert site.status("GET", "/server_info", HOME) == 200
    assert site.status("POST", "/graphql", HOME, ("content-type", "application/json; charset=UTF-8")) == 200
    assert site.opens_a_socket(HOME)


@pytest.mark.parametrize(
    "name", ["evil.example:3000", "127.0.0.1:3001", "127.0.0.1", "127.0.0.1:3000.evil.example", "", "a@b"]
)
def test_another_name_is_not_answered(site: Site, name: str) -> None:
    assert site.status("GET", "/", ("host", name)) == 421
    assert not site.opens_a_socket(("host", name))
    assert site.reached == 0


def test_two_names_are_not_answered(site: Site) -> None:
    assert site.status("GET", "/", HOME, ("host", "evil.example")) == 421
    assert site.status("GET", "/") == 421


@pytest.mark.parametrize(
    "foreign",
    [
        ("origin", "http://evil.example"),
        ("origin", "https://127.0.0.1:3000"),
        ("origin", "http://127.0.0.1:8080"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ],
    ids=lambda header: header[1],
)
def test_a_page_of_another_site_is_not_answered(site: Site, foreign: Header) -> None:
    assert site.status("GET", "/graphql", HOME, foreign) == 403
    assert site.status("POST", "/graphql", HOME, foreign, JSON) == 403
    assert not site.opens_a_socket(HOME, foreign)
    assert site.reached == 0


def test_a_link_from_elsewhere_opens_a_page_and_nothing_else(site: Site) -> None:
    assert site.status("GET", "/runs/1", HOME, *LINK) == 200
    assert site.status("POST", "/report_asset_materialization/a", HOME, *LINK, JSON) == 403
    assert site.status("GET", "/graphql", HOME, *LINK) == 403
    assert site.status("GET", "/runs/1", HOME, *LINK[:2], ("sec-fetch-dest", "iframe")) == 403


def test_nothing_is_changed_by_get(site: Site) -> None:
    assert site.status("GET", "/graphql", HOME, query="query=mutation{...}") == 405
    assert site.status("HEAD", "/graphql/", HOME, query="query=mutation{...}") == 405
    assert site.status("GET", "/graphql", HOME) == 200


@pytest.mark.parametrize(
    "body",
    [
        "text/plain",
        "text/plain; x=application/json",
        "application/json; x=1",
        "application/jsonp",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "",
    ],
)
def test_a_body_is_json_and_says_so(site: Site, body: str) -> None:
    assert site.status("POST", "/graphql", HOME, ("content-type", body)) == 415
    assert site.status("DELETE", "/graphql", HOME, ("content-type", body)) == 415
    assert site.reached == 0


def test_behind_a_proxy_it_is_reached_by_the_address_that_people_use() -> None:
    site = Site(url="https://dagster.example.com")
    own = (("host", "dagster.example.com"), ("origin", "https://dagster.example.com"))
    assert site.status("POST", "/graphql", *own, JSON) == 200
    assert site.status("POST", "/graphql", own[0], ("origin", "http://dagster.example.com"), JSON) == 403


def test_the_default_address_of_links_opens_no_second_port() -> None:
    assert Site(port=3100, url="http://127.0.0.1:3000").status("GET", "/", HOME) == 421


class TestWithAToken:
    @pytest.fixture
    def site(self) -> Site:
        return Site(host="0.0.0.0", url="https://dagster.example.com", token="pässword")

    @staticmethod
    def basic(password: str) -> Header:
        return "authorization", "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()

    def test_who_does_not_know_it_is_asked_for_it(self, site: Site) -> None:
        assert site.status("GET", "/", HOME) == 401
        assert (b"www-authenticate", b'Basic realm="ecom", charset="UTF-8"') in site.sent[0]["headers"]
        for wrong in (self.basic("password"), self.basic(""), ("authorization", "Basic ?"), ("cookie", f"{COOKIE}=")):
            assert site.status("GET", "/", HOME, wrong) == 401
            assert not site.opens_a_socket(HOME, wrong)
        assert site.reached == 0

    def test_who_knows_it_comes_in_and_may_open_sockets_from_then_on(self, site: Site) -> None:
        assert site.status("GET", "/", HOME, self.basic("pässword")) == 200
        cookie = dict(site.sent[0]["headers"])[b"set-cookie"].decode()
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "pässword" not in cookie
        assert site.opens_a_socket(HOME, ("cookie", cookie.split(";")[0]))
        assert site.status("GET", "/", HOME, ("cookie", cookie.split(";")[0])) == 200

    def test_a_program_may_send_it_as_a_bearer_token(self) -> None:
        assert Site(token="secret").status("GET", "/", HOME, ("authorization", "Bearer secret")) == 200

    def test_it_does_not_let_another_site_in(self, site: Site) -> None:
        known = self.basic("pässword")
        assert site.status("POST", "/graphql", HOME, known, JSON, ("origin", "http://evil.example")) == 403


@pytest.mark.parametrize(("host", "answer"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.8.8.8", True)])
def test_loopback_is_known(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.evil.example", ""])
def test_what_others_can_reach_is_known(host: str) -> None:
    assert not is_loopback(host)


@given(name=st.text(max_size=40), origin=st.text(max_size=60))
def test_whatever_the_headers_say_there_is_an_answer_and_never_for_a_stranger(name: str, origin: str) -> None:
    site = Site()
    headers = [(b"host", name.encode("latin-1", "replace")), (b"origin", origin.encode("latin-1", "replace"))]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(site.guard(scope, receive, send))
    assert sent[0]["status"] in {200, 403, 421}
    assert site.reached == 0 or origin in {"http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"}
