"""A Tableau workbook as XML, of the declared sheets: the same for extracts and for a live connection but for its sources.

Every reference is made from the declaration, and every id from a name, so that the same declaration makes the same bytes.
Five parameters filter all sheets of all data sources alike, as the pages' filters do: each data source has a field that tells
whether a row is of the customers chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from ecom_platform.dashboard.tableau.connections import Sourced
from ecom_platform.dashboard.tableau.formulas import formula
from ecom_platform.dashboard.tableau.sheets import BOARDS, KPIS, TABLES, Board, Sheet, SheetFigure, SheetMark
from ecom_platform.tables import Column, Table, Type
from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.tables.measures import Additivity, Measure
from ecom_platform.tables.metrics import MetricColumn, Unit
from ecom_platform.warehouse.contract import Warehouse

VERSION = "26.1"
SOURCE_VERSION = "18.1"
ALL = "All"
PARAMETERS = "Parameters"
CHOSEN = "Calculation_chosen"

Members = Mapping[str, Sequence[str]]
"""The values of each dimension of customers that people can choose."""

DATATYPES = {
    Type.STRING: "string",
    Type.INT64: "integer",
    Type.FLOAT64: "real",
    Type.BOOL: "boolean",
    Type.DATE: "date",
    Type.TIMESTAMP: "datetime",
    Type.NUMERIC: "real",
}
REMOTE_TYPES = {
    Type.STRING: 129,
    Type.INT64: 20,
    Type.FLOAT64: 5,
    Type.BOOL: 11,
    Type.DATE: 133,
    Type.TIMESTAMP: 135,
    Type.NUMERIC: 131,
}
"""What a source calls the types: OLE DB's numbers."""
FORMATS = {Unit.SHARE: "p0.0%", Unit.CHANGE: "p+0.0%;-0.0%", Unit.MONEY: "n#,##0;-#,##0", Unit.COUNT: "n#,##0;-#,##0"}
DECIMALS = "n#,##0.00;-#,##0.00"

WIDE, HEADER, CONTROLS = 100_000, 6_000, 8_000
"""A dashboard is 100,000 wide and high, in shares of its size."""
IN_A_ROW = 3
PIXELS = {"maxheight": "1000", "maxwidth": "1400", "minheight": "1000", "minwidth": "1400"}


def E(tag: str, *parts: Mapping[str, str] | etree._Element | str, **attributes: str) -> etree._Element:
    """An element of its attributes, children and text."""
    made = etree.Element(tag)
    for part in (*parts, attributes):
        if isinstance(part, str):
            made.text = part
        elif isinstance(part, etree._Element):
            made.append(part)
        else:
            for name, value in part.items():
                made.set(name, value)
    return made


@dataclass(frozen=True)
class Instance:
    """A field as a shelf holds it: which column, and how its values are taken."""

    column: str
    derivation: str
    prefix: str
    type: str

    @property
    def name(self) -> str:
        return f"[{self.prefix}:{self.column}:{'qk' if self.type == 'quantitative' else self.type[0] + 'k'}]"

    @property
    def element(self) -> etree._Element:
        return E(
            "column-instance",
            {
                "column": f"[{self.column}]",
                "derivation": self.derivation,
                "name": self.name,
                "pivot": "key",
                "type": self.type,
            },
        )


def workbook(source: Sourced, members: Members) -> bytes:
    """The workbook over the given sources, as the bytes of a .twb file."""
    root = E(
        "workbook",
        {"original-version": VERSION, "source-build": "0.0.0 (0000.0.0.0)", "source-platform": "win", "version": VERSION},
        E("document-format-change-manifest", E("ManifestByVersion")),
        E("preferences", E("preference", name="ui.encoding.shelf.height", value="24")),
        E("datasources", _parameters(members), *(_datasource(table, source) for table in TABLES)),
        E("worksheets", *(_worksheet(sheet, members) for board in BOARDS for sheet in board.sheets)),
        E("dashboards", *(_dashboard(board, members) for board in BOARDS)),
        E("windows", *_windows()),
        E("explain-data", {"enabled-for-viewer": "true", "extreme-values-enabled-for-all": "false"}, E("explanation-types")),
    )
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def members_of(store: Warehouse) -> Members:
    """The values that customers have, of each dimension: what people can choose."""
    kinds = store.query(f"SELECT DISTINCT {', '.join(DIMENSIONS)} FROM {KPIS}", [KPIS]).to_pylist()
    return {name: sorted({kind[name] for kind in kinds}) for name in DIMENSIONS}


def source_name(table: Table) -> str:
    """The data source of a table."""
    return f"federated.{table.name}"


