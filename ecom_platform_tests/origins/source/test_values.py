"""What a source's own values stand for, as `source.toml` says."""

from __future__ import annotations

import pytest

from ecom_platform.origins.source import SourceError
from ecom_platform_tests.origins.source.conftest import SETTINGS, USERS, OpenSource, rows

DEVICES = """
[values.device]
desktop = "Web"
"mobile's" = "Android"
watch = ""
"""


def devices(open_source: OpenSource, values: str, file: str = "users.csv") -> dict[str, str | None]:
    given = {"a": "desktop", "b": "mobile's", "c": "watch", "d": "iOS", "e": "fridge", "f": ""}
    text = "user_id,signup_date,device\n" + "".join(f"{user},2024-01-05,{device}\n" for user, device in given.items())
    files: dict[str, str | None] = {"source.toml": SETTINGS + values, "users.csv": text}
    files["users.sql"] = "SELECT user_id, signup_date, device FROM 'users.csv'" if file == "users.sql" else None
    return {user["user_id"]: user["device"] for user in rows(open_source(files), "users")}


@pytest.mark.parametrize("file", ["users.csv", "users.sql"])
def test_values_are_mapped_and_the_others_stay(open_source: OpenSource, file: str) -> None:
    found = devices(open_source, DEVICES, file)
    assert found == {"a": "Web", "b": "Android", "c": None, "d": "iOS", "e": "fridge", "f": None}


def test_any_other_value_may_be_mapped_but_a_null_stays(open_source: OpenSource) -> None:
    found = devices(open_source, f'{DEVICES}"*" = "Web"')
    assert found == {"a": "Web", "b": "Android", "c": None, "d": "iOS", "e": "Web", "f": None}


def test_a_mapping_holds_in_every_table_with_the_column(open_source: OpenSource) -> None:
    event = "'u1' AS user_id, TIMESTAMP '2024-01-05 10:00:00' AS event_timestamp"
    values = '[values.device]\ndesktop = "Web"\n[values.event_type]\nview = "view_product"\n"*" = "other"\n'
    source = open_source({
        "source.toml": f"{SETTINGS}{values}",
        "users.sql": f"{USERS}, 'desktop' AS device",
        "user_events.sql": f"SELECT 'e1' AS event_id, {event}, 'desktop' AS device, 'view' AS event_type "
        f"UNION ALL SELECT 'e2', {event}, 'desktop', 'wishlist'",
    })  # fmt: skip
    assert [user["device"] for user in rows(source, "users")] == ["Web"]
    events = {event["event_id"]: (event["device"], event["event_type"]) for event in rows(source, "user_events")}
    assert events == {"e1": ("Web", "view_product"), "e2": ("Web", "other")}


@pytest.mark.parametrize("given", ["", ", NULL AS region", ", '' AS region"])
def test_a_region_that_a_source_does_not_know_is_no_error_of_its_data(open_source: OpenSource, given: str) -> None:
    users = rows(open_source({"source.toml": SETTINGS, "users.sql": f"{USERS}{given}"}), "users")
    assert {user["region"] for user in users} == {"Unknown"}


def test_a_cancellation_is_no_other_status(open_source: OpenSource) -> None:
    order = "'u1' AS user_id, DATE '2024-01-10' AS order_date"
    orders = f"SELECT 'o1' AS order_id, {order}, 'cancelled' AS payment_status UNION ALL SELECT 'o2', {order}, 'paid'"
    toml = f'{SETTINGS}[values.payment_status]\n"*" = "success"\n'
    found = rows(open_source({"source.toml": toml, "orders.sql": orders}), "orders")
    assert {order["order_id"]: order["payment_status"] for order in found} == {"o1": "cancelled", "o2": "success"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("values = 3", "values = 3 must be tables such as"),
        ("[values.devise]\na = 'Web'", r"\[values\.devise\] is no column whose values can be mapped; did you mean device\?"),
        ("[values.user_id]\na = 'b'", r"\[values\.user_id\] is no column whose values"),
        ("[values]\ndevice = 'Web'", r"\[values\.device\] must say what each value stands for"),
        ("[values.device]\ndesktop = 1", r"\[values\.device\] must say what each value stands for"),
        (
            "[values.device]\ndesktop = 'web'",
            "maps 'desktop' to 'web', but device is one of iOS, Android, Web, or '' for",
        ),
    ],
)
def test_a_mapping_that_is_not_understood(open_source: OpenSource, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=rf"^source\.toml: .*{said}"):
        open_source({"source.toml": text})
