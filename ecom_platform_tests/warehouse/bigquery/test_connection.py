"""Coming to BigQuery: every way in, and the one sentence for each way that is barred. No secret is in any of them."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import google.auth
import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError, RefreshError
from google.cloud import bigquery

from ecom_platform.orchestration.resources import BigQueryResource, warehouse_resource
from ecom_platform.settings import Settings, SettingsError
from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.bigquery.connection import CONNECT_SECONDS, REQUEST_SECONDS, connect
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecom_platform.warehouse.billing import GIB
from ecom_platform.warehouse.contract import WarehouseError
from ecom_platform_tests.warehouse.bigquery.service import Refusal, Service

SECRET = "do-not-tell-anyone"
THING = Table("raw", "things", "One row per thing.", (Column("x", Type.INT64, "A number."),), ("x",))


DEFAULT = google.auth.default
ORIGINAL_INIT = bigquery.Client.__init__


class Token(AnonymousCredentials):
    """Credentials that can be refreshed, or cannot."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.error = error

    def refresh(self, request: object) -> None:  # noqa: ARG002
        if self.error:
            raise self.error


@pytest.fixture(autouse=True)
def _no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST", raising=False)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service behind application default credentials that are good."""
    answering = Service()
    original = bigquery.Client.__init__

    def init(self: Any, **arguments: Any) -> None:
        original(self, **arguments | {"_http": answering})

    monkeypatch.setattr(bigquery.Client, "__init__", init)
    monkeypatch.setattr(google.auth, "default", lambda **_: (Token(), "own-project"))
    return answering


def test_the_credentials_own_project_is_used_unless_one_is_named(service: Service) -> None:
    assert connect(BigQueryOptions()).project == "own-project"
    assert connect(BigQueryOptions(project="named-project")).project == "named-project"
    assert [query["dryRun"] for query in service.queries] == [True, True]


