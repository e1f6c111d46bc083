"""Formulas of Tableau: GoogleSQL written as one, and one taken apart into its tokens.

Only what metrics are made of is translated. A construct that is not listed here is refused: a formula that Tableau computes
otherwise than the warehouse would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from sqlglot import exp

from ecom_platform.warehouse.sql import SqlError
from ecom_platform.warehouse.sql.analysis import GOOGLESQL, parse

Named = Callable[[str], str]
"""How a column is written in the formula, without its brackets."""


class FormulaError(ValueError):
    """A formula that cannot be written or read. The message is one sentence and shows the place."""


def formula(sql: str, named: Named = str) -> str:
    """A GoogleSQL expression over columns as a formula of Tableau.

    Where a condition is null, SQL's IF takes the third argument, and so does the formula. A division by zero is null in
    Tableau as with SAFE_DIVIDE, and one of two whole numbers is exact in both.
    Raises FormulaError for what has no counterpart here.
    """
    try:
        selected = parse(f"SELECT {sql}").selects
    except SqlError as error:
        raise FormulaError(f"{sql!r} cannot be read: {error}") from None
    if len(selected) != 1:
        raise FormulaError(f"{sql!r} is not one expression.")
    return _written(selected[0], named)


_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.And: "AND",
    exp.Or: "OR",
}


def _written(node: exp.Expr, named: Named) -> str:
    def of(part: exp.Expr) -> str:
        text = _written(part, named)
        return f"({text})" if type(part) in _OPERATORS else text

    if (sign := _OPERATORS.get(type(node))) is not None:
        return f"{of(node.args['this'])} {sign} {of(node.args['expression'])}"
    match node:
        case exp.Paren():
            return f"({_written(node.this, named)})"
        case exp.Column():
            return f"[{named(node.name)}]"
        case exp.Literal() if not node.is_string:
            return str(node.this)
        case exp.Literal() if not {'"', "\\"} & {*node.this}:
            return f'"{node.this}"'
        case exp.Null():
            return "NULL"
        case exp.Sum():
            return f"SUM({_written(node.this, named)})"
        case exp.If():
            yes, no = node.args["true"], node.args.get("false")
            other = _written(no, named) if no is not None else "NULL"
            return f"IIF({_written(node.this, named)}, {_written(yes, named)}, {other}, {other})"
        case exp.Is() if isinstance(node.expression, exp.Null):
            return f"ISNULL({_written(node.this, named)})"
        case exp.Not():
            return f"NOT {of(node.this)}"
        case exp.SafeDivide():
            return f"{of(node.this)} / {of(node.expression)}"
        case exp.Cast() if node.to.is_type("double"):
            return _written(node.this, named)
    raise FormulaError(f"{node.sql(GOOGLESQL)!r} has no formula in Tableau here: {type(node).__name__} is not translated.")


class Lexeme(StrEnum):
    FIELD = "field"
    TEXT = "text"
    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"


class FormulaToken(NamedTuple):
    """A token: a field's name stands without its brackets, a text without its quotes."""

    kind: Lexeme
    text: str


_TOKEN = re.compile(
    r"""\s*(?:
    \[(?P<field>(?:[^\]]|\]\])*)\]
    | "(?P<text>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)'
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<sign><>|<=|>=|==|!=|[-+*/%^=<>(),.:{}])
    )""",
    re.VERBOSE,
)
_OPERATORS_IN_WORDS = {"AND", "OR", "NOT", "IN", "IF", "ELSEIF", "THEN", "ELSE", "WHEN"}
_CLOSES = {")": "(", "}": "{"}


def tokens(text: str) -> Iterator[FormulaToken]:
    """The tokens of a formula. Raises FormulaError for a character that begins none, and for brackets that do not match."""
    at, end, open_brackets = 0, len(text.rstrip()), []
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise FormulaError(f"nothing in a formula begins with {text[at:].strip()[:20]!r}.")
        at = found.end()
        group = str(found.lastgroup)
        token = FormulaToken(Lexeme.TEXT if group == "single" else Lexeme(group), found[group].replace("]]", "]"))
        if token.kind is Lexeme.SIGN and token.text in "({":
            open_brackets.append(token.text)
        opened = _CLOSES.get(token.text) if token.kind is Lexeme.SIGN else None
        if opened and (not open_brackets or open_brackets.pop() != opened):
            raise FormulaError(f"{token.text!r} closes nothing in {text!r}.")
        yield token
    if open_brackets:
        raise FormulaError(f"{open_brackets[-1]!r} is never closed in {text!r}.")


def fields(text: str) -> list[tuple[str, str]]:
    """The fields that a formula names, in order, each with its data source: empty where it is the formula's own.

    Raises FormulaError where it is no formula.
    """
    found: list[tuple[str, str]] = []
    qualifier = ""
    read = [*tokens(text), FormulaToken(Lexeme.SIGN, "")]
    for token, after in pairwise(read):
        if token.kind is Lexeme.FIELD and after == FormulaToken(Lexeme.SIGN, "."):
            qualifier = token.text
        elif token.kind is Lexeme.FIELD:
            found.append((qualifier, token.text))
            qualifier = ""
    return found


def functions(text: str) -> list[str]:
    """The functions that a formula calls, in order. Raises FormulaError where it is no formula."""
    found = list(tokens(text))
    return [
        token.text.upper()
        for token, after in pairwise(found)
        if token.kind is Lexeme.WORD
        and after == FormulaToken(Lexeme.SIGN, "(")
        and token.text.upper() not in _OPERATORS_IN_WORDS
    ]
