"""users: who signed up, where from, and what they subscribe to."""

from ecom_platform.tables.remediation import EITHER, REPAIR, Fault, Remediation, emptied, replaced
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
    made_by="world/assemble.py",
    remediations=(
        Remediation(
            "signup_in_future",
            ("signup_date",),
            EITHER,
            "replaced by the day of the user's first event in the signup month; without one, quarantined",
            "the event log starts on the signup day, and without a signup day a user belongs to no cohort",
            injected=True,
        ),
        Remediation("missing_signup_date", ("signup_date",), EITHER, "as signup_in_future", "as signup_in_future"),
        Remediation(
            "signup_outside_month",
            ("signup_date",),
            EITHER,
            "as signup_in_future",
            "the month decides the partition, and everything else of the user is there",
        ),
        Remediation(
            "join_before_signup",
            ("subscription_join_date", "subscription_type"),
            REPAIR,
            "the date is emptied, a paid type becomes Free",
            "a user is Free until the day of joining, and there is no possible day",
            injected=True,
        ),
        Remediation(
            "join_in_future",
            ("subscription_join_date", "subscription_type"),
            REPAIR,
            "the date is emptied, a paid type becomes Free",
            "as observed on the last day, the user had not joined yet",
        ),
        Remediation(
            "paid_without_join_date",
            ("subscription_type",),
            REPAIR,
            "the type becomes Free",
            "a user is Free until the day of joining; a source that knows no such days leaves the type null",
            injected=True,
        ),
        Remediation(
            "free_with_join_date",
            ("subscription_join_date",),
            REPAIR,
            "the date is emptied",
            "the two columns contradict each other, most users are Free, and analyses group by the type",
            injected=True,
        ),
        emptied(
            "unknown_subscription",
            "subscription_type",
            Fault.NOT_ACCEPTED,
            "no subscription is better than one that nobody sells",
        ),
        Remediation(
            "unknown_device",
            ("device",),
            REPAIR,
            "replaced by the device of most of the user's events; without events, emptied",
            "events carry a copy of the user's device",
            injected=True,
        ),
        emptied("unknown_marketing_source", "marketing_source", Fault.NOT_ACCEPTED, "the true value is unknown"),
        replaced(
            "missing_region",
            "region",
            Fault.MISSING,
            "Unknown",
            "the true value is unknown, and the rest of the user is sound",
            injected=True,
        ),
    ),
)
