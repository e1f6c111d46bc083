"""users: who signed up, where from, and what they subscribe to."""

from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

DEVICES = ("iOS", "Android", "Web")
REGIONS = ("Seoul", "Gyeonggi", "Others")
MARKETING_SOURCES = ("Organic", "Paid", "Referral")
SUBSCRIPTION_TYPES = ("Free", "Plus", "Premium")

USERS = Table(
    layer="raw",
    name="users",
    doc="One row per user who signed up, as observed at the last observed day.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        Column("signup_date", Type.DATE, "Day of signup (UTC)."),
        Column(
            "device",
            Type.STRING,
            "Main device.",
            nullable=True,
            accepted=DEVICES,
            shares=(("iOS", 0.40), ("Android", 0.45), ("Web", 0.15)),
        ),
        Column(
            "region",
            Type.STRING,
            "Where the user lives.",
            shares=(("Seoul", 0.38), ("Gyeonggi", 0.32), ("Others", 0.30)),
        ),
        Column(
            "marketing_source",
            Type.STRING,
            "Channel that brought the user.",
            nullable=True,
            accepted=MARKETING_SOURCES,
            shares=(("Organic", 0.60), ("Paid", 0.30), ("Referral", 0.10)),
        ),
        Column(
            "subscription_type",
            Type.STRING,
            "Subscription as observed at the last observed day; Free until the join date; null where a source has none.",
            nullable=True,
            accepted=SUBSCRIPTION_TYPES,
        ),
        Column(
            "subscription_join_date",
            Type.DATE,
            "Day the paid subscription began; null for Free users; never after the last observed day.",
            nullable=True,
        ),
        Column(
            "is_new_user_flag", Type.BOOL, "Signed up within the 45 days that end on the last observed day.", nullable=True
        ),
        Column("anomaly_flag", Type.BOOL, "An error was injected into this row. For scoring checks only.", nullable=True),
        signup_month_column(),
    ),
    key=("user_id",),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
    event_date="signup_date",
    at_signup=True,
)
