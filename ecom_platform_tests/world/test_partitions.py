"""Partition independence: a month is the same whatever else is built, in whatever order and pieces."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_platform.tables import CATALOG
from ecom_platform.world import world as world_module
from ecom_platform_tests.world.worlds import TABLES, keys_of, whole, world

REFERENCE = world()
WHOLE = {month: REFERENCE.month(month) for month in REFERENCE.months}


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_any_subset_in_any_order_gives_the_same_bytes(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(REFERENCE.months), min_size=1, max_size=6, unique=True))
    again = world()
    if data.draw(st.booleans()):
        again.day(data.draw(st.sampled_from(chosen)))
    for month in chosen:
        for name, table in again.month(month).items():
            assert table.equals(WHOLE[month][name]), (month, name)
            assert _bytes(table) == _bytes(WHOLE[month][name])


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


def test_the_size_of_a_block_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(world_module, "BLOCK", 3)
    month = REFERENCE.months[-1]
    for name, table in world().month(month).items():
        if name == "injected_anomalies":
            table = pa.Table.from_pylist(sorted(table.to_pylist(), key=str), schema=table.schema)
            expected = pa.Table.from_pylist(sorted(WHOLE[month][name].to_pylist(), key=str), schema=table.schema)
            assert table.equals(expected)
        else:
            assert table.equals(WHOLE[month][name]), name


def test_every_table_has_exactly_its_specified_schema() -> None:
    assert REFERENCE.products().schema.equals(CATALOG["raw.products"].arrow_schema)
    for built in WHOLE.values():
        assert set(built) == set(TABLES)
        for name, table in built.items():
            assert table.schema.equals(CATALOG[f"raw.{name}"].arrow_schema), name
            table.validate(full=True)


def test_keys_are_unique_over_all_partitions() -> None:
    tables = whole(REFERENCE)
    for name in TABLES:
        keys = keys_of(tables[name], name)
        assert len(set(keys)) == len(keys), name
    sessions = tables["user_events"].group_by("session_id").aggregate([("user_id", "count_distinct")])
    assert sessions.num_rows > 1_000


def test_two_seeds_share_no_key() -> None:
    month = REFERENCE.months[-1]
    other = world(seed=8).month(month)
    for name in ("users", "orders", "order_items", "user_events"):
        assert not set(keys_of(WHOLE[month][name], name)) & set(keys_of(other[name], name))
    assert world(seed=8).products()["product_id"].to_pylist() != REFERENCE.products()["product_id"].to_pylist()
