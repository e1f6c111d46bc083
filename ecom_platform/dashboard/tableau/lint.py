"""What Tableau's schemas do not say: that everything in a workbook refers to something that is there, and fits it.

Tableau refuses a workbook with a dangling reference, or opens it with empty sheets. Each rule looks at the written XML alone,
and yields a sentence for each offence. They are as strict as the workbooks made here: a connector, a function or a way to
take a field that those do not use is an offence, because nobody has tried it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from ecom_platform.dashboard.tableau.connections import CONNECTION_CLASSES
from ecom_platform.dashboard.tableau.formulas import FormulaError, fields, functions

Element = etree._Element

FUNCTIONS = {"SUM", "IIF", "ISNULL"}
DERIVATIONS = {"None": "none", "Month-Trunc": "tmn", "User": "usr"}
"""How an instance takes its field, and how its name then begins. `User` is an aggregate that the field computes itself."""
SUFFIXES = {"nominal": "nk", "ordinal": "ok", "quantitative": "qk"}
DATES = {"date", "datetime"}
TYPES = {
    "string": {"nominal"},
    "boolean": {"nominal"},
    "date": {"ordinal", "quantitative"},
    "datetime": {"ordinal", "quantitative"},
    "integer": {"ordinal", "quantitative"},
    "real": {"ordinal", "quantitative"},
}
"""As what a field's values can be taken, by the type of its data."""

_QUALIFIED = re.compile(r"\[([^\]]+)\]\.(\[[^\]]+\])")


def problems(workbook: bytes) -> list[str]:
    """Every offence in a workbook, in words; empty where everything refers to something that fits."""
    try:
        root = etree.fromstring(workbook)
    except etree.XMLSyntaxError as error:
        return [f"line {error.lineno}: this is no XML: {error.msg}"]
    return [problem for rule in RULES for problem in rule(root)]


def _names(elements: Iterable[Element]) -> list[str]:
    return [element.get("name", "") for element in elements]


def _sources(root: Element) -> dict[str, Element]:
    return {source.get("name", ""): source for source in root.iterfind("datasources/datasource")}


def _columns(source: Element) -> dict[str, Element]:
    return {column.get("name", ""): column for column in source.iterfind("column")}


def _views(root: Element) -> Iterator[tuple[str, Element]]:
    """Everything that uses data sources: worksheets (their view) and dashboards, each with its name."""
    for sheet in root.iterfind("worksheets/worksheet"):
        view = sheet.find("table/view")
        if view is not None:
            yield f"the sheet {sheet.get('name')!r}", view
    for board in root.iterfind("dashboards/dashboard"):
        yield f"the dashboard {board.get('name')!r}", board


def _formula(column: Element) -> str | None:
    calculation = column.find("calculation")
    return None if calculation is None else calculation.get("formula", "")


def _aggregates(column: Element) -> bool:
    text = _formula(column)
    try:
        return text is not None and "SUM" in functions(text)
    except FormulaError:
        return False


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{count} {what} share {value!r}."


# Ids and names ---------------------------------------------------------------------------------------------------------------


def _unique_ids(root: Element) -> Iterator[str]:
    yield from _repeated("simple ids", [each.get("uuid", "") for each in root.iter("simple-id")])
    yield from _repeated("objects' ids", [each.get("id", "") for each in root.iterfind(".//object-graph/objects/object")])
    for board in root.iterfind("dashboards/dashboard"):
        for problem in _repeated("zone ids", [zone.get("id", "") for zone in board.iter("zone")]):
            yield f"the dashboard {board.get('name')!r}: {problem}"


def _unique_names(root: Element) -> Iterator[str]:
    sheets = [*root.iterfind("worksheets/worksheet"), *root.iterfind("dashboards/dashboard")]
    yield from _repeated("sheets and dashboards", _names(sheets))
    yield from _repeated("windows", _names(root.iterfind("windows/window")))
    yield from _repeated("data sources", _names(root.iterfind("datasources/datasource")))
    for name, source in _sources(root).items():
        for problem in _repeated("columns", _names(source.iterfind("column"))):
            yield f"the data source {name}: {problem}"


# Dashboards ------------------------------------------------------------------------------------------------------------------


def _windows(root: Element) -> Iterator[str]:
    """Every sheet and dashboard has its window, and there is no other."""
    for kind in ("worksheet", "dashboard"):
        there = set(_names(root.iterfind(f"{kind}s/{kind}")))
        shown = set(_names(each for each in root.iterfind("windows/window") if each.get("class") == kind))
        yield from (f"the {kind} {name!r} has no window." for name in sorted(there - shown))
        yield from (f"the window {name!r} shows no {kind}." for name in sorted(shown - there))


