"""What a specification says is what the generated SQL does: no list of values, no reference and no column stands twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from ecom_platform.quality.remediation.separation import clean_draft, quarantine_draft
from ecom_platform.quality.remediation.violations import violations_draft
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, CLEANED, Table
from ecom_platform.tables.cleaning import clean_of, cleaned, quarantine_of
from ecom_platform.tables.remediation import Fault, emptied, quarantined, replaced
from ecom_platform.tables.spec import Catalog, Column, SpecificationError, Type
from ecom_platform.warehouse.sql import Draft, Part, SqlError, check_sql, read_sql, sql_folder, to_duckdb
from ecom_platform.warehouse.sql.analysis import parse
from ecom_platform_tests.quality.remediation.shop import STORED, Shop

WRITTEN = {draft.table.split(".")[1]: draft for draft in read_sql(sql_folder(), ("violations",))}
USERS, ASSIGNMENTS = CATALOG["raw.users"], CATALOG["raw.experiment_assignments"]


def accepting(raw: Table, column: str, *values: str) -> Table:
    """The table with other accepted values in a column."""
    columns = tuple(replace(each, accepted=values) if each.name == column else each for each in raw.columns)
    return replace(raw, columns=columns)


def kinds(shop: Shop, raw: Table) -> set[tuple[str, str]]:
    """What the rules of a specification find in a shop's rows."""
    (asset,) = check_sql([violations_draft(raw, WRITTEN.get(raw.name))], CATALOG)
    found = shop.database.execute(f"SELECT row_key, kind FROM ({to_duckdb(asset.sql, asset.reads, None)})")
    return {(row[0], row[1]) for row in found.fetchall()}


def test_another_accepted_value_changes_a_generated_rule(shop: Shop) -> None:
    for name in ("anna", "ben"):
        shop.user(name)
    shop.assignment("anna", arm="control")
    shop.assignment("ben", arm="holdout")
    shop.remediate()
    assert kinds(shop, ASSIGNMENTS) == {("ben/onboarding_nudge", "unknown_arm")}
    assert kinds(shop, accepting(ASSIGNMENTS, "arm", "control", "treatment", "holdout")) == set()
    assert kinds(shop, accepting(ASSIGNMENTS, "arm", "treatment", "holdout")) == {("anna/onboarding_nudge", "unknown_arm")}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("iOS", "Android"), {("ben", "unknown_device")}),
        (("iOS", "Watch"), {("anna", "unknown_device")}),
        (("Android", "Watch"), set()),
    ],
)
def test_another_accepted_device_changes_a_rule_written_by_hand(
    shop: Shop, values: tuple[str, ...], expected: set[tuple[str, str]]
) -> None:
    shop.user("anna", device="Android")
    shop.user("ben", device="Watch")
    assert kinds(shop, accepting(USERS, "device", *values)) == expected


def test_another_plan_is_a_paid_one_to_the_rules_written_by_hand(shop: Shop) -> None:
    shop.user("anna", subscription_type="Gold")
    assert kinds(shop, USERS) == {("anna", "unknown_subscription")}
    assert kinds(shop, accepting(USERS, "subscription_type", "Free", "Gold")) == {("anna", "paid_without_join_date")}


def test_no_written_rule_repeats_the_accepted_values_of_a_column() -> None:
    accepted = {frozenset(column.accepted) for table in CATALOG.values() for column in table.columns if column.accepted}
    for name, draft in WRITTEN.items():
        for node in parse(draft.sql).find_all(exp.In):
            assert frozenset(value.name for value in node.expressions) not in accepted, f"{name}: {node.sql()}"


def test_another_range_changes_the_rule() -> None:
    shop = Shop(products=())
    shop.product("lamp", discount_day_of_week=7)
    raw = CATALOG["raw.products"]
    wider = replace(
        raw, columns=tuple(replace(each, maximum=7) if each.name == "discount_day_of_week" else each for each in raw.columns)
    )
    assert kinds(shop, raw) == {("lamp", "unknown_discount_day")}
    assert kinds(shop, wider) == set()


@pytest.mark.parametrize("raw", CLEANED, ids=str)
def test_another_column_is_carried_to_quarantine_and_clean(raw: Table) -> None:
    """A select list that lacked it would be refused."""
    wider = replace(raw, columns=(*raw.columns, Column("note", Type.STRING, "A remark.", nullable=True)))
    others = [table for table in CATALOG.values() if table.name != raw.name or table.layer == "violations"]
    catalog = Catalog((*others, wider, quarantine_of(wider), clean_of(wider)))
    for asset in check_sql([quarantine_draft(wider), clean_draft(wider)], catalog):
        assert "note" in asset.table.column_names


