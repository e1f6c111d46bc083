"""What jobs may cost, what they did cost, and which failures are retried: against the documented service."""

from __future__ import annotations

import re
from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.cli.cost import announce, command
from ecom_platform.settings import SettingsError
from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.bigquery.jobs import Bill, Jobs, label, unlabelled
from ecom_platform.warehouse.bigquery.jobs_view import spending, spending_sql, view_of
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecom_platform.warehouse.billing import GIB, TIB, readable
from ecom_platform.warehouse.contract import Query, WarehouseBusyError, WarehouseError
from ecom_platform.warehouse.errors import SpendingError
from ecom_platform_tests.warehouse.bigquery.service import PROJECT, Refusal, Service

THING = Table("marts", "things", "One row per thing.", (Column("x", Type.INT64, "A number."),), ("x",))
SELECT = Query("SELECT 1 AS x", ())

CONFLICT = Refusal(
    400, "invalidQuery", "Transaction is aborted due to concurrent update against table shop:marts.things. Transaction ID: 1"
)
QUOTA = Refusal(403, "rateLimitExceeded", "Exceeded rate limits: too many table update operations for this table.")

CONCURRENT = Refusal(403, "quotaExceeded", "Quota exceeded: Your project exceeded quota for concurrent queries.")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.api_core.retry.retry_unary.time.sleep", lambda *_: None)


