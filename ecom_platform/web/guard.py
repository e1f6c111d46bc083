"""A guard in front of a web application: it is used by the pages it serves, and by no other page that a browser has open.

Dagster's webserver answers whoever asks. A page of another site can therefore launch runs through the browser of somebody
who has the UI open, and a name that is made to resolve to this machine (DNS rebinding) can read everything. The guard
refuses both before the application sees the request, over HTTP and WebSocket alike:

- a `Host` that is not one of the names the application is served under;
- an `Origin`, or a `Sec-Fetch-Site`, of another site; a link from elsewhere may still open a page;
- a query in the address of `/graphql`, which would run mutations by GET;
- a body that is not declared to be JSON, the one type that a foreign form cannot send without asking first;
- with a token, whoever does not know it: it is the password of HTTP Basic authentication (any user name) or a Bearer
  token. A cookie that derives from it lets WebSockets in, for which browsers send no password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketClose

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "ecom_ui"
GRAPHQL = "/graphql"
JSON = "application/json"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY_VIOLATION = 1008

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered: the HTTP status and one sentence for a person."""

    status: int
    reason: str


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address that a server listens on."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def origins_of(host: str, port: int, url: str = "") -> frozenset[str]:
    """The origins (`scheme://host[:port]`) under which a server that listens on `host` and `port` is reached.

    Beside its own address these are this machine's name where it listens on all addresses, the loopback names where it
    listens on one of those or on all, and the address that people are given, `url`, where that is another machine's.
    """
    names = {f"[{host}]" if ":" in host else host}
    everywhere = host in {"0.0.0.0", "::"}
    if everywhere:
        names.add(socket.gethostname())
    if everywhere or is_loopback(host):
        names.update(_LOOPBACK_NAMES)
    found = {_origin(f"http://{name}:{port}") for name in names}
    given = _origin(url)
    if given and not is_loopback(urlsplit(given).hostname or ""):
        found.add(given)
    return frozenset(found)


class Guard:
    """An ASGI application that answers for `app` only requests of its own `origins` (see `origins_of`)."""

    def __init__(self, app: ASGIApp, origins: Iterable[str], token: str = "") -> None:
        self._app = app
        self._origins = frozenset(origins)
        # A Host header names no scheme: behind a proxy that ends TLS, it is the one of an https origin too.
        self._hosts = frozenset(_origin(f"http://{urlsplit(origin).netloc}") for origin in self._origins)
        self._token = token.encode()
        self._pass = hmac.new(self._token, b"ecom ui", hashlib.sha256).hexdigest() if token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._refusal(scope, headers):
            await _refuse(refusal, scope, receive, send)
            return
        if self._pass and scope["type"] == "http" and not self._has_pass(headers):
            send = self._with_pass(send)
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        return (
            self._foreign(scope, headers)
            or (None if scope["type"] == "websocket" else _unsafe(scope, headers))
            or (None if self._is_known(headers) else Refusal(401, "The password of this UI is its ECOM_UI_TOKEN."))
        )

    def _foreign(self, scope: Scope, headers: Headers) -> Refusal | None:
        host = headers.getlist("host")
        if len(host) != 1 or _origin(f"http://{host[0]}") not in self._hosts:
            return Refusal(421, "This is not served under that name; where it should be, set ECOM_UI_URL to its address.")
        origin = headers.getlist("origin")
        if origin and (len(origin) > 1 or origin[0] not in self._origins):
            return Refusal(403, "A page of another site may not use this one.")
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"} and not _opens_a_page(scope, headers):
            return Refusal(403, "A page of another site may not use this one.")
        return None

    def _is_known(self, headers: Headers) -> bool:
        return not self._token or self._has_pass(headers) or hmac.compare_digest(_credential(headers), self._token)

    def _has_pass(self, headers: Headers) -> bool:
        given = dict(part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";"))
        return hmac.compare_digest(given.get(COOKIE, "").encode(), self._pass.encode())

    def _with_pass(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", f"{COOKIE}={self._pass}; Path=/; HttpOnly; SameSite=Strict")
            await send(message)

        return sending


def _unsafe(scope: Scope, headers: Headers) -> Refusal | None:
    """What a request of the right site may not do either: it could have been made to by an old browser."""
    if scope["method"] in SAFE_METHODS:
        is_query = scope["path"].rstrip("/").endswith(GRAPHQL) and scope["query_string"]
        return Refusal(405, "GraphQL is asked by POST.") if is_query else None
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() != JSON or charset not in {"", "charset=utf-8"}:
        return Refusal(415, f"A request has a body of the type {JSON}.")
    return None


def _opens_a_page(scope: Scope, headers: Headers) -> bool:
    """Whether somebody follows a link from elsewhere, which the page that has the link learns nothing from."""
    return (
        scope["type"] == "http"
        and scope["method"] in {"GET", "HEAD"}
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and not scope["path"].rstrip("/").endswith(GRAPHQL)
    )


def _credential(headers: Headers) -> bytes:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip().encode()
    try:
        return base64.b64decode(value, validate=True).partition(b":")[2] if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""


def _origin(url: str) -> str:
    """The origin of an address as browsers write it: lower case, without the scheme's own port. Malformed: empty."""
    try:
        parts = urlsplit(url)
        name = (parts.hostname or "").lower()
        port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    except ValueError:
        return ""
    if not name or parts.username is not None:
        return ""
    return f"{parts.scheme}://[{name}]{port}" if ":" in name else f"{parts.scheme}://{name}{port}"


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(POLICY_VIOLATION, refusal.reason)(scope, receive, send)
        return
    asks = {"www-authenticate": 'Basic realm="ecom", charset="UTF-8"'} if refusal.status == 401 else {}
    await PlainTextResponse(f"{refusal.reason}\n", refusal.status, asks)(scope, receive, send)