@pytest.mark.usefixtures("service")
class TestBarred:
    def test_no_credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def none(**_: Any) -> None:
            raise DefaultCredentialsError(f"found nothing but {SECRET}")  # type: ignore[no-untyped-call]

        monkeypatch.setattr(google.auth, "default", none)
        self.assert_reported(BigQueryOptions(), "There are no Google credentials: run 'gcloud auth application-default login'")

    def test_credentials_that_expired(self, monkeypatch: pytest.MonkeyPatch) -> None:
        expired = Token(RefreshError(f"invalid_grant: {SECRET}"))  # type: ignore[no-untyped-call]
        monkeypatch.setattr(google.auth, "default", lambda **_: (expired, "own-project"))
        self.assert_reported(BigQueryOptions(), "Google refused the credentials: they have expired or were revoked")

    def test_an_account_that_may_not_be_impersonated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from google.auth import impersonated_credentials

        refused = Token(RefreshError(f"Unable to acquire impersonated credentials: {SECRET}"))  # type: ignore[no-untyped-call]
        monkeypatch.setattr(impersonated_credentials, "Credentials", lambda *_: refused)
        account = "runner@shop.iam.gserviceaccount.com"
        self.assert_reported(BigQueryOptions(impersonate=account), f"may not act as {account}: .*serviceAccountTokenCreator")

    def test_no_project(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(google.auth, "default", lambda **_: (Token(), None))
        self.assert_reported(BigQueryOptions(), "No BigQuery project is named: set ECOM_BIGQUERY_PROJECT")

    @pytest.mark.parametrize(
        "content",
        [
            "no json",
            "{}",
            "[]",
            '[{"type": "service_account"}]',
            "null",
            "3",
            '"text"',
            "\xff\xfe",
            json.dumps({"type": "service_account", "private_key": SECRET, "client_email": "a@b.c"}),
        ],
    )
    def test_a_file_that_is_no_key(self, tmp_path: Path, content: str) -> None:
        key = tmp_path / "key.json"
        key.write_text(content)
        self.assert_reported(BigQueryOptions(key_file=key), "The key file .*key.json is not a service account's key")

    @pytest.mark.parametrize("content", [None, "no json", "[]", "{}", "null", '{"type": "service_account"}', '{"type": 5}'])
    def test_default_credentials_that_are_named_and_cannot_be_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
    ) -> None:
        monkeypatch.setattr(google.auth, "default", DEFAULT)
        named = tmp_path / "credentials.json"
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(named))
        if content is None:
            self.assert_reported(BigQueryOptions(), "GOOGLE_APPLICATION_CREDENTIALS is .*credentials.json': there is no such")
        else:
            named.write_text(content)
            self.assert_reported(BigQueryOptions(), "CREDENTIALS is .*that file holds no Google credentials")

    def test_a_folder_is_no_credentials(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(google.auth, "default", DEFAULT)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path))
        self.assert_reported(BigQueryOptions(), r"that file holds no Google credentials \(Is a directory\)")

    def test_a_key_file_that_is_gone(self, tmp_path: Path) -> None:
        self.assert_reported(BigQueryOptions(key_file=tmp_path / "key.json"), "The key file .* cannot be read: No such file")

    @pytest.mark.parametrize(
        ("refusal", "reported"),
        [
            (Refusal(404, "notFound", "Not found: Project no-such"), "there is no project p-one, or these credentials may"),
            (
                Refusal(
                    403,
                    "accessDenied",
                    "Access Denied: Project p-one: User does not have bigquery.jobs.create permission in project p-one.",
                ),
                "no permission: bigquery.jobs.create is missing on project p-one; grant it, .* roles/bigquery.jobUser",
            ),
            (Refusal(403, "accessNotConfigured", "BigQuery API has not been used"), "the BigQuery API is not enabled in"),
            (Refusal(404, "notFound", "Not found: Table my-project:marts.things"), "Not found: Table my-project:marts.thing"),
            (Refusal(401, "authError", f"Bearer {SECRET}"), "Google does not accept these credentials for project p-one"),
        ],
    )
    def test_a_project_that_may_not_be_used(self, service: Service, refusal: Refusal, reported: str) -> None:
        service.refuse = lambda *_: refusal
        self.assert_reported(BigQueryOptions(project="p-one"), reported)

    def assert_reported(self, options: BigQueryOptions, pattern: str) -> None:
        with pytest.raises(WarehouseError, match=pattern) as raised:
            connect(options)
        assert "\n" not in str(raised.value)
        # Nothing of the cause is shown with it, for the cause may hold secrets.
        assert SECRET not in str(raised.value)
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_a_dataset_that_may_not_be_made_is_named_with_the_grant(service: Service) -> None:
    def refuse(method: str, path: str) -> Refusal | None:
        if path.endswith("/datasets") and method == "POST":
            return Refusal(403, "accessDenied", "Access Denied: Project p: User does not have bigquery.datasets.create")
        if "/datasets/" in path:
            return Refusal(404, "notFound", "Not found: Dataset")
        return None

    service.refuse = refuse
    with pytest.raises(
        WarehouseError, match=r"own-project\.ecom_raw does not exist .* bigquery\.datasets\.create on project own"
    ):
        BigQueryWarehouse(BigQueryOptions()).replace({THING: THING.arrow_schema.empty_table()}, None)


def test_a_dataset_in_another_location_is_reported(service: Service) -> None:
    with pytest.raises(WarehouseError, match="is in location US, but ECOM_BIGQUERY_LOCATION is EU"):
        BigQueryWarehouse(BigQueryOptions(location="EU")).replace({THING: THING.arrow_schema.empty_table()}, None)
    assert service.queries


