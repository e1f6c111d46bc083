"""Publishing a workbook to a Tableau server. Tableau's own client, an optional extra, speaks to it.

Whatever goes wrong ends in one sentence that says what to change. The token goes to the server that the settings name and
nowhere else: not into a message, and not to where a redirect points.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ecom_platform.dashboard.tableau.extracts import INSTALL
from ecom_platform.dashboard.tableau.options import TableauOptions

if TYPE_CHECKING:
    import requests
    from tableauserverclient import ProjectItem, Server

SECONDS = 60.0
"""How long the server may take for one answer."""

ALREADY_THERE = "409009"
"""The server's code for a workbook whose name is taken in the project."""


class PublishError(Exception):
    """A workbook that was not published: one sentence with what to do."""


class PublishedWorkbook(NamedTuple):
    """Where a workbook is on the server. `address` is what people open; empty where the server does not say."""

    name: str
    project: str
    address: str


def publish(options: TableauOptions, file: Path, name: str, overwrite: bool = False) -> PublishedWorkbook:
    """Publishes the workbook in `file` under `name`; one of that name in the project is replaced where `overwrite`.

    Raises PublishError.
    """
    _require(options, file)
    import tableauserverclient as tsc

    with _signed_in(options) as server:
        project = _project(server, options.project)
        mode = tsc.Server.PublishMode.Overwrite if overwrite else tsc.Server.PublishMode.CreateNew
        item = tsc.WorkbookItem(name=name, project_id=project.id, show_tabs=True)
        try:
            # A live connection asks whoever opens the workbook to sign in; the server need not try it.
            made = server.workbooks.publish(item, file, mode, None, False, skip_connection_check=True)
        except tsc.ServerResponseError as error:
            if error.code == ALREADY_THERE:
                raise PublishError(
                    f"the project {options.project!r} has a workbook {name!r} already: replace it with --overwrite, or choose "
                    "another --name."
                ) from None
            raise
    return PublishedWorkbook(name, options.project, made.webpage_url or "")


def _require(options: TableauOptions, file: Path) -> None:
    if find_spec("tableauserverclient") is None:
        raise PublishError(f"Tableau's client is not installed: {INSTALL}.")
    missing = {
        "ECOM_TABLEAU_SERVER": options.server,
        "ECOM_TABLEAU_TOKEN_NAME": options.token_name,
        "ECOM_TABLEAU_TOKEN_SECRET": options.token_secret,
    }
    for variable, value in missing.items():
        if not value:
            raise PublishError(f"{variable} is not set: it says where to publish, or who does.")
    if not file.is_file():
        raise PublishError(f"there is no workbook {file}: build it with `ecom run`, or name another --file.")


@contextmanager
def _signed_in(options: TableauOptions) -> Iterator[Server]:
    """The server, with the token's session, which ends with the context. Turns what goes wrong in it into a sentence."""
    import requests
    import tableauserverclient as tsc
    from tableauserverclient.server.endpoint.exceptions import NonXMLResponseError, RedirectError, TableauError
    from tableauserverclient.server.exceptions import EndpointUnavailableError

    where = urlsplit(options.server).netloc
    other = f"{where} does not answer as a Tableau server does: check ECOM_TABLEAU_SERVER."
    # What the client logs besides raising it would reach the terminal as a traceback.
    logging.getLogger("TSC").addHandler(logging.NullHandler())
    try:
        server = tsc.Server(options.server, http_options={"timeout": SECONDS}, session_factory=_session)  # type: ignore[no-untyped-call]
        server.use_server_version()  # type: ignore[no-untyped-call]
        if not re.fullmatch(r"[0-9]+\.[0-9]+", server.version):
            raise PublishError(other)
        token = tsc.PersonalAccessTokenAuth(options.token_name, options.token_secret, options.site)
        with server.auth.sign_in(token):
            yield server
    except tsc.FailedSignInError:
        site = f"the site {options.site!r}" if options.site else "its default site"
        raise PublishError(
            f"{where} refuses the token {options.token_name!r} on {site}: check ECOM_TABLEAU_TOKEN_NAME, "
            "ECOM_TABLEAU_TOKEN_SECRET and ECOM_TABLEAU_SITE, and whether the token has expired."
        ) from None
    except (RedirectError, requests.exceptions.TooManyRedirects):
        raise PublishError(f"{where} redirects to another address: name that one as ECOM_TABLEAU_SERVER.") from None
    except requests.exceptions.SSLError:
        raise PublishError(f"{where} has no certificate that is trusted here: check ECOM_TABLEAU_SERVER.") from None
    except requests.exceptions.Timeout:
        raise PublishError(
            f"{where} has not answered for {SECONDS:.0f} seconds: try again, or check ECOM_TABLEAU_SERVER."
        ) from None
    except (requests.exceptions.RequestException, OSError):
        raise PublishError(f"{where} cannot be reached: check ECOM_TABLEAU_SERVER and the network.") from None
    except tsc.ServerResponseError as error:
        if error.code.startswith("404") and error.code != "404005":
            raise PublishError(f"{where} is no Tableau server, or has no such interface: {_said(error)}.") from None
        raise PublishError(f"{where} refuses: {_said(error)}.") from None
    except (NonXMLResponseError, EndpointUnavailableError, TableauError, SyntaxError):
        raise PublishError(other) from None


def _session() -> requests.Session:
    """A session that follows no redirect: the client would send the token along."""
    import requests

    session = requests.Session()
    session.max_redirects = 0
    return session


def _said(error: object) -> str:
    """What the server said of its refusal, on one line."""
    parts = (getattr(error, "summary", ""), getattr(error, "detail", ""))
    return ": ".join(" ".join(str(part).split()).rstrip(".") for part in parts if part)


def _project(server: Server, name: str) -> ProjectItem:
    import tableauserverclient as tsc

    found = [project for project in tsc.Pager(server.projects) if project.name == name]
    if not found:
        raise PublishError(f"there is no project {name!r} that the token may see: create it, or name another with --project.")
    if len(found) > 1:
        raise PublishError(f"there are {len(found)} projects {name!r}: name one with --project whose name is its own.")
    return found[0]