TEXTS: dict[Type, tuple[str, object]] = {
    Type.STRING: ("Web", "Web"),
    Type.INT64: ("12", 12),
    Type.BOOL: ("true", True),
    Type.DATE: ("2024-01-05", date(2024, 1, 5)),
    Type.TIMESTAMP: ("2024-01-05 10:00:00.500000", datetime(2024, 1, 5, 10, 0, 0, 500_000)),
    Type.NUMERIC: ("12.5", Decimal("12.5")),
}


def test_a_floating_point_number_has_no_text_that_every_engine_writes_alike() -> None:
    columns = (Column("thing_id", Type.STRING, "The thing."), Column("size", Type.FLOAT64, "Its size."))
    repair = replaced("missing_size", "size", Fault.MISSING, "0.5", "why")
    raw = Table("raw", "things", "One row per thing.", columns, ("thing_id",), remediations=(repair,))
    with pytest.raises(SqlError, match="FLOAT64"):
        check_sql([violations_draft(raw, None)], Catalog((raw, *cleaned(raw))))


@pytest.mark.parametrize("kind", TEXTS)
def test_a_repaired_value_of_every_type_comes_back_from_its_text(kind: Type) -> None:
    text, value = TEXTS[kind]
    columns = (Column("thing_id", Type.STRING, "The thing."), Column("size", kind, "Its size."))
    repair = replaced("missing_size", "size", Fault.MISSING, text, "why")
    raw = Table("raw", "things", "One row per thing.", columns, ("thing_id",), remediations=(repair,))
    catalog = Catalog((raw, *cleaned(raw)))
    assets = check_sql([violations_draft(raw, None), quarantine_draft(raw), clean_draft(raw)], catalog)
    with duckdb.connect() as database:
        for layer in ("raw", "violations", "quarantine", "clean"):
            database.execute(f"CREATE SCHEMA {layer}")
        database.execute(f"CREATE TABLE raw.things (thing_id VARCHAR, size {STORED[kind]})")
        database.execute("INSERT INTO raw.things VALUES ('a', NULL), (NULL, NULL)")
        for asset in assets:
            database.execute(f"CREATE TABLE {asset.table} AS {to_duckdb(asset.sql, asset.reads, None)}")
        assert database.execute("SELECT size, repair_reason FROM clean.things").fetchall() == [(value, "missing_size")]
        assert database.execute("SELECT quarantine_reason FROM quarantine.things").fetchall() == [("missing_key",)]


def test_a_rule_of_other_columns_is_refused_with_its_place() -> None:
    draft = Draft(
        "violations.users", (Part("-- c\nSELECT user_id, 'odd' AS kind\nFROM raw.users", "sql/violations/users.sql", 1),)
    )
    with pytest.raises(
        SqlError, match=r"^sql/violations/users.sql:2: the select list of a rule is row_key, kind, remediation"
    ):
        violations_draft(USERS, draft)


def test_a_misspelt_column_of_a_rule_is_named_with_the_line_of_its_file() -> None:
    text = WRITTEN["orders"].sql.replace("o.total_amount < 0", "o.total_amuont < 0")
    line = text[: text.index("o.total_amuont < 0")].count("\n") + 1
    draft = Draft("violations.orders", (Part(text, "sql/violations/orders.sql", 1),))
    with pytest.raises(SqlError, match=rf"^sql/violations/orders.sql:{line}: o has no column total_amuont"):
        check_sql([violations_draft(CATALOG["raw.orders"], draft)], CATALOG)


def test_a_mistake_in_generated_text_names_the_specification() -> None:
    raw = replace(CATALOG["raw.products"], key=("product_id",), name="goods")
    with pytest.raises(SqlError, match=r"^ecom_platform/tables/raw/goods.py: there is no table"):
        check_sql([violations_draft(raw, None)], CATALOG)


def test_a_file_of_a_table_whose_sql_is_generated_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sql" / "clean").mkdir(parents=True)
    (tmp_path / "sql" / "clean" / "users.sql").write_text("-- Mine.\nSELECT 1 AS one", encoding="utf-8")
    with pytest.raises(SqlError, match=r"^sql/clean/users.sql:1: the SQL of clean.users is generated from .*raw/users.py"):
        platform_sql(folder=tmp_path / "sql")


def test_a_generated_rule_needs_something_that_the_specification_demands() -> None:
    with pytest.raises(SpecificationError, match="declares odd_region but demands nothing of region"):
        replace(USERS, remediations=(emptied("odd_region", "region", Fault.NOT_ACCEPTED, "w"),))
    with pytest.raises(SpecificationError, match="two remediations of one kind"):
        replace(USERS, remediations=(quarantined("a", "region", Fault.MISSING, "w"),) * 2)
