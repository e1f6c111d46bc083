"""docs/metrics.md: the metric registry and the adopted activation as a document.

python -m ecom_platform.tables.metrics_document > docs/metrics.md
"""

from __future__ import annotations

from collections.abc import Iterator

from ecom_platform.tables import CATALOG
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.metrics import SECTIONS, TOTALS, Metric, MetricColumn

INTRODUCTION = """# Metrics

Every metric that a mart, an analysis or a page shows, defined once. This file is generated from
`ecom_platform/tables/metrics.py` (`python -m ecom_platform.tables.metrics_document > docs/metrics.md`).

A metric is a sum over a sum. To pool groups, add numerators and denominators and divide; never average rates. Money is in
the shop's currency (KRW in the synthetic world). Days are UTC; day 0 is the signup day; "to date" ends with the last
observed day. *Compute* is GoogleSQL for any group of rows of the table named; *shown* are the columns that have the metric
ready.
"""


def shown(metric: Metric) -> Iterator[tuple[str, MetricColumn]]:
    """The columns that show a metric, each with its table's name."""
    for name, table in CATALOG.items():
        for column in table.columns:
            if isinstance(column, MetricColumn) and column.metric is metric:
                yield name, column


def markdown() -> str:
    """The document."""
    return "\n".join((INTRODUCTION, *_activation(), *_sections(), *_totals()))


def _activation() -> Iterator[str]:
    yield "## The adopted activation\n"
    yield f"A user is **activated** by {ACTIVATION.rule}."
    yield "It is declared in `ecom_platform/tables/activation.py`, and changed only there.\n"
    yield "| level | sessions and carts of activation |\n|---|---|"
    yield from (f"| {level} | {meaning} |" for level, meaning in ACTIVATION.levels.items())
    yield ""


def _sections() -> Iterator[str]:
    for title, metrics in SECTIONS.items():
        yield f"## {title}\n"
        for metric in metrics:
            yield f"### {metric.label} · {metric.korean}\n"
            yield f"`{metric.name}` = {metric.formula}. In {metric.unit.value}; {metric.null}.\n"
            yield f"{metric.text}\n"
            if metric.source:
                within = " and one ".join(f"`{column}`" for column in metric.source.within)
                choose = f", of one {within}" if within else ""
                yield f"- Compute: `{metric.source.sql}` over `{metric.source.table}`{choose}"
            if columns := ", ".join(f"`{table}.{column.name}`" for table, column in shown(metric)):
                yield f"- Shown: {columns}"
            yield ""


def _totals() -> Iterator[str]:
    yield "## Totals\n"
    yield "What the pages show that is divided by nothing.\n"
    for total in TOTALS.values():
        yield f"### {total.label} · {total.korean}\n"
        yield f"`{total.name}` = {total.formula}. In {total.unit.value}.\n"
        yield f"{total.text}\n"
        yield f"- Compute: `{total.sql}` over `{total.table}`\n"


if __name__ == "__main__":
    print(markdown(), end="")
