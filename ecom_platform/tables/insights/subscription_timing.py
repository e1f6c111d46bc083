"""subscription_timing: subscribers who have joined against those who will, at the same age, plan and activation."""

from ecom_platform.tables.insights.experiment_outcomes import ACTIVATIONS
from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import Additivity, Measure, count, money
from ecom_platform.tables.spec import Column, Table, Type


def _weighted(name: str, doc: str) -> Measure:
    return Measure(
        name, Type.FLOAT64, f"{doc}, weighted within plan, activation and age.", minimum=0, kind=Additivity.ADDITIVE
    )


def _sums(what: str) -> tuple[Measure, ...]:
    return (
        _weighted(f"joined_{what}", f"Paid {what} of rows after joining"),
        _weighted(f"waiting_{what}", f"Paid {what} of rows before joining"),
        squares(f"joined_{what}_squared", "Squares over users of the first, less what the means of the strata give"),
        squares(f"waiting_{what}_squared", "Squares over users of the second, less the same"),
        Measure(
            f"joined_{what}_times_waiting",
            Type.FLOAT64,
            "Products over users of the two, less the same.",
            kind=Additivity.ADDITIVE,
        ),
    )


SUBSCRIPTION_TIMING = Table(
    layer="insights",
    name="subscription_timing",
    doc="One row per plan and activation of mature users: what they bought on days 31 to 180, before and after joining at one "
    "age.",
    columns=(
        Column(
            "plan", Type.STRING, "Plus or Premium at the last observed day; Free without one; unknown where there are none."
        ),
        Column("activation", Type.STRING, "Whether they were activated; unknown without an event log.", accepted=ACTIVATIONS),
        count("mature_user_count", "Users observed for 360 days"),
        count("orders", "Their paid orders on days 31 to 180 (the signup day is day 1)"),
        squares("orders_squared", "Squares of those, summed over users"),
        money("revenue", "Their paid revenue on days 31 to 180"),
        squares("revenue_squared", "Squares of that, summed over users"),
        money("subscribed_revenue", "Of that revenue, from the join date on"),
        squares("subscribed_revenue_squared", "Squares of that, summed over users"),
        count("panel_user_count", "Users with a row that has a counterpart on the other side"),
        *_sums("orders"),
        *_sums("revenue"),
    ),
    key=("plan", "activation"),
)
