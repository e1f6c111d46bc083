"""The catalogue: 300 products, their tiers, brands and discount days."""

import pandas as pd
import pytest
from scipy import stats

from ecom_platform.tables.raw.products import CATEGORIES
from ecom_platform_tests.world.worlds import world


@pytest.fixture(scope="module", params=range(1, 6), ids=lambda seed: f"seed {seed}")
def products(request: pytest.FixtureRequest) -> pd.DataFrame:
    frame = world(seed=request.param).products().to_pandas()
    return frame.assign(price=frame["price"].astype(float))


def test_there_are_300_in_seven_categories(products: pd.DataFrame) -> None:
    assert len(products) == products["product_id"].nunique() == 300
    assert set(products["category"]) == set(CATEGORIES)
    assert (products["price"] > 0).all()
    assert (products["price"] % 1 == 0).all()
    assert products["brand"].str.len().gt(2).all()


def test_tiers_split_each_category_by_price_30_50_20(products: pd.DataFrame) -> None:
    for _, group in products.groupby("category"):
        shares = group["price_tier"].value_counts(normalize=True)
        one = 1 / len(group)
        assert abs(shares["Low"] - 0.3) <= one
        assert abs(shares["Mid"] - 0.5) <= one
        assert abs(shares["High"] - 0.2) <= one
        prices = group.groupby("price_tier")["price"]
        lowest, highest = prices.min(), prices.max()
        assert highest["Low"] <= lowest["Mid"]
        assert highest["Mid"] <= lowest["High"]


def test_discounts_are_on_cheap_products_until_thursday_and_on_dear_ones_from_friday(products: pd.DataFrame) -> None:
    assert products["discount_day_of_week"].between(0, 6).all()
    early = products["discount_day_of_week"] <= 3
    assert (products.loc[early, "price_tier"] != "High").mean() > 0.9
    assert (products.loc[~early, "price_tier"] == "High").mean() > 0.5
    saturday = products[products["discount_day_of_week"] == 5]
    dearest = products.groupby("category")["price"].median().idxmax()
    assert saturday["category"].mode()[0] == dearest == "Furniture"


def test_prices_are_log_normal_within_a_category(products: pd.DataFrame) -> None:
    import numpy as np

    logs = products.groupby("category")["price"].transform(lambda price: np.log(price) - np.log(price).mean())
    assert stats.shapiro(logs).pvalue > 1e-4
