"""`ecom import`: what it says at the end, and when it fails."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ecom_platform.cli.accounts import lost_whole, show, warnings
from ecom_platform.quality.remediation.accounting import Account, MoneyRepaired
from ecom_platform.tables import CATALOG
from ecom_platform_tests.cli.conftest import Ecom

USERS = Account(CATALOG["raw.users"], 100, 100, 0, {}, {}, ())


def orders(raw: int, quarantined: int, *money: MoneyRepaired) -> Account:
    reasons = {"orphan_user": quarantined} if quarantined else {}
    return Account(CATALOG["raw.orders"], raw, raw - quarantined, quarantined, reasons, {}, money)


def shown(*accounts: Account) -> str:
    text = StringIO()
    show(Console(file=text, width=160), accounts, "EUR")
    return text.getvalue()


def test_files_whose_rows_are_all_lost_fail_and_say_why_and_a_check_keeps_nothing(ecom: Ecom, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "orders.csv").write_text("order_id,user_id,order_date\no1,u1,2026-01-10\no2,u2,2026-01-11\n")
    answer = ecom("import", "--check", str(shop))
    assert answer.exit_code == 1
    why = "missing_amount 2, orphan_user 2; raw.users has no row at all."
    assert f"warning: raw.orders lost all of its 2 rows: {why}" in answer.out
    assert "Look next" not in answer.out
    assert not (tmp_path / "home").exists()


def test_what_is_wrong_with_a_file_is_not_put_down_to_a_table(ecom: Ecom, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "orders.csv").write_text("order_id,user_id,order_date\no1,u1,2025-01-10\n")
    answer = ecom("import", str(shop))
    assert answer.exit_code == 1
    assert "your files failed: orders.csv: 1 row happened before the start month" in " ".join(answer.out.split())
    assert "raw/products failed" not in answer.out


@pytest.mark.parametrize(("lost", "warned"), [(0, 0), (10, 0), (11, 1), (100, 1)])
def test_a_table_that_loses_more_than_a_tenth_is_warned_of(lost: int, warned: int) -> None:
    found = [USERS, orders(100, lost)]
    assert len(warnings(found)) == warned
    assert lost_whole(found) is (lost == 100)


def test_a_table_that_nothing_arrived_for_loses_nothing() -> None:
    assert not lost_whole([USERS, orders(0, 0)])
    assert "orders" not in shown(USERS, orders(0, 0))


def test_the_table_shows_reasons_and_every_repair_of_money_with_its_sum() -> None:
    money = MoneyRepaired("amount_mismatch", "total_amount", 3, Decimal("1000.50"), Decimal("998.25"))
    text = " ".join(shown(USERS, orders(1000, 25, money)).split())
    assert "orders 1,000 975 25 orphan_user 25" in text
    assert "difference (EUR)" in text
    assert "orders.total_amount amount_mismatch 3 1,000.50 998.25 -2.25" in text
