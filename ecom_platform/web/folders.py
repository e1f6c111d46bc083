"""Folders of finished files, served as they are: what people look at, and nothing else of the home."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HEADERS = {"cache-control": "no-cache", "x-content-type-options": "nosniff", "x-frame-options": "SAMEORIGIN"}
HIDDEN = "."


def folders(home: str, served: Mapping[str, Path]) -> ASGIApp:
    """An application that serves each folder under its name; `/` leads to `home`. Hidden files are not there.

    A file that is replaced while it is read is sent as it was when it was opened.
    """
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, RedirectResponse, Response
    from starlette.routing import Route

    async def first(_: Request) -> Response:
        return RedirectResponse(home)

    async def file(request: Request) -> Response:
        from mimetypes import guess_type

        folder = served.get(request.path_params["folder"])
        name = request.path_params["name"]
        path = folder / name if folder and not name.startswith(HIDDEN) else None
        if path is None or not path.is_file():
            return PlainTextResponse("There is no such file: `ecom run` makes the pages.\n", 404)
        kind = "text/html" if path.suffix == ".html" else guess_type(path.name)[0] or "application/octet-stream"
        return Response(path.read_bytes(), media_type=kind, headers=HEADERS)

    return Starlette(routes=[Route("/", first), Route("/{folder}/{name}", file)])
