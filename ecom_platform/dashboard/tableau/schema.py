"""Validation of a workbook against the schemas that Tableau publishes (github.com/tableau/tableau-document-schemas).

They are not part of this package. They say what a workbook's elements and attributes may be, and nothing of what refers to
what: that is `lint`'s part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

PATTERN = "twb_*.xsd"
OLDEST = (2026, 1, 0)
"""The first version that opens the workbooks made here."""
_NAME = re.compile(r"twb_(\d+)\.(\d+)\.(\d+)\.xsd")
_XS = "http://www.w3.org/2001/XMLSchema"
# Tableau's schemas import two namespaces without saying where they are.
_STUBS = {
    "http://www.tableausoftware.com/xml/user": f"""
        <xs:schema xmlns:xs="{_XS}" targetNamespace="http://www.tableausoftware.com/xml/user">
          <xs:attributeGroup name="UserAttributes-AG"><xs:anyAttribute processContents="skip"/></xs:attributeGroup>
        </xs:schema>""",
    "http://www.w3.org/XML/1998/namespace": f"""
        <xs:schema xmlns:xs="{_XS}" targetNamespace="http://www.w3.org/XML/1998/namespace">
          <xs:attribute name="base" type="xs:anyURI"/>
        </xs:schema>""",
}


def schemas(folder: Path) -> list[Path]:
    """The published schemas anywhere in a folder that the workbooks' version or a later one has, oldest first."""
    found = {tuple(map(int, match.groups())): path for path in folder.rglob(PATTERN) if (match := _NAME.fullmatch(path.name))}
    return [path for version, path in sorted(found.items()) if version >= OLDEST]


def violations(workbook: bytes, schema: Path) -> Iterator[str]:
    """What the schema objects to, one sentence each with its line; nothing where the workbook is valid."""
    published = _schema(schema)
    try:
        document = etree.fromstring(workbook)
    except etree.XMLSyntaxError as error:
        yield f"line {error.lineno}: this is no XML: {error.msg}"
        return
    if not published.validate(document):
        log: Any = published.error_log
        yield from (f"line {entry.line}: {entry.message}" for entry in log)


class _Stubs(etree.Resolver):
    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override] # noqa: ARG002
        return self.resolve_string(_STUBS[system_url], context, base_url=system_url) if system_url in _STUBS else None


@cache
def _schema(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Stubs())
    document = etree.parse(str(path), parser)
    for imported in document.iterfind(f"{{{_XS}}}import"):
        imported.set("schemaLocation", imported.get("namespace", ""))
    return etree.XMLSchema(document)
