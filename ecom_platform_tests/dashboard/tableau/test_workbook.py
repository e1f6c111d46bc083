"""The workbook: valid by Tableau's published schemas and by the lint, and every damage to it is found by one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from ecom_platform.dashboard.tableau.connections import in_extracts
from ecom_platform.dashboard.tableau.lint import problems
from ecom_platform.dashboard.tableau.schema import schemas, violations
from ecom_platform.dashboard.tableau.sheets import BOARDS, SHEETS, TABLES
from ecom_platform.dashboard.tableau.workbook import workbook
from ecom_platform_tests.dashboard.tableau.conftest import MEMBERS

Element = etree._Element


def test_the_published_schemas_accept_it(written: bytes, published: list[Path]) -> None:
    assert {path.name for path in published} >= {"twb_2026.1.0.xsd", "twb_2026.2.0.xsd"}
    for schema in published:
        assert list(violations(written, schema)) == []


def test_everything_in_it_refers_to_something_that_fits(written: bytes) -> None:
    assert problems(written) == []


def test_the_same_declaration_makes_the_same_bytes() -> None:
    assert workbook(in_extracts, MEMBERS) == workbook(in_extracts, MEMBERS)


def test_it_has_the_four_dashboards_with_all_their_sheets(written: bytes) -> None:
    root = etree.fromstring(written)
    assert [board.get("name") for board in root.iterfind("dashboards/dashboard")] == [
        "KPI Overview",
        "Category Performance",
        "Cohort & Retention",
        "Funnel & Drop-off",
    ]
    for board, declared in zip(root.iterfind("dashboards/dashboard"), BOARDS, strict=True):
        shown = [zone.get("name") for zone in board.iter("zone") if zone.get("name")]
        assert shown == [sheet.title for sheet in declared.sheets]
    assert len(list(root.iterfind("datasources/datasource"))) == len(TABLES) + 1


def test_a_sheet_names_the_metric_that_it_shows_with_its_definition(written: bytes) -> None:
    worksheets = {each.get("name"): each for each in etree.fromstring(written).iterfind("worksheets/worksheet")}
    for sheet in SHEETS:
        column = first(worksheets[sheet.title], f".//column[@name='[Calculation_{sheet.figure.metric.name}]']")
        assert column.get("caption") == sheet.figure.metric.label
        assert sheet.figure.metric.formula in column.findtext("desc/formatted-text/run", "")


def test_what_people_may_choose_is_what_the_data_have(written: bytes) -> None:
    parameters = etree.fromstring(written).find("datasources/datasource[@name='Parameters']")
    assert parameters is not None
    for column in parameters.iterfind("column"):
        values = [member.get("value") for member in column.iterfind("members/member")]
        assert values == ['"All"', '"unknown"', '"with a \\"quotation\\" mark"', '"& < >"']


# Damage ----------------------------------------------------------------------------------------------------------------------


def first(root: Element, path: str) -> Element:
    found = root.find(path)
    assert found is not None, path
    return found


def set_(path: str, attribute: str, value: str) -> Callable[[Element], None]:
    return lambda root: first(root, path).set(attribute, value)


def text_(path: str, value: str) -> Callable[[Element], None]:
    def damage(root: Element) -> None:
        first(root, path).text = value

    return damage


def remove(path: str) -> Callable[[Element], None]:
    def damage(root: Element) -> None:
        gone = first(root, path)
        parent = gone.getparent()
        assert parent is not None
        parent.remove(gone)

    return damage


def share(path: str, attribute: str) -> Callable[[Element], None]:
    """Two elements get one id."""

    def damage(root: Element) -> None:
        one, other = root.findall(path)[:2]
        other.set(attribute, one.get(attribute, ""))

    return damage


def unclosed(root: Element) -> None:
    calculation = first(root, FORMULA)
    calculation.set("formula", calculation.get("formula", "").replace(")", "", 1))


def misspelt(root: Element) -> None:
    calculation = first(root, FORMULA)
    calculation.set("formula", calculation.get("formula", "").replace("[", "[x", 1))


def flat(root: Element) -> None:
    del first(root, ".//zone").attrib["h"]


def out_of_order(root: Element) -> None:
    root.append(first(root, "worksheets"))


SOURCE = "datasources/datasource[2]"
FORMULA = f"{SOURCE}/column/calculation"
VIEW = "worksheets/worksheet/table/view"
DAMAGE: dict[str, tuple[Callable[[Element], None], str, str]] = {
    "a renamed field on a shelf": (
        text_("worksheets/worksheet/table/rows", "[federated.kpis_by_month].[usr:Calculation_gone:qk]"), "lint", "no instance",
    ),
    "a misspelt field in a formula": (misspelt, "lint", "which is no field"),
    "an unclosed bracket in a formula": (unclosed, "lint", "cannot be read"),
    "an unknown function in a formula": (set_(FORMULA, "formula", "SUMM([revenue])"), "lint", "calls SUMM"),
    "a zone for a sheet that is not there": (set_(".//zone[@name]", "name", "Gone"), "lint", "which is no sheet"),
    "a viewpoint that is missing": (remove(".//viewpoint"), "lint", "but not in both"),
    "a window that is missing": (remove("windows/window[@class='worksheet']"), "lint", "has no window"),
    "two zones with one id": (share(".//zone/zone", "id"), "lint", "zone ids share"),
    "a control of no parameter": (
        set_(".//zone[@type-v2='paramctrl']", "param", "[Parameters].[Parameter gone]"), "lint", "no parameter of it",
    ),
    "a connector that nobody tried": (
        set_(f"{SOURCE}//named-connection/connection", "class", "oracle"), "lint", "'oracle': unknown",
    ),
    "a relation by no connection": (set_(f"{SOURCE}/connection/relation", "connection", "x"), "lint", "unknown there"),
    "a relation that is missing": (remove(f"{SOURCE}/connection/relation"), "lint", "lacks a relation"),
    "an object that is not there": (set_(f"{SOURCE}//object", "id", "gone"), "lint", "which is no object"),
    "a column of another type than its record": (set_(f"{SOURCE}/column", "datatype", "integer"), "lint", "its record"),
    "a wrong derivation": (set_(f"{VIEW}//column-instance[@derivation='User']", "derivation", "None"), "lint", "aggregate"),
    "a wrong type of an instance": (set_(f"{VIEW}//column-instance", "type", "nominal"), "lint", "should be called"),
    "an instance of a column that is not declared": (
        remove(f"{VIEW}/datasource-dependencies[2]/column"), "lint", "does not declare",
    ),
    "two sheets with one simple id": (share("worksheets/worksheet/simple-id", "uuid"), "lint", "simple ids share"),
    "no explain-data": (remove("explain-data"), "schema", "explain-data"),
    "an unknown mark": (set_(".//pane/mark", "class", "Doughnut"), "schema", "Doughnut"),
    "an unknown type of data": (set_(f"{SOURCE}/column", "datatype", "numeric"), "schema", "numeric"),
    "a zone without a height": (flat, "schema", "'h' is required"),
    "elements out of order": (out_of_order, "schema", "worksheets"),
    "a sheet without a simple id": (remove("worksheets/worksheet/simple-id"), "schema", "simple-id"),
}  # fmt: skip
"""What is damaged, how, which of the two finds it, and what it says."""


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_workbook_is_found(written: bytes, published: list[Path], name: str) -> None:
    damage, finder, said = DAMAGE[name]
    root = etree.fromstring(written)
    damage(root)
    damaged = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    assert damaged != written
    found = {
        "lint": problems(damaged),
        "schema": [violation for schema in published for violation in violations(damaged, schema)],
    }
    assert any(said in problem for problem in found[finder]), found


def test_half_a_file_is_no_workbook(written: bytes, published: list[Path]) -> None:
    half = written[: len(written) // 2]
    assert "this is no XML" in problems(half)[0]
    assert "this is no XML" in next(violations(half, published[0]))


def test_schemas_are_found_in_folders_from_the_workbook_s_version_on(tmp_path: Path) -> None:
    assert schemas(tmp_path) == []
    names = ("twb_2026.10.0.xsd", "twb_2026.2.0.xsd", "twb_2025.3.0.xsd", "twb_draft.xsd")
    for name in names:
        (tmp_path / name[4:8]).mkdir(exist_ok=True)
        (tmp_path / name[4:8] / name).touch()
    assert [path.name for path in schemas(tmp_path)] == ["twb_2026.2.0.xsd", "twb_2026.10.0.xsd"]
