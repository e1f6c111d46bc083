"""Connecting to the service: which credentials, which project, and one sentence when either is missing or refused.

No part of a credential is ever put into a message: an error names the kind of credential and the way out, no more.
"""

from __future__ import annotations

import os
import socket
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ecom_platform.warehouse.bigquery.failures import explained
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport.requests import AuthorizedSession
    from google.cloud.bigquery import Client

EMULATOR = "BIGQUERY_EMULATOR_HOST"
EMULATED_PROJECT = "ecom-local"
CONNECT_SECONDS = 20.0
"""How long the first contact may take: what does not answer by then is reported."""

REQUEST_SECONDS = 300.0
"""How long the service may take for any single answer."""

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)


def connect(options: BigQueryOptions) -> Client:
    """A client whose credentials and project have been tried.

    With BIGQUERY_EMULATOR_HOST in the environment it is a client of that emulator, without credentials.

    Raises WarehouseError, in one sentence, when there are no credentials, when they are refused, when no project is
    named, when there is none of that name, or when jobs may not be run in it.
    """
    from google.cloud import bigquery

    if host := os.environ.get(EMULATOR, "").strip():
        from google.auth.credentials import AnonymousCredentials

        anonymous = AnonymousCredentials()  # type: ignore[no-untyped-call]
        return bigquery.Client(
            project=options.project or EMULATED_PROJECT,
            credentials=anonymous,
            location=options.location,
            client_options={"api_endpoint": _emulator(host)},
            _http=_session(anonymous),
        )
    credentials, own_project = _credentials(options)
    project = options.project or own_project
    if not project:
        raise WarehouseError("No BigQuery project is named: set ECOM_BIGQUERY_PROJECT; the credentials do not name one.")
    client = bigquery.Client(project=project, credentials=credentials, location=options.location, _http=_session(credentials))
    _check(client, credentials, options)
    return client


def _session(credentials: Credentials) -> AuthorizedSession:
    """The client's HTTP session, with a time limit on every request: the client itself would wait for ever."""
    from google.auth.transport.requests import AuthorizedSession

    session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    session.configure_mtls_channel()  # type: ignore[no-untyped-call]
    send = session.request

    def bounded(method: str, url: str, timeout: Any = None, **options: Any) -> Any:
        return send(method, url, timeout=timeout or REQUEST_SECONDS, **options)  # type: ignore[no-untyped-call]

    session.request = bounded  # type: ignore[assignment, method-assign]
    return session


def _emulator(host: str) -> str:
    """The emulator's address. Raises WarehouseError when it is none, or nothing answers there: clients try for minutes."""
    if "@" in host:
        raise WarehouseError(f"{EMULATOR} cannot be used: it must hold no user and no password.")
    address = host if "://" in host else f"http://{host}"
    try:
        parts = urlsplit(address)
        place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    except ValueError:
        place = ("", 0)
    if not place[0]:
        raise WarehouseError(f"{EMULATOR} is {host!r}: it must be an address such as localhost:9050.")
    try:
        socket.create_connection(place, timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise WarehouseError(
            f"{EMULATOR} is {host!r}, and no emulator answers there ({error.strerror or 'no answer'}): start it, or unset "
            "the variable to use BigQuery itself."
        ) from None
    return address


def _credentials(options: BigQueryOptions) -> tuple[Credentials, str]:
    """The credentials the options ask for, and the project they belong to, if any."""
    import google.auth
    from google.auth.exceptions import DefaultCredentialsError

    if options.key_file is not None:
        from google.oauth2 import service_account

        try:
            key = service_account.Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
                str(options.key_file), scopes=SCOPES
            )
        except OSError as error:
            raise WarehouseError(f"The key file {options.key_file} cannot be read: {error.strerror}.") from None
        # Not every file of JSON is what Google's library takes it for: of a list it asks for fields.
        except (ValueError, KeyError, TypeError, AttributeError):
            raise WarehouseError(f"The key file {options.key_file} is not a service account's key.") from None
        source, project = key, str(key.project_id or "")
    else:
        try:
            source, found = google.auth.default(scopes=SCOPES)
        except (DefaultCredentialsError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _no_default(error) from None
        project = str(found or "")
    if options.impersonate:
        from google.auth import impersonated_credentials

        source = impersonated_credentials.Credentials(source, options.impersonate, list(SCOPES))  # type: ignore[no-untyped-call]
    return source, project


def _no_default(error: Exception) -> WarehouseError:
    """Why there are no application default credentials: none anywhere, or a file that is missing or malformed."""
    from google.auth.environment_vars import CREDENTIALS
    from google.auth.exceptions import DefaultCredentialsError

    named = os.environ.get(CREDENTIALS, "")
    if named and not os.path.exists(named):
        return WarehouseError(f"{CREDENTIALS} is {named!r}: there is no such file; correct the variable, or unset it.")
    if named:
        reason = f" ({error.strerror})" if isinstance(error, OSError) else ""
        return WarehouseError(
            f"{CREDENTIALS} is {named!r}: that file holds no Google credentials{reason}; name one that does, or unset it."
        )
    if isinstance(error, DefaultCredentialsError) and "valid json" not in str(error).lower():
        return WarehouseError(
            "There are no Google credentials: run 'gcloud auth application-default login', or name a key in "
            "ECOM_BIGQUERY_KEY_FILE."
        )
    return WarehouseError(
        "The file of application default credentials cannot be used: run 'gcloud auth application-default login' again."
    )


def _check(client: Client, credentials: Credentials, options: BigQueryOptions) -> None:
    """A dry run, which is free and needs what every job needs. The token is fetched first: its errors are the vaguest."""
    from google.auth.exceptions import RefreshError, TransportError
    from google.auth.transport.requests import Request
    from google.cloud.bigquery import DEFAULT_RETRY, QueryJobConfig

    try:
        credentials.refresh(partial(Request(), timeout=CONNECT_SECONDS))  # type: ignore[no-untyped-call]
    except RefreshError:
        if options.impersonate:
            raise WarehouseError(
                f"The credentials may not act as {options.impersonate}: grant them "
                "roles/iam.serviceAccountTokenCreator on that service account."
            ) from None
        raise WarehouseError(
            "Google refused the credentials: they have expired or were revoked; log in again, or name another key in "
            "ECOM_BIGQUERY_KEY_FILE."
        ) from None
    except TransportError:
        raise WarehouseError("Google cannot be reached to sign in: check the network.") from None
    with explained(f"BigQuery cannot be used in project {client.project}", client.project):
        client.query(
            "SELECT 1",
            job_config=QueryJobConfig(dry_run=True, use_query_cache=False),
            retry=DEFAULT_RETRY.with_timeout(CONNECT_SECONDS),
            timeout=CONNECT_SECONDS,
            job_retry=None,
        )