def _id(*parts: str) -> str:
    return "{" + str(uuid5(NAMESPACE_URL, "/".join(("ecom_platform", *parts)))).upper() + "}"


def _object_id(table: Table) -> str:
    return f"{table.name}_{sha256(str(table).encode()).hexdigest()[:32].upper()}"


def _caption(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(value: str) -> str:
    """A text as a formula writes it. A value with a quotation mark would end it early."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _filterable(table: Table) -> bool:
    return set(DIMENSIONS) <= set(table.column_names)


# Parameters ------------------------------------------------------------------------------------------------------------------


def _parameters(members: Members) -> etree._Element:
    attributes = {"hasconnection": "false", "inline": "true", "name": PARAMETERS, "version": SOURCE_VERSION}
    return E("datasource", attributes, E("aliases", enabled="yes"), *_parameter_columns(members))


def _parameter_columns(members: Members) -> Iterator[etree._Element]:
    for name in DIMENSIONS:
        attributes = {
            "caption": _caption(name),
            "datatype": "string",
            "name": f"[Parameter {name}]",
            "param-domain-type": "list",
            "role": "measure",
            "type": "nominal",
            "value": _text(ALL),
        }
        values = (ALL, *members[name])
        yield E(
            "column",
            attributes,
            E("calculation", {"class": "tableau", "formula": _text(ALL)}),
            E("members", *(E("member", value=_text(value)) for value in values)),
        )


def _chosen() -> str:
    """Whether a row is of the customers that the parameters choose."""
    return " AND ".join(
        f"([{PARAMETERS}].[Parameter {name}] = {_text(ALL)} OR [{name}] = [{PARAMETERS}].[Parameter {name}])"
        for name in DIMENSIONS
    )


# Data sources ----------------------------------------------------------------------------------------------------------------


def _datasource(table: Table, sourced: Sourced) -> etree._Element:
    source = sourced(table)
    connection = f"{source.connector}.{table.name}"
    relation = {"connection": connection, "name": table.name, "table": source.table, "type": "table"}
    own = (_calculated(figure) for figure in figures(table))
    return E(
        "datasource",
        {"caption": _caption(table.name), "inline": "true", "name": source_name(table), "version": SOURCE_VERSION},
        E(
            "connection",
            {"class": "federated"},
            E(
                "named-connections",
                E(
                    "named-connection",
                    {"caption": table.name, "name": connection},
                    E("connection", dict(source.attributes)),
                ),
            ),
            E("relation", relation),
            E("metadata-records", *(_record(table, column, place) for place, column in enumerate(table.columns))),
        ),
        E("aliases", enabled="yes"),
        *(_column(column) for column in table.columns),
        *own,
        *([_chosen_column()] if _filterable(table) else []),
        E("layout", {"dim-ordering": "alphabetic", "measure-ordering": "alphabetic", "show-structure": "true"}),
        E(
            "object-graph",
            E(
                "objects",
                E(
                    "object",
                    {"caption": table.name, "id": _object_id(table)},
                    E("properties", {"context": ""}, E("relation", relation)),
                ),
            ),
        ),
    )


def figures(table: Table) -> list[SheetFigure]:
    """The figures that sheets show of a table, each once."""
    return list(dict.fromkeys(sheet.figure for board in BOARDS for sheet in board.sheets if sheet.table is table))


def _record(table: Table, column: Column, place: int) -> etree._Element:
    kind = DATATYPES[column.type]
    aggregation = {"string": "Count", "boolean": "Count", "date": "Year", "datetime": "Year"}.get(kind, "Sum")
    return E(
        "metadata-record",
        {"class": "column"},
        E("remote-name", column.name),
        E("remote-type", str(REMOTE_TYPES[column.type])),
        E("local-name", f"[{column.name}]"),
        E("parent-name", f"[{table.name}]"),
        E("remote-alias", column.name),
        E("ordinal", str(place)),
        E("local-type", kind),
        E("aggregation", aggregation),
        E("contains-null", "true" if column.nullable else "false"),
        E("object-id", f"[{_object_id(table)}]"),
    )


def _column(column: Column) -> etree._Element:
    kind = DATATYPES[column.type]
    measured = isinstance(column, MetricColumn) or (isinstance(column, Measure) and column.kind is not Additivity.ATTRIBUTE)
    role, type_ = ("measure", "quantitative") if measured else ("dimension", _dimension_type(column))
    attributes = {
        "caption": _caption(column.name),
        "datatype": kind,
        "name": f"[{column.name}]",
        "role": role,
        "type": type_,
    }
    return E("column", attributes, _described(column.doc))


def _dimension_type(column: Column) -> str:
    return "nominal" if column.type in (Type.STRING, Type.BOOL) else "ordinal"


def _calculated(figure: SheetFigure) -> etree._Element:
    attributes = {
        "caption": figure.metric.label,
        "datatype": "real",
        "default-format": FORMATS.get(figure.metric.unit, DECIMALS),
        "name": f"[{_calculation(figure)}]",
        "role": "measure",
        "type": "quantitative",
    }
    definition = f"{figure.metric.label}: {figure.metric.formula} ({figure.metric.unit.value}). {figure.metric.text}"
    return E(
        "column",
        attributes,
        E("calculation", {"class": "tableau", "formula": formula(figure.sql)}),
        _described(definition),
    )


def _described(text: str) -> etree._Element:
    """What Tableau shows of a field when somebody points at it."""
    return E("desc", E("formatted-text", E("run", text)))


def _calculation(figure: SheetFigure) -> str:
    return f"Calculation_{figure.metric.name}"


def _chosen_column() -> etree._Element:
    attributes = {
        "caption": "Customers chosen",
        "datatype": "boolean",
        "name": f"[{CHOSEN}]",
        "role": "dimension",
        "type": "nominal",
    }
    return E("column", attributes, E("calculation", {"class": "tableau", "formula": _chosen()}))


# Worksheets ------------------------------------------------------------------------------------------------------------------


def _instance(sheet: Sheet, name: str) -> Instance:
    """A dimension on a shelf. What a line runs along is continuous; everything else is a label for each value."""
    column = sheet.table.column(name)
    if sheet.mark is SheetMark.LINE and name == sheet.across:
        if column.type is Type.DATE:
            return Instance(name, "Month-Trunc", "tmn", "quantitative")
        return Instance(name, "None", "none", "quantitative")
    return Instance(name, "None", "none", _dimension_type(column))


def _figure_instance(sheet: Sheet) -> Instance:
    return Instance(_calculation(sheet.figure), "User", "usr", "quantitative")


def _chosen_instance() -> Instance:
    return Instance(CHOSEN, "None", "none", "nominal")


def _shelf(table: Table, instance: Instance) -> str:
    return f"[{source_name(table)}].{instance.name}"


def _worksheet(sheet: Sheet, members: Members) -> etree._Element:
    filtered = _filterable(sheet.table)
    figure, across = _figure_instance(sheet), _instance(sheet, sheet.across)
    down = _instance(sheet, sheet.down) if sheet.down else None
    measured, by = _shelf(sheet.table, figure), _shelf(sheet.table, across)
    match sheet.mark:
        case SheetMark.LINE:
            rows, columns = measured, by
        case SheetMark.BAR:
            rows, columns = by, measured
        case SheetMark.HEAT:
            rows, columns = _shelf(sheet.table, down) if down else "", by
    return E(
        "worksheet",
        {"name": sheet.title},
        E("layout-options", E("title", E("formatted-text", E("run", sheet.title)))),
        E(
            "table",
            E(
                "view",
                _sources_used([sheet.table]),
                *_dependencies([sheet], members),
                *([_chosen_filter(sheet.table)] if filtered else []),
                *([E("slices", E("column", _shelf(sheet.table, _chosen_instance())))] if filtered else []),
                E("aggregation", value="true"),
            ),
            E("style"),
            E(
                "panes",
                E(
                    "pane",
                    {"selection-relaxation-option": "selection-relaxation-allow"},
                    E("view", E("breakdown", value="auto")),
                    E("mark", {"class": sheet.mark.value}),
                    *_encodings(sheet, measured),
                ),
            ),
            E("rows", rows),
            E("cols", columns),
        ),
        E("simple-id", uuid=_id("worksheet", sheet.title)),
    )


def _encodings(sheet: Sheet, measured: str) -> Iterator[etree._Element]:
    if sheet.mark is SheetMark.HEAT:
        yield E("encodings", E("color", column=measured), E("text", column=measured))
    elif sheet.color:
        yield E("encodings", E("color", column=_shelf(sheet.table, _instance(sheet, sheet.color))))


def _sources_used(tables: Sequence[Table]) -> etree._Element:
    parameters = E("datasource", name=PARAMETERS) if any(_filterable(table) for table in tables) else None
    return E(
        "datasources",
        *([parameters] if parameters is not None else []),
        *(E("datasource", caption=_caption(table.name), name=source_name(table)) for table in tables),
    )


def _dependencies(sheets: Sequence[Sheet], members: Members) -> Iterator[etree._Element]:
    """What sheets use of each data source: columns, then instances."""
    if any(_filterable(sheet.table) for sheet in sheets):
        yield E("datasource-dependencies", {"datasource": PARAMETERS}, *_parameter_columns(members))
    for table in dict.fromkeys(sheet.table for sheet in sheets):
        own = [sheet for sheet in sheets if sheet.table is table]
        filtered = _filterable(table)
        used = [name for sheet in own for name in sheet.columns] + (list(DIMENSIONS) if filtered else [])
        summed = {name for sheet in own for name in table.column_names if f"[{name}]" in formula(sheet.figure.sql)}
        columns = [column for column in table.columns if column.name in {*used, *summed}]
        instances = [_instance(sheet, name) for sheet in own for name in sheet.columns]
        instances += [_figure_instance(sheet) for sheet in own] + ([_chosen_instance()] if filtered else [])
        yield E(
            "datasource-dependencies",
            {"datasource": source_name(table)},
            *(_column(column) for column in columns),
            *(_calculated(figure) for figure in dict.fromkeys(sheet.figure for sheet in own)),
            *([_chosen_column()] if filtered else []),
            *(instance.element for instance in dict.fromkeys(instances)),
        )


def _chosen_filter(table: Table) -> etree._Element:
    return E(
        "filter",
        {"class": "categorical", "column": _shelf(table, _chosen_instance())},
        E("groupfilter", {"function": "member", "level": _chosen_instance().name, "member": "true"}),
    )


# Dashboards and windows ------------------------------------------------------------------------------------------------------


def _dashboard(board: Board, members: Members) -> etree._Element:
    numbers = iter(range(1, 1000))

    def zone(x: int, y: int, w: int, h: int, attributes: Mapping[str, str], *children: etree._Element) -> etree._Element:
        place = {"h": str(h), "id": str(next(numbers)), "w": str(w), "x": str(x), "y": str(y)}
        return E("zone", {**attributes, **place}, *children)

    title = E("formatted-text", E("run", {"bold": "true", "fontsize": "16"}, board.title))
    width = WIDE // len(DIMENSIONS)
    rows = -(-len(board.sheets) // IN_A_ROW)
    top = HEADER + CONTROLS
    w, h = WIDE // IN_A_ROW, (WIDE - top) // rows
    zones = [
        zone(0, 0, WIDE, HEADER, {"type-v2": "text", "forceUpdate": "true"}, title),
        *(
            zone(
                place * width,
                HEADER,
                width,
                CONTROLS,
                {"type-v2": "paramctrl", "param": f"[{PARAMETERS}].[Parameter {name}]", "mode": "compact"},
            )
            for place, name in enumerate(DIMENSIONS)
        ),
        *(
            zone((place % IN_A_ROW) * w, top + (place // IN_A_ROW) * h, w, h, {"name": sheet.title})
            for place, sheet in enumerate(board.sheets)
        ),
    ]
    tables = list(dict.fromkeys(sheet.table for sheet in board.sheets))
    return E(
        "dashboard",
        {"name": board.title},
        E("style"),
        E("size", PIXELS),
        _sources_used(tables),
        E("datasource-dependencies", {"datasource": PARAMETERS}, *_parameter_columns(members)),
        E("zones", zone(0, 0, WIDE, WIDE, {"type-v2": "layout-basic"}, *zones)),
        E("simple-id", uuid=_id("dashboard", board.name)),
    )


def _windows() -> Iterator[etree._Element]:
    for number, board in enumerate(BOARDS):
        yield E(
            "window",
            {"class": "dashboard", "name": board.title, **({"maximized": "true"} if number == 0 else {})},
            E("viewpoints", *(E("viewpoint", name=sheet.title) for sheet in board.sheets)),
            E("active", id="-1"),
            E("simple-id", uuid=_id("dashboard window", board.name)),
        )
    for board in BOARDS:
        for sheet in board.sheets:
            yield E(
                "window",
                {"class": "worksheet", "name": sheet.title, "hidden": "true"},
                E(
                    "cards",
                    E("edge", {"name": "left"}, E("strip", {"size": "160"}, *(E("card", type=t) for t in CARDS))),
                    E(
                        "edge",
                        {"name": "top"},
                        E("strip", {"size": "2147483647"}, E("card", type="columns")),
                        E("strip", {"size": "2147483647"}, E("card", type="rows")),
                    ),
                ),
                E("simple-id", uuid=_id("worksheet window", sheet.title)),
            )


CARDS = ("pages", "filters", "marks")
"""What stands beside a sheet when somebody edits it."""
