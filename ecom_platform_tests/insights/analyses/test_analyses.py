"""What all analyses have in common: a sentence, rows that keep their table's specification, or a reason why there are none."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from ecom_platform.insights.analysis import AnalysisResult, analysis, nothing
from ecom_platform.insights.effect import Kind
from ecom_platform.tables import CATALOG, ESTIMATES, Table
from ecom_platform_tests.insights.analyses.analyses import found, found_in
from ecom_platform_tests.marts.shop import Marts, Shop


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Twelve users of one month who do everything there is to do."""
    shop = Shop(observed_until=date(2025, 6, 30))
    for number in range(12):
        user, plan = f"u{number}", ("Free", "Plus", "Premium")[number % 3]
        shop.user(user, date(2024, 1, 1 + number), subscription_type=plan)
        shop.assign(user, "onboarding_nudge", "treatment" if number % 2 else "control", f"2024-01-{1 + number:02} 10:00")
        shop.session(user, f"2024-01-{1 + number:02} 09:00", "view mop", "cart mop", "checkout", "pay", "buy")
        shop.order(user, date(2024, 3, 1 + number), "sofa")
    return shop.build(tmp_path_factory.mktemp("shop"), *(CATALOG[name] for each in ESTIMATES for name in analysis(each).reads))


@pytest.mark.parametrize("table", ESTIMATES, ids=str)
def test_it_is_declared_for_its_own_table_and_reads_no_row_of_a_user(table: Table) -> None:
    declared = analysis(table)
    assert declared.table is table
    for name in declared.reads:
        assert "user_id" not in CATALOG[name].column_names


@pytest.mark.parametrize("table", ESTIMATES, ids=str)
def test_nothing_is_declined_in_a_sentence(table: Table) -> None:
    assert found(table).kind is Kind.DECLINED


@pytest.mark.parametrize("table", ESTIMATES, ids=str)
def test_twelve_users_are_too_few(table: Table, twelve: Marts) -> None:
    assert found_in(twelve, table).kind is Kind.DECLINED


@pytest.mark.parametrize("table", ESTIMATES, ids=str)
def test_a_shop_of_people_who_are_all_alike_has_no_differences_and_breaks_nothing(table: Table, tmp_path: Path) -> None:
    """90 users: each comes once, buys at once and a year later; nothing varies."""
    shop = Shop(observed_until=date(2025, 6, 30))
    for number in range(90):
        user, day, plan = f"u{number:02}", date(2024, 1, 1 + number % 20), ("Free", "Plus", "Premium")[number % 3]
        shop.user(user, day, subscription_type=plan)
        shop.assign(user, "onboarding_nudge", "treatment" if number % 2 else "control", f"{day} 10:00")
        shop.session(user, f"{day} 09:00", "view mop", "cart mop", "checkout", "pay", "buy")
        shop.order(user, day, "mop")
        shop.order(user, day + timedelta(days=100), "mop")
    finding = found_in(shop.build(tmp_path, *(CATALOG[name] for name in analysis(table).reads)), table)
    assert finding.kind is not Kind.DECLINED
    rows = pa.Table.from_pylist([dict(row) for row in finding.rows], schema=table.arrow_schema).to_pylist()
    assert [list(row) for row in finding.rows] == [list(row) for row in finding.rows if set(row) == set(table.column_names)]
    for column in table.columns:
        values = [row[column.name] for row in rows]
        assert column.nullable or None not in values, column.name
        assert all(value == value for value in values), column.name
        assert not column.accepted or set(values) <= set(column.accepted), column.name


def test_a_finding_claims_no_more_than_its_kind_and_has_rows_unless_it_is_declined() -> None:
    row = {"comparison": "plus"}
    with pytest.raises(ValueError, match="claims a cause"):
        AnalysisResult(Kind.ASSOCIATION, "Subscription raises what people pay.", [row])
    with pytest.raises(ValueError, match="0 rows"):
        AnalysisResult(Kind.ASSOCIATION, "Subscribers pay more.")
    with pytest.raises(ValueError, match="1 rows of what is declined"):
        AnalysisResult(Kind.DECLINED, "There are no subscribers.", [row])
    assert nothing("There are no subscribers.").rows == ()
