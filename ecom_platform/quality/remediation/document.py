"""docs/remediations.md: every declared remediation as a document, with what no repair can know.

`python -m ecom_platform.quality.remediation.document > docs/remediations.md` writes it.
"""

from __future__ import annotations

from ecom_platform.tables import CLEANED
from ecom_platform.tables.cleaning import key_remediations, remediations_of

INTRODUCTION = """# Remediations

What is done about each kind of error. This file is generated from the specifications under `ecom_platform/tables/raw/`
(`python -m ecom_platform.quality.remediation.document > docs/remediations.md`). How a row is found to be at fault is in the
comment of the SQL of `violations.<table>`, which the UI shows.

Every raw row ends in exactly one place, `clean` or `quarantine`, as itself:

- `violations.<table>` has a row for each rule that a raw row breaks and each column at fault: the remediation, the value as
  it arrived and the value that replaces it, as text (amounts without trailing zeros, times as `YYYY-MM-DD HH:MM:SS.ffffff`
  in UTC).
- `quarantine.<table>` has the raw rows with a violation that is not repaired, as they arrived, with `quarantine_reason`.
- `clean.<table>` has all others, repaired, with `repair_reason` and `original_values`.

Rules decide within a signup month, so that the violations of a month depend on that month alone. They never read
`anomaly_flag`, `raw.injected_anomalies` or `raw.world_truth`: those are for scoring. Kinds in **bold** are the ones that the
synthetic world injects. A rule is *generated* where the fault follows from the column's specification, else *written* in
`sql/violations/<table>.sql`. A reference to a table without months, such as the catalogue, is judged only where the source
has any row of it.
"""

CEILINGS = """
## What the data does not reveal, and how often a repair is right

Detection is complete for every kind the world injects: each leaves a trace, and the look-alikes (a checkout without a cart,
equal timestamps, a shared device, a purchase the day after its cart) leave none. Repairs have ceilings that no rule passes:

- `orders.orphan_user`: the order's user is replaced by one who does not exist, and nothing else in the order names a user.
  All of it is lost to quarantine, with its lines and its revenue.
- `orders.order_before_signup`: orders after the onboarding window have no session that dates them. Those within it are
  repaired when the user's event log has exactly one paying session without an order; the others are lost to quarantine.
- `orders.unknown_payment_status`: beyond the event log every order is taken for paid, so the repair is wrong for the share
  of payments that fail (1 in 10 by default), and revenue is too high by that share of the orders affected.
- `user_events.timestamp_reversed`: the true time lies 5 seconds to 20 minutes after the event it must follow. The repair
  restores the order and the day, never the second.
- `user_events.payment_without_checkout`, `purchase_without_payment`: the stage is recovered, the product that was viewed
  is not: `product_id` stays null and `is_discount_event` false.
- `user_events.session_id_null`: an event whose session has no other event with a session less than an hour away is lost.
- `user_events.user_id_mismatch`: where a session's events are claimed by two users in equal numbers, devices and signup
  days decide; two users who share those as well are indistinguishable. A session of four events or more is always decided.
- `users.missing_region`: nothing in the data reveals a region.
"""


def markdown() -> str:
    """The document's text."""
    parts = [INTRODUCTION]
    for raw in CLEANED:
        parts.append(f"\n## {raw.name}\n\n| kind | columns | remediation | what is done | why | rule |\n")
        parts.append("|---|---|---|---|---|---|\n")
        by_specification = {each.kind for each in (*key_remediations(raw), *(each for each in raw.remediations if each.fault))}
        for each in remediations_of(raw):
            kind = f"**`{each.kind}`**" if each.injected else f"`{each.kind}`"
            columns = ", ".join(f"`{column}`" for column in each.columns)
            rule = "generated" if each.kind in by_specification else "written"
            parts.append(f"| {kind} | {columns} | {', else '.join(each.decisions)} | {each.done} | {each.why} | {rule} |\n")
    return "".join((*parts, CEILINGS))


if __name__ == "__main__":
    print(markdown(), end="")