def _zones(root: Element) -> Iterator[str]:
    """A zone shows a sheet that exists, and its dashboard's window has a viewpoint for each."""
    sheets = set(_names(root.iterfind("worksheets/worksheet")))
    viewpoints = {
        window.get("name", ""): set(_names(window.iterfind("viewpoints/viewpoint")))
        for window in root.iterfind("windows/window")
    }
    for board in root.iterfind("dashboards/dashboard"):
        name = board.get("name", "")
        shown = {zone.get("name", "") for zone in board.iter("zone") if zone.get("name")}
        yield from (f"the dashboard {name!r} has a zone for {each!r}, which is no sheet." for each in sorted(shown - sheets))
        for each in sorted(shown ^ viewpoints.get(name, set())):
            yield f"the dashboard {name!r} has {each!r} in a zone or in its window's viewpoints, but not in both."


def _controls(root: Element) -> Iterator[str]:
    """A zone that controls a parameter names one, which the dashboard declares."""
    parameters = _sources(root).get("Parameters")
    known = set() if parameters is None else set(_columns(parameters))
    for board in root.iterfind("dashboards/dashboard"):
        declared = set(_names(board.iterfind("datasource-dependencies[@datasource='Parameters']/column")))
        for zone in board.iter("zone"):
            if zone.get("type-v2") == "paramctrl":
                found = _QUALIFIED.fullmatch(zone.get("param", ""))
                if found is None or found[1] != "Parameters" or found[2] not in known & declared:
                    yield f"the dashboard {board.get('name')!r} controls {zone.get('param')}, which is no parameter of it."


def _parameters(root: Element) -> Iterator[str]:
    for column in root.iterfind("datasources/datasource[@name='Parameters']/column"):
        members = [member.get("value") for member in column.iterfind("members/member")]
        if column.get("value") not in members:
            yield f"the parameter {column.get('name')} has the value {column.get('value')}, which is none of its members."


# Data sources ----------------------------------------------------------------------------------------------------------------


def _connections(root: Element) -> Iterator[str]:
    """A data source has one relation, by a connection that it names and whose connector is known."""
    for name, source in _sources(root).items():
        outer = source.find("connection")
        if outer is None:
            continue
        inner = [each.find("connection") for each in outer.iterfind("named-connections/named-connection")]
        for each in inner:
            if each is None or each.get("class") not in CONNECTION_CLASSES:
                yield f"the data source {name} connects by {'nothing' if each is None else each.get('class')!r}: unknown."
        if outer.get("class") != "federated":
            yield f"the data source {name} connects by {outer.get('class')!r}, not by 'federated'."
        named = set(_names(outer.iterfind("named-connections/named-connection")))
        relations = [*outer.iterfind("relation"), *source.iterfind("object-graph/objects/object/properties/relation")]
        if len(relations) < 2:
            yield f"the data source {name} lacks a relation: its connection and its object each need one."
        for relation in relations:
            if relation.get("connection") not in named:
                yield f"the data source {name} has a relation by the connection {relation.get('connection')!r}, unknown there."
        if len({tuple(sorted(relation.attrib.items())) for relation in relations}) > 1:
            yield f"the data source {name} has one relation in its connection and another in its object."


def _records(root: Element) -> Iterator[str]:
    """A column is a metadata record of the same type, or a calculation; a record belongs to a relation and an object."""
    for name, source in _sources(root).items():
        records = list(source.iterfind("connection/metadata-records/metadata-record"))
        types = {record.findtext("local-name", ""): record.findtext("local-type", "") for record in records}
        objects = {f"[{each.get('id')}]" for each in source.iterfind("object-graph/objects/object")}
        relations = {f"[{each.get('name')}]" for each in source.iterfind("connection/relation")}
        for record in records:
            field = record.findtext("local-name", "")
            if record.findtext("object-id") not in objects:
                yield f"the data source {name}: {field} belongs to {record.findtext('object-id')}, which is no object."
            if record.findtext("parent-name") not in relations:
                yield f"the data source {name}: {field} belongs to {record.findtext('parent-name')}, which is no relation."
        for field, column in _columns(source).items():
            if _formula(column) is not None:
                continue
            if field not in types:
                yield f"the data source {name}: the column {field} is neither in its table nor calculated."
            elif column.get("datatype") != types[field]:
                yield f"the data source {name}: the column {field} is {column.get('datatype')}, its record {types[field]}."


def _formulas(root: Element) -> Iterator[str]:
    """A formula can be read, names fields that are there, and calls functions that are known."""
    sources = _sources(root)
    for name, source in sources.items():
        for field, column in _columns(source).items():
            text = _formula(column)
            if text is None:
                continue
            try:
                named, called = fields(text), functions(text)
            except FormulaError as error:
                yield f"the data source {name}: the formula of {field} cannot be read: {error}"
                continue
            for qualifier, each in named:
                other = sources.get(qualifier or name)
                if other is None or f"[{each}]" not in _columns(other):
                    yield f"the data source {name}: the formula of {field} names [{each}], which is no field."
            yield from (
                f"the data source {name}: the formula of {field} calls {each}, which is not known here."
                for each in called
                if each not in FUNCTIONS
            )


