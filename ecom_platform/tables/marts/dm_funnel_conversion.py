"""dm_funnel_conversion: how many sessions reach each stage, in counts that add up and rates that do not."""

from ecom_platform.tables.spec import Column, Layout, Table, Type

DM_FUNNEL_CONVERSION = Table(
    layer="marts",
    name="dm_funnel_conversion",
    doc="One row per day, device and referrer of sessions: sessions that reached each funnel stage, and rates.",
    columns=(
        Column("session_date", Type.DATE, "Day the sessions began (UTC)."),
        Column("device", Type.STRING, "Device; unknown where a session has none."),
        Column("referrer", Type.STRING, "Where the sessions came from; unknown where a session has none."),
        Column("session_count", Type.INT64, "Sessions.", minimum=1),
        Column("sessions_reaching_cart", Type.INT64, "Sessions that reached add_to_cart or deeper.", minimum=0),
        Column("sessions_reaching_checkout", Type.INT64, "Sessions that reached checkout_start or deeper.", minimum=0),
        Column("sessions_reaching_payment_attempt", Type.INT64, "Sessions that reached payment_attempt or deeper.", minimum=0),
        Column("sessions_reaching_purchase", Type.INT64, "Sessions that reached purchase.", minimum=0),
        Column("session_to_cart_rate", Type.FLOAT64, "sessions_reaching_cart over session_count, 0 to 1."),
        Column(
            "cart_to_checkout_rate",
            Type.FLOAT64,
            "sessions_reaching_checkout over sessions_reaching_cart, 0 to 1; null when none reached the cart.",
            True,
        ),
        Column(
            "checkout_to_payment_attempt_rate",
            Type.FLOAT64,
            "sessions_reaching_payment_attempt over sessions_reaching_checkout, 0 to 1; null when none reached the checkout.",
            True,
        ),
        Column(
            "payment_attempt_to_purchase_rate",
            Type.FLOAT64,
            "sessions_reaching_purchase over sessions_reaching_payment_attempt, 0 to 1; null when none attempted to pay.",
            True,
        ),
        Column("session_to_purchase_rate", Type.FLOAT64, "sessions_reaching_purchase over session_count, 0 to 1."),
    ),
    key=("session_date", "device", "referrer"),
    layout=Layout(cluster_by=("session_date",)),
)
