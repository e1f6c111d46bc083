"""Connecting to the service: which credentials, which project, and one sentence when either is missing or refused.

No part of a credential is ever put into a message: an error names the kind of credential and the way out, no more.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ecom_platform.warehouse.bigquery.failures import explained
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud.bigquery import Client

EMULATOR = "BIGQUERY_EMULATOR_HOST"
EMULATED_PROJECT = "ecom-local"
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

        return bigquery.Client(
            project=options.project or EMULATED_PROJECT,
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            location=options.location,
            client_options={"api_endpoint": host if "://" in host else f"http://{host}"},
        )
    credentials, own_project = _credentials(options)
    project = options.project or own_project
    if not project:
        raise WarehouseError("No BigQuery project is named: set ECOM_BIGQUERY_PROJECT; the credentials do not name one.")
    client = bigquery.Client(project=project, credentials=credentials, location=options.location)
    _check(client, options)
    return client


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
        except (ValueError, KeyError):
            raise WarehouseError(f"The key file {options.key_file} is not a service account's key.") from None
        source, project = key, str(key.project_id or "")
    else:
        try:
            source, found = google.auth.default(scopes=SCOPES)
        except DefaultCredentialsError:
            raise WarehouseError(
                "There are no Google credentials: run 'gcloud auth application-default login', or name a key in "
                "ECOM_BIGQUERY_KEY_FILE."
            ) from None
        project = str(found or "")
    if options.impersonate:
        from google.auth import impersonated_credentials

        source = impersonated_credentials.Credentials(source, options.impersonate, list(SCOPES))  # type: ignore[no-untyped-call]
    return source, project


def _check(client: Client, options: BigQueryOptions) -> None:
    """A dry run, which is free and needs what every job needs. The token is fetched first: its errors are the vaguest."""
    from google.auth.exceptions import RefreshError, TransportError
    from google.auth.transport.requests import Request
    from google.cloud.bigquery import QueryJobConfig

    try:
        client._credentials.refresh(Request())
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
        client.query("SELECT 1", job_config=QueryJobConfig(dry_run=True, use_query_cache=False))
