"""What the service's errors mean: one sentence for a person, and whether the same job may succeed if it is tried again.

Two kinds of failure pass by themselves: a transaction that met another one on the same table, which the service cancels
(https://cloud.google.com/bigquery/docs/transactions#transaction_concurrency), and a quota or rate limit
(https://cloud.google.com/bigquery/docs/error-messages). Every other error would only recur, and is reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ecom_platform.warehouse.errors import SpendingError, WarehouseBusyError, WarehouseError

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError

RATE_REASONS = frozenset({"rateLimitExceeded", "jobRateLimitExceeded"})
CAP_REASON = "bytesBilledLimitExceeded"

# The last phrase is an emulator's; a transaction that was not committed has done nothing, whoever says so.
_CONFLICT = re.compile(
    r"aborted due to concurrent update|could not serialize access|transaction conflict|concurrent transaction"
    r"|failed to commit",
    re.IGNORECASE,
)
# What a quota counts by, where it refills within the patience of a retry.
_REFILLS = re.compile(r"concurrent|per (?:\d+ )?(?:second|minute)s?\b|\brate limits?\b", re.IGNORECASE)
_LASTS = re.compile(r"per day|daily|\bfree\b|custom quota|per month", re.IGNORECASE)
_PERMISSION = re.compile(r"(?:permission )?(bigquery\.[a-z]+\.[a-zA-Z]+)", re.IGNORECASE)
_DENIED_ON = re.compile(r"Access Denied: (?P<kind>[A-Z]\w+) (?P<name>[^:\s]+(?::[^:\s]+)?):")
_ROLES = {
    "bigquery.jobs.create": "roles/bigquery.jobUser",
    "bigquery.jobs.listAll": "roles/bigquery.resourceViewer",
    "bigquery.datasets.create": "roles/bigquery.user",
}


def is_conflict(error: Exception) -> bool:
    """Whether another transaction on the same table made the service cancel this one: nothing of it happened."""
    return bool(_CONFLICT.search(message_of(error)))


def is_quota(error: Exception) -> bool:
    """Whether the failure is a rate limit, or a quota that refills within minutes.

    Most quotas last: the day's, a custom one, what is free, a table's modifications. To retry those is to wait in vain.
    """
    reason, message = reason_of(error), message_of(error)
    refills = reason in RATE_REASONS or (reason == "quotaExceeded" and _REFILLS.search(message) is not None)
    return refills and _LASTS.search(message) is None


def reason_of(error: Exception) -> str:
    errors = getattr(error, "errors", None) or []
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    return str(first.get("reason", ""))


def message_of(error: Exception) -> str:
    """The service's own words, on one line, without the address of the request and the job's coordinates."""
    errors = getattr(error, "errors", None) or []
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    text = str(first.get("message") or getattr(error, "message", "") or error)
    text = re.sub(r"^\d+ (?:GET|POST|PUT|PATCH|DELETE) \S+: ", "", text.strip())
    return text.splitlines()[0].strip().rstrip(".!") if text.strip() else type(error).__name__


def sentence(error: GoogleAPICallError, project: str) -> str:
    """What went wrong, for somebody who can fix it: which permission is missing on what, or what does not exist."""
    message = message_of(error)
    match error.code:
        case 401:
            return f"Google does not accept these credentials for project {project}: renew them or use others"
        case 403 if reason_of(error) == "accessNotConfigured":
            return f"the BigQuery API is not enabled in project {project}: enable bigquery.googleapis.com there"
        case 403 if permission := _PERMISSION.search(message):
            on = _DENIED_ON.search(message)
            what = f"{on['kind'].lower()} {on['name']}" if on else f"project {project}"
            role = _ROLES.get(permission[1], "roles/bigquery.dataEditor")
            return f"no permission: {permission[1]} is missing on {what}; grant it, for example through {role}"
        case 403 if "Access Denied" in message:
            return f"no permission: {message}"
        case 404 if message.startswith("Not found: Project"):
            return f"there is no project {project}, or these credentials may not see it"
    return message


@contextmanager
def explained(what: str, project: str) -> Iterator[None]:
    """Turns Google's errors into a WarehouseError whose message begins with `what`, such as "reading raw.users failed".

    The original is not chained: it carries requests, responses and tokens, which belong in no log.
    """
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    try:
        yield
    except GoogleAPICallError as error:
        if is_conflict(error):
            raise WarehouseBusyError(f"{what}: other writers of the same table came first for the whole wait.") from None
        if reason_of(error) == CAP_REASON:
            raise SpendingError(f"{what}: {message_of(error)}.") from None
        raise WarehouseError(f"{what}: {sentence(error, project)}.") from None
    except GoogleAuthError as error:
        raise WarehouseError(f"{what}: Google does not accept the credentials ({type(error).__name__}).") from None
    except (RetryError, RequestException, ConnectionError) as error:
        raise WarehouseError(f"{what}: BigQuery cannot be reached ({type(error).__name__}).") from None
