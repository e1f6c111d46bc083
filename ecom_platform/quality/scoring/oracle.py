"""Forecasts of purchases against the best that can be: by somebody who knows each user's true rate and chance to drop out.

The oracle knows a user's latent order rate and chance of dropping out, the world's effects on them, and the user's own orders;
it knows no season, and not who is still there. Of a user it expects

    alive * (1 - exp(-rate * dropout * 182)) / dropout

paid orders in 182 days, where `alive` is the chance that whoever has been silent for so long has not dropped out after the
last order. No forecast from observed data can rank users better in the long run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecom_platform.tables import CATALOG
from ecom_platform.tables.insights.value_forecasts import MODELS
from ecom_platform.tables.quality.lifetime_value_oracle import LIFETIME_VALUE_ORACLE, ORACLE
from ecom_platform.warehouse.contract import Warehouse
from ecom_platform.world import WorldSettings

if TYPE_CHECKING:
    import pyarrow as pa

READS = tuple(
    CATALOG[name]
    for name in (
        "raw.world_truth",
        "clean.orders",
        "clean.users",
        "insights.purchase_histories",
        "insights.value_forecasts",
    )
)
SCORES = CATALOG["insights.value_forecast_scores"]

_QUERY = """
WITH silent AS (
  SELECT
    histories.user_id,
    MIN(DATE_ADD(users.signup_date, INTERVAL 30 DAY)) AS landmark,
    MIN(DATE_ADD(users.signup_date, INTERVAL 29 + histories.observed_days DAY)) AS last_day,
    MIN(users.subscription_join_date) AS joined,
    MAX(orders.order_date) AS last_order
  FROM insights.purchase_histories AS histories
  INNER JOIN clean.users AS users ON users.user_id = histories.user_id
  LEFT JOIN clean.orders AS orders
    ON orders.user_id = histories.user_id
      AND orders.order_date <= DATE_ADD(users.signup_date, INTERVAL 29 + histories.observed_days DAY)
  GROUP BY histories.user_id
),

known AS (
  SELECT
    silent.user_id,
    truth.dropout_probability AS dropout,
    truth.order_rate
    * IF(truth.activated, {activated}, 1.0)
    * IF(truth.discount_exposed, {exposed}, 1.0)
    * IF(truth.nudged, {nudged}, 1.0)
    * IF(silent.joined <= silent.last_day, {subscribed}, 1.0) AS rate,
    DATE_DIFF(silent.last_day, GREATEST(silent.last_order, silent.landmark), DAY) AS silence
  FROM silent
  INNER JOIN raw.world_truth AS truth ON truth.user_id = silent.user_id
),

foreseen AS (
  SELECT
    forecasts.user_id,
    forecasts.actual,
    FLOOR(
      1024
      * {paid}
      * IF(
        known.silence IS NULL,
        1.0,
        1 - SAFE_DIVIDE(known.dropout, known.dropout + (1 - known.dropout) * EXP(-LEAST(known.rate * known.silence, 700.0)))
      )
      * SAFE_DIVIDE(1 - EXP(-known.rate * known.dropout * 182), known.dropout)
    ) / 1024 AS forecast
  FROM insights.value_forecasts AS forecasts
  INNER JOIN known ON known.user_id = forecasts.user_id
  WHERE forecasts.model = 'bg_nbd_gamma_gamma' AND forecasts.target = 'purchase_days'
),

counted AS (
  SELECT
    forecast,
    actual,
    CAST(FLOOR(forecast * 1024) AS INT64) AS forecast_group,
    CAST(FLOOR(actual) AS INT64) AS actual_group
  FROM foreseen
)

SELECT
  forecast_group,
  actual_group,
  COUNT(*) AS user_count,
  SUM(forecast) AS forecast,
  SUM(actual) AS actual,
  SUM(ABS(forecast - actual)) AS absolute_error
FROM counted
GROUP BY forecast_group, actual_group
"""


def oracle(store: Warehouse, world: WorldSettings) -> pa.Table:
    """How good every model is at purchases, beside the oracle of this world; no row where nothing was foreseen."""
    import math

    import pyarrow as pa
    import pyarrow.compute as pc

    from ecom_platform.stats.forecasts import ForecastGroups, ForecastQuality, forecast_quality

    scores = store.read(SCORES)
    scores = scores.filter(pc.equal(scores["target"], pa.scalar("purchase_days")))
    groups = {ORACLE: store.query(_sql(world), READS)}
    groups |= {model: scores.filter(pc.equal(scores["model"], pa.scalar(model))) for model in MODELS}
    names = ("forecast_group", "actual_group", "user_count", "forecast", "actual", "absolute_error")
    found: dict[str, ForecastQuality] = {
        model: forecast_quality(ForecastGroups(*(rows[name].to_numpy() for name in names)))
        for model, rows in groups.items()
        if rows.num_rows
    }

    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    if ORACLE not in found:
        return pa.Table.from_pylist([], schema=LIFETIME_VALUE_ORACLE.arrow_schema)
    best = found[ORACLE].gini
    return pa.Table.from_pylist(
        [
            {
                "model": model,
                "user_count": quality.n,
                "gini": finite(quality.gini),
                "gini_of_oracle": finite(quality.gini / best) if best else None,
                "spearman": finite(quality.spearman),
                "decile_error": finite(quality.decile_error),
                "absolute_error": quality.absolute_error,
                "bias": finite(quality.bias),
            }
            for model, quality in found.items()
        ],
        schema=LIFETIME_VALUE_ORACLE.arrow_schema,
    )


def _sql(world: WorldSettings) -> str:
    return _QUERY.format(
        activated=1.0 + world.activation_effect,
        exposed=1.0 + world.discount_effect,
        nudged=1.0 + world.nudge_direct_effect,
        subscribed=1.0 + world.subscription_effect,
        paid=1.0 - world.failure_rate,
    )
