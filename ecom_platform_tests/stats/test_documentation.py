"""Whoever reads a number finds out what it is: every public name and every field of a result is documented."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import ecom_platform.stats

MODULES = sorted(Path(ecom_platform.stats.__file__).parent.glob("*.py"))


def documented(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_public_name_and_every_field_is_documented(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    silent = []
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            silent.append(node.name)
        if isinstance(node, ast.ClassDef):
            for field, after in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign) and not documented(after):
                    silent.append(f"{node.name}.{ast.unparse(field.target)}")
    assert silent == []


def test_the_guide_names_what_exists() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?!ecom_platform)([a-z_]+)\.(?!py`)(\w+)`", guide))
    known = {path.stem for path in MODULES}
    for module, name in named:
        assert module in known, module
        assert hasattr(importlib.import_module(f"ecom_platform.stats.{module}"), name), f"{module}.{name}"
    assert len(named) > 25
