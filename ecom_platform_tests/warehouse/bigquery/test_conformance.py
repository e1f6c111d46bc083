"""The cases of conformance on the emulator, and those that it is known to answer otherwise than the service."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.cloud.bigquery import Client

from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecom_platform_tests.warehouse.bigquery.emulator import Emulator
from ecom_platform_tests.warehouse.conformance import Case, Fails, Refused, cases
from ecom_platform_tests.warehouse.test_conformance import assert_is

pytestmark = pytest.mark.bigquery

ASKED = [
    pytest.param(case, id=case.sql, marks=[pytest.mark.xfail(reason=case.emulator, strict=True)] if case.emulator else [])
    for _, case in cases()
    if not isinstance(case.expected, Refused)
]


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Client:
    return BigQueryWarehouse(emulator.options()).client


@pytest.mark.parametrize("case", ASKED)
def test_a_case_holds_on_the_emulator(client: Client, case: Case) -> None:
    if isinstance(case.expected, Fails):
        with pytest.raises(GoogleAPICallError):
            answers(client, case)
    else:
        assert_is(answers(client, case), case)


def answers(client: Client, case: Case) -> list[object]:
    return [_in_utc(row[0]) for row in client.query(case.sql, job_retry=None).result()]


def _in_utc(value: object) -> object:
    """The client's instants have their zone; DuckDB's are in UTC without one."""
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
