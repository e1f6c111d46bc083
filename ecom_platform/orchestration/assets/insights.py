"""The insights layer: an asset a question, and one that has all answers. Rows of users stay in the warehouse."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg

from ecom_platform.insights.coverage import coverage_of
from ecom_platform.insights.effect import Effect
from ecom_platform.insights.inquiry import Context, Inquiry, as_frame, inquiries
from ecom_platform.orchestration.assets.vocabulary import asset_key, pool, table_metadata
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.orchestration.row_counts import record_row_counts
from ecom_platform.origins.origin import provenance
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, Table
from ecom_platform.tables.insights.answers import ANSWERS, ANSWERS_TO
from ecom_platform.tables.insights.questions import Question
from ecom_platform.warehouse.contract import Warehouse

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

UNKNOWN_CURRENCY = "money"


def insight_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    return [*(_asset(settings, *each) for each in inquiries().items()), _answers(settings)]


def _asset(settings: Settings, question: Question, inquiry: Inquiry) -> dg.AssetsDefinition:
    table = ANSWERS_TO[question.number]
    reads = [CATALOG[name] for name in inquiry.reads]

    @dg.asset(
        key=asset_key(table),
        deps=[asset_key(upstream) for upstream in reads],
        description=f"**{question.number} {question.title}**\n\n{inquiry.definition}",
        kinds={settings.target, "python", "table"},
        metadata=table_metadata(table),
        pool=pool(settings),
    )
    def answer(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        store = claimed(warehouse, settings)
        found = answered(store, shop_of(settings), question, inquiry)
        record_row_counts(context, asset_key(table), store.replace({table: found.rows}, None)[table])
        picture = inquiry.chart(found.aggregates, found.effects) if inquiry.chart else None
        return dg.MaterializeResult(metadata=_shown(found.rows.to_pylist(), picture) | {"bytes_read": found.bytes_read})

    return answer


def shop_of(settings: Settings) -> Context:
    """What answers know of the shop beside its tables."""
    return Context(currency=provenance(settings).get("currency", UNKNOWN_CURRENCY))


class Investigation(NamedTuple):
    """What an inquiry found: its effects, their rows, and the aggregates it read with their size in memory."""

    effects: Sequence[Effect]
    rows: "pa.Table"
    aggregates: "dict[str, pd.DataFrame]"
    bytes_read: int


def answered(store: Warehouse, shop: Context, question: Question, inquiry: Inquiry) -> Investigation:
    """The answers to a question from what the warehouse holds."""
    with store.session():
        aggregates, size = aggregates_of(store, [CATALOG[name] for name in inquiry.reads])
    effects = inquiry.answer(aggregates, shop)
    known = {"question": question.number, "tables_read": ", ".join(inquiry.reads)}
    rows = [{**each.row(), **known, "coverage": coverage_of(question.number, each.effect)} for each in effects]
    return Investigation(effects, as_table(ANSWERS_TO[question.number], rows), aggregates, size)


def _answers(settings: Settings) -> dg.AssetsDefinition:
    parts = list(ANSWERS_TO.values())

    @dg.asset(
        key=asset_key(ANSWERS),
        deps=[asset_key(part) for part in parts],
        description=ANSWERS.doc,
        kinds={settings.target, "python", "table"},
        metadata=table_metadata(ANSWERS),
        pool=pool(settings),
    )
    def answers(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        import pyarrow as pa

        store = claimed(warehouse, settings)
        with store.session():
            rows = pa.concat_tables([store.read(part) for part in parts])
            record_row_counts(context, asset_key(ANSWERS), store.replace({ANSWERS: rows}, None)[ANSWERS])
        kinds = Counter(map(str, rows["kind"].to_pylist()))
        return dg.MaterializeResult(metadata={f"{kind} answers": kinds[kind] for kind in sorted(kinds)})

    return answers


def aggregates_of(store: Warehouse, reads: list[Table]) -> "tuple[dict[str, pd.DataFrame], int]":
    """The tables as frames, in order of their keys whatever the engine, and how many bytes they are in memory."""
    found = {str(table): store.read(table).sort_by([(name, "ascending") for name in table.key]) for table in reads}
    return {name: as_frame(rows) for name, rows in found.items()}, sum(rows.nbytes for rows in found.values())


def as_table(table: Table, rows: list[dict[str, Any]]) -> "pa.Table":
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=table.arrow_schema)


def _shown(rows: list[dict[str, Any]], picture: Any) -> dict[str, Any]:
    """What a person looks at: the sentences, the effects as a table, and the chart."""
    sentences = "\n".join(f"- *{row['kind']}*: {row['sentence']}" for row in rows)
    shown: dict[str, Any] = {"answer": dg.MetadataValue.md(sentences), "effects": dg.MetadataValue.table(list(_records(rows)))}
    return shown | drawn(picture)


def drawn(picture: Any) -> dict[str, Any]:
    """A chart as asset metadata; nothing where there is none."""
    from ecom_platform.insights.pictures import png

    return {} if picture is None else {"chart": dg.MetadataValue.md(f"![chart](data:image/png;base64,{png(picture)})")}


def _records(rows: list[dict[str, Any]]) -> Iterator[dg.TableRecord]:
    names = ("effect", "kind", "scale", "estimate", "ci_low", "ci_high", "n", "naive_estimate", "p_adjusted", "method")
    for row in rows:
        yield dg.TableRecord({name: "" if row[name] is None else row[name] for name in names})