class TestTheCap:
    def test_every_query_carries_it(self) -> None:
        service = Service()
        warehouse = service.warehouse(BigQueryOptions(PROJECT, maximum_bytes_billed=5 * GIB))
        warehouse.query("SELECT 1 AS x")
        warehouse.replace({THING: SELECT}, None)
        warehouse.query_native("SELECT 1 AS x")
        caps = [query["query"].get("maximumBytesBilled") for query in service.configurations]
        assert caps == [str(5 * GIB)] * 3

    def test_a_write_over_it_is_refused_before_it_starts_naming_asset_and_excess(self) -> None:
        service = Service(dry_run_bytes=3 * TIB)
        warehouse = service.warehouse(BigQueryOptions(PROJECT, maximum_bytes_billed=1 * TIB))
        with pytest.raises(
            SpendingError, match=r"marts\.things would read 3,072\.0 GiB \(about 18\.75 USD\), which is 2,048\.0"
        ):
            warehouse.replace({THING: SELECT}, None)
        assert service.configurations == []

    def test_a_persons_statement_over_it_is_refused_too(self) -> None:
        with pytest.raises(SpendingError, match="The statement would read"):
            Service(dry_run_bytes=3 * TIB).warehouse().query_native("SELECT 1 AS x")

    def test_what_the_service_stops_at_the_cap_is_one_sentence(self) -> None:
        refusal = Refusal(400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed: 10. 20 or higher required.")
        with pytest.raises(
            SpendingError, match=r"^A check would read more than the cap|^The query would read more than the cap"
        ):
            Service(refusals=[refusal]).warehouse().query("SELECT 1 AS x")


class TestTheBill:
    def test_a_write_tells_what_was_estimated_and_what_was_billed(self) -> None:
        service = Service(dry_run_bytes=7 * GIB, bytes_billed=2 * TIB, slot_milliseconds=1234)
        warehouse = service.warehouse()
        warehouse.replace({THING: SELECT}, None)
        cost = warehouse.last_write(THING)
        assert cost.pop("bigquery/jobs")
        assert cost == {
            "bigquery/estimated_bytes": 7 * GIB,
            "bigquery/bytes_billed": 2 * TIB,
            "bigquery/slot_milliseconds": 1234,
            "bigquery/price_usd": 12.5,
            "bigquery/attempts": 1,
        }

    def test_nothing_was_written_so_nothing_was_billed(self) -> None:
        assert Service().warehouse().last_write(THING) == {}

    def test_jobs_say_whose_they_are(self) -> None:
        service = Service()
        service.warehouse(run_id="0f3a").replace({THING: SELECT}, None)
        assert service.configurations[-1]["labels"] == {
            "platform": "ecom-platform",
            "warehouse": "ecom_",
            "operation": "write",
            "run": "0f3a",
            "asset": "marts__things",
        }

    @pytest.mark.parametrize("text", ["clean.user_events", "2024-01-01--2026-11-01", "A b/c:d" * 20])
    def test_any_text_becomes_a_label_that_the_service_takes(self, text: str) -> None:
        value = label(text)
        assert len(value) <= 63
        assert set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")

    def test_sizes_are_readable(self) -> None:
        assert [readable(size) for size in (5, 3 * 2**20, 7 * GIB)] == ["5 bytes", "3.0 MiB", "7.0 GiB"]


class TestRetries:
    @pytest.mark.parametrize("refusal", [CONFLICT, QUOTA, CONCURRENT])
    def test_a_conflict_and_a_rate_limit_pass(self, refusal: Refusal) -> None:
        service = Service(refusals=[refusal] * 4)
        warehouse = service.warehouse()
        warehouse.replace({THING: SELECT}, None)
        assert len(service.configurations) == 5

    @pytest.mark.parametrize(
        "refusal",
        [
            Refusal(400, "invalidQuery", "Syntax error: Unexpected identifier"),
            Refusal(403, "accessDenied", "Access Denied: Table p:d.t: Permission bigquery.tables.updateData denied"),
            Refusal(403, "quotaExceeded", "Custom quota exceeded: Your usage exceeded QueryUsagePerDay"),
            Refusal(403, "quotaExceeded", "Quota exceeded: Your project exceeded quota for free query bytes scanned."),
            Refusal(403, "quotaExceeded", "Quota exceeded: Your table exceeded quota for imports or query appends per table."),
            Refusal(403, "quotaExceeded", "Quota exceeded: Your table exceeded quota for partition modifications to a table"),
            Refusal(403, "quotaExceeded", "Quota exceeded: too many partition modifications per day"),
            Refusal(404, "notFound", "Not found: Table shop:marts.things"),
        ],
    )
    def test_no_other_failure_is_retried(self, refusal: Refusal) -> None:
        service = Service(refusals=[refusal])
        with pytest.raises(WarehouseError, match=r"^[^\n]+\.$"):
            service.warehouse().replace({THING: SELECT}, None)
        assert len(service.configurations) == 1

    def test_patience_ends(self) -> None:
        with pytest.raises(WarehouseBusyError, match="other writers of the same table came first"):
            Service(refusals=[CONFLICT] * 9).warehouse(patience_seconds=0).replace({THING: SELECT}, None)

    def test_attempts_are_counted_without_a_bill_too(self) -> None:
        jobs = Jobs(lambda: Service().warehouse().client, BigQueryOptions())
        bill = Bill()
        assert jobs.tried(lambda: 3, "it", bill) == 3
        assert bill.attempts == 1


class TestLabels:
    def test_what_can_be_read_back_is_as_it_was(self) -> None:
        for text in ("raw.orders", "marts.dm_user_purchase_summary", "raw.a__b", "ecom_", "2024-01-01--2024-02-01"):
            assert unlabelled(label(text)) == text

    @given(st.lists(st.text(st.sampled_from("aAbB._-é"), max_size=90), min_size=2, max_size=2, unique=True))
    def test_no_two_texts_share_one(self, texts: list[str]) -> None:
        labels = [label(text) for text in texts]
        assert len(set(labels)) == 2
        assert all(re.fullmatch(r"[a-z0-9_-]{0,63}", each) for each in labels)


class TestTheJobsView:
    def test_it_is_the_jobs_location_s_and_pruned_by_day(self) -> None:
        sql = spending_sql(view_of("EU"), "ecom_", date(2024, 5, 1))
        assert "`region-eu`.`INFORMATION_SCHEMA`.`JOBS`" in sql
        assert "creation_time >= TIMESTAMP '2024-05-01 00:00:00+00'" in sql

    def test_a_day_of_an_asset_is_reported_with_its_price(self) -> None:
        types = {"day": "DATE", "asset": "STRING"}
        names = ("day", "asset", "jobs", "failed_jobs", "bytes_billed", "slot_milliseconds")
        service = Service(
            schema=[{"name": name, "type": types.get(name, "INTEGER")} for name in names],
            rows=[{"f": [{"v": v} for v in ("2024-05-01", "clean__orders", "3", "1", str(TIB), "60000")]}],
        )
        (entry,) = service.warehouse().spending(date(2024, 5, 1))
        assert (entry.asset, entry.jobs, entry.failed_jobs, entry.price) == ("clean.orders", 3, 1, 6.25)

    def test_without_the_permission_it_is_named(self) -> None:
        message = (
            "Access Denied: Table shop:region-us.INFORMATION_SCHEMA.JOBS: User does not have bigquery.jobs.listAll permission"
        )
        service = Service(refusals=[Refusal(403, "accessDenied", message)])
        with pytest.raises(WarehouseError, match=r"bigquery\.jobs\.listAll is missing .* roles/bigquery\.resourceViewer"):
            service.warehouse().spending(date(2024, 5, 1))

    @pytest.mark.bigquery
    def test_jobs_are_summed_by_day_and_asset_without_counting_a_script_twice(
        self, bigquery_warehouse: BigQueryWarehouse
    ) -> None:
        def job(day: int, asset: str, billed: int, parent: str = "NULL", platform: str = "ecom-platform") -> str:
            values = {
                "platform": platform,
                "warehouse": bigquery_warehouse.options.dataset_prefix.lower(),
                "operation": "write",
            }
            if asset:
                values["asset"] = asset
            labels = ", ".join(f"STRUCT('{key}' AS key, '{value}' AS value)" for key, value in values.items())
            return (
                f"SELECT TIMESTAMP '2024-05-0{day} 10:00:00+00' AS creation_time, {billed} AS total_bytes_billed, "
                f"5 AS total_slot_ms, CAST(NULL AS STRING) AS error_result, CAST({parent} AS STRING) AS parent_job_id, "
                f"[{labels}] AS labels"
            )

        jobs = [
            job(1, "clean__orders", 10),
            job(2, "clean__orders", 20),
            job(2, "clean__orders", 30),
            job(2, "clean__orders", 30, parent="'script'"),
            job(2, "", 4),
            job(2, "clean__users", 99, platform="other"),
        ]
        client = bigquery_warehouse.client
        client.create_dataset("view", exists_ok=True)
        client.query(f"CREATE OR REPLACE TABLE view.jobs AS {' UNION ALL '.join(jobs)}").result()
        found = spending(bigquery_warehouse.jobs, date(2024, 5, 2), "`view`.`jobs`")
        assert [(entry.asset, entry.jobs, entry.bytes_billed) for entry in found] == [
            ("clean.orders", 2, 50),
            ("(write)", 1, 4),
        ]


class TestARun:
    """Before a run, a dry run of each of its SQL assets."""

    ASSETS = ("marts.dm_subscription_kpis", "analysis.subscription_effect")

    def test_the_sum_of_the_estimates_is_announced(self) -> None:
        service = Service(dry_run_bytes=64 * GIB)
        said = announce(service.warehouse(), ["2024-01-01"], self.ASSETS)
        assert said == "By what is there now, the run reads 128.0 GiB: about 0.78 USD on demand."
        assert service.configurations == []

    def test_an_asset_over_the_cap_stops_it_by_name_and_excess(self) -> None:
        service = Service(dry_run_bytes=300 * GIB)
        with pytest.raises(SpendingError, match=r"^(marts|analysis)\.\w+ would read 300\.0 GiB .* 200\.0 GiB over the cap"):
            announce(service.warehouse(), ["2024-01-01"], self.ASSETS)
        assert service.configurations == []

    def test_a_target_that_does_not_bill_is_refused(self) -> None:
        result = CliRunner().invoke(command, [], env={"ECOM_TARGET": "duckdb"})
        assert isinstance(result.exception, SettingsError)
        assert "ECOM_TARGET is 'duckdb', where nothing is billed" in str(result.exception)