class TestTheEmulator:
    @pytest.mark.parametrize("host", ["http://", "localhost:port", "::::", "http://[::1"])
    def test_an_address_that_is_none(self, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", host)
        with pytest.raises(WarehouseError, match=r"^BIGQUERY_EMULATOR_HOST is '.*': it must be an address[^\n]*$"):
            connect(BigQueryOptions())

    def test_a_password_in_it_is_refused_and_not_repeated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://ann:hunter2@localhost:9050")
        with pytest.raises(
            WarehouseError, match=r"^BIGQUERY_EMULATOR_HOST cannot be used: it must hold no user and no password\.$"
        ):
            connect(BigQueryOptions())

    def test_an_address_where_nothing_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as taken:
            # Bound, and nobody listens.
            taken.bind(("127.0.0.1", 0))
            monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"127.0.0.1:{taken.getsockname()[1]}")
            with pytest.raises(WarehouseError, match=r"no emulator answers there .Connection refused.: start it, or unset"):
                connect(BigQueryOptions())


def test_no_request_waits_for_ever(service: Service) -> None:
    limits = []

    def limited(_: object, method: str, url: str, **options: Any) -> object:
        limits.append(options["timeout"])
        return service.request(method, url, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("google.auth.transport.requests.AuthorizedSession.request", limited)
        patch.setattr("google.cloud.bigquery.Client.__init__", ORIGINAL_INIT)
        client = connect(BigQueryOptions())
        assert list(client.list_datasets()) == []
    assert limits == [CONNECT_SECONDS, REQUEST_SECONDS]


class TestSettings:
    def test_a_project_is_all_that_must_change(self) -> None:
        settings = Settings.load({"ECOM_TARGET": "bigquery", "ECOM_BIGQUERY_PROJECT": "shop-prod"})
        resource = warehouse_resource(settings)
        assert isinstance(resource, BigQueryResource)
        assert resource.open().options == BigQueryOptions(project="shop-prod")
        assert resource.open() is resource.open()

    def test_every_variable_is_read(self, tmp_path: Path) -> None:
        key = tmp_path / "key.json"
        key.touch()
        settings = Settings.load(
            {
                "ECOM_TARGET": "bigquery",
                "ECOM_BIGQUERY_PROJECT": "shop-prod",
                "ECOM_BIGQUERY_LOCATION": "asia-northeast3",
                "ECOM_BIGQUERY_DATASET_PREFIX": "dev_",
                "ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED": "2.5 GiB",
                "ECOM_BIGQUERY_PRICE_PER_TIB": "7.5",
                "ECOM_BIGQUERY_KEY_FILE": str(key),
                "ECOM_BIGQUERY_IMPERSONATE": "runner@shop.iam.gserviceaccount.com",
            }
        )
        account = "runner@shop.iam.gserviceaccount.com"
        expected = BigQueryOptions("shop-prod", "asia-northeast3", "dev_", int(2.5 * GIB), key, account, 7.5)
        assert settings.bigquery == expected
        opened = warehouse_resource(settings).open()
        assert isinstance(opened, BigQueryWarehouse)
        assert opened.options == expected

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PROJECT", "Not A Project"),
            ("LOCATION", "the moon"),
            ("DATASET_PREFIX", "my-shop."),
            ("MAXIMUM_BYTES_BILLED", "a lot"),
            ("MAXIMUM_BYTES_BILLED", "1GB"),
            ("MAXIMUM_BYTES_BILLED", "0"),
            ("PRICE_PER_TIB", "-1"),
            ("KEY_FILE", "/no/such/file"),
            ("IMPERSONATE", "somebody"),
        ],
    )
    def test_what_is_not_understood_is_named(self, name: str, value: str) -> None:
        with pytest.raises(SettingsError, match=f"^ECOM_BIGQUERY_{name} is '{value}': ") as raised:
            Settings.load({f"ECOM_BIGQUERY_{name}": value})
        assert "\n" not in str(raised.value)


def test_a_project_that_has_gone_is_no_empty_warehouse(service: Service) -> None:
    warehouse = BigQueryWarehouse(BigQueryOptions())
    assert warehouse.identity() is None
    gone = Refusal(404, "notFound", "Not found: Project own-project")
    service.refuse = lambda _, path: gone if "/tables/" in path else None
    for use in (warehouse.identity, lambda: warehouse.read(THING)):
        with pytest.raises(WarehouseError, match="there is no project own-project"):
            use()