# What sheets use -------------------------------------------------------------------------------------------------------------


def _dependencies(root: Element) -> Iterator[str]:
    """What a sheet or dashboard depends on is there, and declared as its data source declares it."""
    sources = _sources(root)
    for view, element in _views(root):
        used = _names(element.iterfind("datasources/datasource"))
        yield from (f"{view} uses {name}, which is no data source." for name in used if name not in sources)
        for dependencies in element.iterfind("datasource-dependencies"):
            name = dependencies.get("datasource", "")
            if name not in used or name not in sources:
                yield f"{view} depends on {name}, which is none of its data sources."
                continue
            own = _columns(sources[name])
            for field, column in _columns(dependencies).items():
                if field not in own:
                    yield f"{view} depends on {field}, which {name} does not have."
                elif etree.tostring(column, method="c14n").split() != etree.tostring(own[field], method="c14n").split():
                    yield f"{view} declares {field} otherwise than {name} does."
            yield from _instances(view, dependencies)
            yield from _undeclared(view, element, dependencies)


def _undeclared(view: str, element: Element, dependencies: Element) -> Iterator[str]:
    """What a formula names that the view uses is declared beside it."""
    for field, column in _columns(dependencies).items():
        try:
            named = fields(_formula(column) or "")
        except FormulaError:
            continue
        for qualifier, each in named:
            beside = element.find(f"datasource-dependencies[@datasource='{qualifier}']") if qualifier else dependencies
            if beside is None or f"[{each}]" not in _columns(beside):
                yield f"{view} uses {field} of [{each}], which it does not declare."


def _instances(view: str, dependencies: Element) -> Iterator[str]:
    """An instance takes a field that is declared beside it, and its name, derivation and type agree with one another."""
    columns = _columns(dependencies)
    for instance in dependencies.iterfind("column-instance"):
        name, field = instance.get("name", ""), instance.get("column", "")
        derivation, type_ = instance.get("derivation", ""), instance.get("type", "")
        column = columns.get(field)
        if column is None:
            yield f"{view} takes {name} of {field}, which it does not declare."
            continue
        expected = f"[{DERIVATIONS.get(derivation)}:{field[1:-1]}:{SUFFIXES.get(type_)}]"
        if name != expected:
            yield f"{view} has the instance {name}, which should be called {expected} by its derivation and type."
        datatype = column.get("datatype", "")
        if type_ not in TYPES.get(datatype, set()):
            yield f"{view} takes {field}, whose data are {datatype}, as {type_}."
        if (derivation == "User") != _aggregates(column):
            yield f"{view} takes {field} as {derivation!r}: 'User' is for fields that aggregate, and for no others."
        if derivation == "Month-Trunc" and datatype not in DATES:
            yield f"{view} takes the month of {field}, whose data are {datatype}."


def _shelves(root: Element) -> Iterator[str]:
    """What stands on a shelf, colors a mark or filters is an instance that the sheet declares."""
    for sheet in root.iterfind("worksheets/worksheet"):
        view = f"the sheet {sheet.get('name')!r}"
        declared = {
            (dependencies.get("datasource"), instance.get("name"))
            for dependencies in sheet.iterfind("table/view/datasource-dependencies")
            for instance in dependencies.iterfind("column-instance")
        }
        texts = [
            *(sheet.findtext(f"table/{shelf}", "") for shelf in ("rows", "cols")),
            *(each.get("column", "") for each in sheet.iterfind("table/panes/pane/encodings/*")),
            *(each.get("column", "") for each in sheet.iterfind("table/view/filter")),
            *(each.text or "" for each in sheet.iterfind("table/view/slices/column")),
        ]
        for text in texts:
            found = _QUALIFIED.fullmatch(text)
            if found is None or (found[1], found[2]) not in declared:
                yield f"{view} shows {text!r}, which is no instance that it declares."
        for filter_ in sheet.iterfind("table/view/filter"):
            levels = {each.get("level") for each in filter_.iter("groupfilter")}
            if any(not filter_.get("column", "").endswith(f".{level}") for level in levels):
                yield f"{view} filters {filter_.get('column')} by the values of another field."


RULES: tuple[Callable[[Element], Iterator[str]], ...] = (
    _unique_ids,
    _unique_names,
    _windows,
    _zones,
    _controls,
    _parameters,
    _connections,
    _records,
    _formulas,
    _dependencies,
    _shelves,
)
