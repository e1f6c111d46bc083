"""dm_funnel_conversion: how many sessions reach each stage, in counts that add up and rates that do not."""

from ecom_platform.tables.measures import count
from ecom_platform.tables.metrics import (
    CART_TO_CHECKOUT_RATE,
    CHECKOUT_TO_PAYMENT_RATE,
    PAYMENT_TO_PURCHASE_RATE,
    SESSION_TO_CART_RATE,
    SESSION_TO_PURCHASE_RATE,
    metric_column,
)
from ecom_platform.tables.spec import Column, Layout, Table, Type

DM_FUNNEL_CONVERSION = Table(
    layer="marts",
    name="dm_funnel_conversion",
    doc="One row per day, device and referrer of sessions: sessions that reached each funnel stage, and rates.",
    columns=(
        Column("session_date", Type.DATE, "Day the sessions began (UTC)."),
        Column("device", Type.STRING, "Device; unknown where a session has none."),
        Column("referrer", Type.STRING, "Where the sessions came from; unknown where a session has none."),
        count("session_count", "Sessions", minimum=1),
        count("sessions_reaching_cart", "Sessions that reached add_to_cart or deeper"),
        count("sessions_reaching_checkout", "Sessions that reached checkout_start or deeper"),
        count("sessions_reaching_payment_attempt", "Sessions that reached payment_attempt or deeper"),
        count("sessions_reaching_purchase", "Sessions that reached purchase"),
        metric_column(SESSION_TO_CART_RATE, "sessions_reaching_cart", "session_count", nullable=False),
        metric_column(CART_TO_CHECKOUT_RATE, "sessions_reaching_checkout", "sessions_reaching_cart"),
        metric_column(CHECKOUT_TO_PAYMENT_RATE, "sessions_reaching_payment_attempt", "sessions_reaching_checkout"),
        metric_column(PAYMENT_TO_PURCHASE_RATE, "sessions_reaching_purchase", "sessions_reaching_payment_attempt"),
        metric_column(SESSION_TO_PURCHASE_RATE, "sessions_reaching_purchase", "session_count", nullable=False),
    ),
    key=("session_date", "device", "referrer"),
    layout=Layout(cluster_by=("session_date",)),
)
