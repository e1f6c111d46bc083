"""One shop for all tests of this room that only read."""

from __future__ import annotations

import pytest

from ecom_platform.tables import ANALYSIS, DASHBOARD, MARTS
from ecom_platform_tests.marts.random_shop import OBSERVED_UNTIL, random_shop
from ecom_platform_tests.marts.shop import Marts


@pytest.fixture(scope="session")
def random_marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """A random shop with a user of the last day, built into marts, analyses and published aggregates."""
    shop = random_shop(11)
    shop.user("late", OBSERVED_UNTIL)
    return shop.build(tmp_path_factory.mktemp("shop"), *MARTS, *ANALYSIS, *DASHBOARD)
