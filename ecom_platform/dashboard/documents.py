"""Generated YAML documents: how they are written, and what a published schema says of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

OSSIE = "ossie-0.2.schema.json"
DATA_CONTRACT = "odcs-3.1.0.schema.json"

Document = Mapping[str, Any]


def to_yaml(document: Document, origin: str) -> str:
    """The document as YAML in its own order of keys; the first line says what it was generated from."""
    import yaml

    body: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return f"# Generated from {origin}: change it there.\n{body}"


def violations(document: Document, schema: str) -> Iterator[str]:
    """What the published schema objects to, one sentence each, in order of place; nothing where it is valid."""
    for error in sorted(_validator(schema).iter_errors(document), key=lambda error: error.json_path):
        yield f"{error.json_path}: {error.message}"


@cache
def _validator(schema: str) -> Any:
    from jsonschema.validators import validator_for

    published = json.loads((files("ecom_platform.dashboard") / "schemas" / schema).read_text(encoding="utf-8"))
    return validator_for(published)(published)
