"""How the platform's tables are laid out in BigQuery."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import GoogleAPICallError

from ecom_platform.tables import CATALOG, Table
from ecom_platform.warehouse.bigquery import layout
from ecom_platform.warehouse.bigquery.warehouse import STAGING_MILLISECONDS, BigQueryWarehouse
from ecom_platform.warehouse.contract import WarehouseError

REFERENCE = "p.d.t"


def test_orders_are_divided_by_their_date_and_slices_found_by_clustering() -> None:
    for name in ("raw.orders", "clean.orders"):
        laid = layout.laid_out(CATALOG[name], REFERENCE)
        assert laid.time_partitioning.field == "order_date"
        assert laid.clustering_fields[0] == "signup_month"
        assert not laid.require_partition_filter


def test_events_are_clustered_by_user_and_type_and_want_to_be_filtered() -> None:
    for name in ("raw.user_events", "clean.user_events"):
        laid = layout.laid_out(CATALOG[name], REFERENCE)
        assert laid.time_partitioning.field == "signup_month"
        assert laid.clustering_fields == ["user_id", "event_type"]
        assert laid.require_partition_filter


@pytest.mark.parametrize("table", CATALOG.values(), ids=str)
class TestEveryTable:
    def test_its_slices_are_partitions_or_blocks(self, table: Table) -> None:
        laid = layout.laid_out(table, REFERENCE)
        if table.partitioned:
            assert "signup_month" in (laid.time_partitioning.field, (laid.clustering_fields or [""])[0])
            assert laid.time_partitioning.type_ == "MONTH"
        else:
            assert laid.time_partitioning is None or table.layout.partition_by

    def test_it_has_its_names_types_and_descriptions(self, table: Table) -> None:
        laid = layout.laid_out(table, REFERENCE)
        assert laid.description == table.doc
        assert [(f.name, layout.type_name(f), f.description) for f in laid.schema] == [
            (column.name, column.type, column.doc) for column in table.columns
        ]
        assert all(field.name == field.name.lower() for field in laid.schema)
        assert layout.fault(table, laid.schema) == ""

    def test_the_service_s_bounds_are_kept(self, table: Table) -> None:
        # https://cloud.google.com/bigquery/quotas#table_limits: 4 clustering columns, descriptions of 16,384 characters.
        assert len(layout.clustered_by(table)) <= 4
        assert len(table.doc) < 16_384
        assert all(len(column.doc) < 1_024 for column in table.columns)


@pytest.mark.bigquery
class TestOverTheWire:
    def test_the_tables_are_made_so(self, bigquery_warehouse: BigQueryWarehouse) -> None:
        for name in ("raw.orders", "raw.user_events", "raw.products"):
            table = CATALOG[name]
            bigquery_warehouse.replace(
                {table: table.arrow_schema.empty_table()}, ["2024-01-01"] if table.partitioned else None
            )
            stored = bigquery_warehouse.client.get_table(bigquery_warehouse._reference(table))
            specified = layout.laid_out(table, REFERENCE)
            assert stored.clustering_fields == specified.clustering_fields
            assert stored.time_partitioning == specified.time_partitioning
            assert stored.description == table.doc
            assert [field.description for field in stored.schema] == [column.doc for column in table.columns]

    def test_a_careless_query_of_the_events_is_refused(self, bigquery_warehouse: BigQueryWarehouse) -> None:
        events = CATALOG["raw.user_events"]
        bigquery_warehouse.replace({events: events.arrow_schema.empty_table()}, ["2024-01-01"])
        try:
            bigquery_warehouse.client.query(f"SELECT * FROM {bigquery_warehouse.options.dataset('raw')}.user_events").result()
        except GoogleAPICallError:
            with pytest.raises(WarehouseError):
                bigquery_warehouse.query_native("SELECT * FROM raw.user_events")
        else:
            # Not every emulator enforces it; the table demands it all the same.
            assert bigquery_warehouse.client.get_table(bigquery_warehouse._reference(events)).require_partition_filter

    def test_staging_is_emptied_and_would_expire_by_itself(self, bigquery_warehouse: BigQueryWarehouse) -> None:
        products = CATALOG["raw.products"]
        row = dict.fromkeys(products.column_names) | {"product_id": "p"}
        import pyarrow as pa

        bigquery_warehouse.replace({products: pa.Table.from_pylist([row], schema=products.arrow_schema)}, None)
        staging = bigquery_warehouse.client.get_dataset(bigquery_warehouse._dataset("staging"))
        assert staging.default_table_expiration_ms == STAGING_MILLISECONDS
        assert list(bigquery_warehouse.client.list_tables(staging)) == []
