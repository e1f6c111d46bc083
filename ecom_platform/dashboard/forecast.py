"""The forecast that the cohort page holds against what happened: BG/NBD fitted a year before the last observed day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecom_platform.tables.dashboard.purchase_forecast import PURCHASE_FORECAST
from ecom_platform.tables.dashboard.purchase_histories import HOLDOUT_DAYS

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST_PURCHASES = 100
"""Purchase days below which nothing is forecast: the model has four parameters."""


def forecast(histories: pa.Table) -> pa.Table:
    """The rows of `dashboard.purchase_forecast` from those of `dashboard.purchase_histories`.

    None where there is too little to fit, or where the likelihood has no maximum.
    """
    import numpy as np
    import pyarrow as pa

    from ecom_platform.stats.lifetime_value import PurchaseCounts, fit_bg_nbd

    rows = histories.to_pandas()
    if (rows["frequency"] * rows["user_count"]).sum() < FEWEST_PURCHASES:
        return PURCHASE_FORECAST.arrow_schema.empty_table()
    x, users = rows["frequency"].to_numpy(float), rows["user_count"].to_numpy(float)
    age = np.maximum(rows["age_weeks"].to_numpy(float), 1.0)
    recency = np.minimum(rows["recency_weeks"].to_numpy(float), age)
    try:
        model = fit_bg_nbd(PurchaseCounts(x, recency, age, users))
    except ValueError:
        return PURCHASE_FORECAST.arrow_schema.empty_table()
    rows["forecast_purchase_day_count"] = model.expected_given(HOLDOUT_DAYS / 7, x, recency, age) * users
    names = {"holdout_purchase_day_count": "actual_purchase_day_count", "signup_month": "cohort_month"}
    sums = rows.groupby(["signup_month", "activation_level"], as_index=False)[
        ["user_count", "forecast_purchase_day_count", "holdout_purchase_day_count"]
    ].sum()
    return pa.Table.from_pandas(sums.rename(columns=names)[list(PURCHASE_FORECAST.column_names)], preserve_index=False).cast(
        PURCHASE_FORECAST.arrow_schema
    )
