"""A source of orders alone, without events, subscriptions, devices or tiers: what it cannot tell is null, not 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ecom_platform.tables import ANALYSIS, MARTS
from ecom_platform.tables.analysis.behavior_segmentation import BEHAVIOR_SEGMENTATION
from ecom_platform.tables.analysis.cohort_retention import COHORT_RETENTION
from ecom_platform.tables.analysis.subscription_effect import SUBSCRIPTION_EFFECT
from ecom_platform.tables.marts.dm_activation_features import DM_ACTIVATION_FEATURES, FEATURES
from ecom_platform.tables.marts.dm_subscription_kpis import DM_SUBSCRIPTION_KPIS
from ecom_platform.tables.marts.dm_user_purchase_summary import DM_USER_PURCHASE_SUMMARY
from ecom_platform_tests.marts.shop import Marts, Shop

UNKNOWN = {"device": None, "marketing_source": None, "subscription_type": None, "is_new_user_flag": None}


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = Shop(observed_until=date(2011, 12, 9))
    shop.product("mug", category="Kitchen", price="2.55", price_tier=None)
    shop.user("17850", date(2010, 12, 1), **UNKNOWN)
    shop.user("13047", date(2011, 1, 5), **UNKNOWN)
    shop.order("17850", date(2010, 12, 1), "mug x6")
    shop.order("17850", date(2011, 2, 1), "mug")
    shop.order("13047", date(2011, 1, 5), "mug x2")
    return shop.build(tmp_path_factory.mktemp("shop"))


def test_early_behaviour_is_unknown_where_there_is_no_event_log(marts: Marts) -> None:
    for row in marts.rows(DM_ACTIVATION_FEATURES):
        assert row["is_window_observed"] is False
        assert {row[feature.name] for feature in FEATURES} == {None}
    assert set(marts.values(DM_USER_PURCHASE_SUMMARY, "activation_level")) == {None}
    assert set(marts.values(DM_USER_PURCHASE_SUMMARY, "is_activated")) == {None}


def test_value_is_known_all_the_same(marts: Marts) -> None:
    row = marts.row(DM_USER_PURCHASE_SUMMARY, user_id="17850")
    assert row["lifetime_revenue"] == Decimal("17.85")
    assert row["revenue_days_31_to_360"] == Decimal("2.55")
    assert row["is_active_days_31_to_90"] is True
    assert row["is_paid_subscriber"] is None


def test_unknown_subscriptions_and_levels_are_named_unknown(marts: Marts) -> None:
    assert marts.values(DM_SUBSCRIPTION_KPIS, "subscription_type") == ["unknown"]
    assert {row["period"] for row in marts.rows(SUBSCRIPTION_EFFECT)} == {"whole"}
    assert set(marts.values(COHORT_RETENTION, "activation_level")) == {"all", "unknown"}
    assert marts.values(BEHAVIOR_SEGMENTATION, "segment", segmentation="early_behavior") == ["unknown"]


def test_only_what_is_about_sessions_is_empty(marts: Marts) -> None:
    empty = {table.name for table in (*MARTS, *ANALYSIS) if not marts.rows(table)}
    assert empty == {"dm_funnel_events", "dm_funnel_conversion", "funnel_dropoff"}
