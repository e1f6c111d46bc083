"""What the parser reads although the service refuses it, and what it reads as something else than the author wrote.

The parser speaks thirty dialects and is lenient in each. These rules look at the author's own words (`check_words`) and at
the tree before names are resolved (`problems`), so that a message names what is in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlglot import exp

from ecom_platform.warehouse.sql.errors import SqlError

# The functions that are carried, by the names the service knows them by.
FUNCTIONS = frozenset(
    """
    ABS AVG BYTE_LENGTH CAST CEIL CEILING CHAR_LENGTH CHARACTER_LENGTH COALESCE CONCAT CORR COUNT COUNTIF COVAR_POP COVAR_SAMP
    CUME_DIST DATE DATE_ADD DATE_DIFF DATE_FROM_UNIX_DATE DATE_SUB DATE_TRUNC DENSE_RANK DIV ENDS_WITH EXP EXTRACT FIRST_VALUE
    FLOOR FORMAT_DATE FORMAT_TIMESTAMP GENERATE_ARRAY GENERATE_DATE_ARRAY GREATEST IF IFNULL INSTR IS_INF IS_NAN LAG
    LAST_DAY LAST_VALUE LEAD LEAST LEFT LENGTH LN LOG LOG10 LOGICAL_AND LOGICAL_OR LOWER LPAD LTRIM MAX MD5 MIN MOD NTH_VALUE
    NTILE NULLIF ARRAY_LENGTH PARSE_DATE PARSE_TIMESTAMP PERCENTILE_CONT PERCENT_RANK POW POWER RANK REGEXP_CONTAINS
    REGEXP_EXTRACT REGEXP_REPLACE REPEAT REPLACE REVERSE RIGHT ROUND ROW_NUMBER RPAD RTRIM SAFE_ADD SAFE_CAST SAFE_DIVIDE
    SAFE_MULTIPLY SAFE_NEGATE SAFE_SUBTRACT SHA256 SIGN SPLIT SQRT STARTS_WITH STDDEV STDDEV_POP STDDEV_SAMP STRING_AGG STRPOS
    SUBSTR SUBSTRING SUM TIMESTAMP TIMESTAMP_ADD TIMESTAMP_DIFF TIMESTAMP_MICROS TIMESTAMP_MILLIS TIMESTAMP_SECONDS
    TIMESTAMP_SUB TIMESTAMP_TRUNC TO_HEX TRIM UNIX_DATE UNIX_MICROS UNIX_MILLIS UNIX_SECONDS UPPER VARIANCE VAR_POP
    VAR_SAMP
    """.split()  # noqa: SIM905
)
_CLOCK = "a result must not depend on the clock: read raw.observation_windows"
_CHANCE = "a result must not depend on chance"
_TIES = "ties and nulls are up to the engine: QUALIFY ROW_NUMBER() OVER (...) = 1 with a total order"
_UNKNOWN = "it is not among the constructs known to mean the same on both engines"
_INSTEAD = {
    **dict.fromkeys(("CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_DATETIME", "CURRENT_TIME"), _CLOCK),
    **dict.fromkeys(("RAND", "GENERATE_UUID"), _CHANCE),
    **dict.fromkeys(("MAX_BY", "MIN_BY"), _TIES),
    **dict.fromkeys(
        ("ARRAY_AGG", "ARRAY", "ARRAY_CONCAT_AGG"), "arrays are not carried: use a window function, or STRING_AGG"
    ),
    **dict.fromkeys(("APPROX_QUANTILES", "PERCENTILE_DISC", "MEDIAN"), "use PERCENTILE_CONT(x, p) OVER (...)"),
    "ANY_VALUE": "which value it is, is up to the engine: use MIN or MAX",
    "APPROX_COUNT_DISTINCT": "it is approximate: use COUNT(DISTINCT x)",
    "APPROX_TOP_COUNT": "it is approximate: use COUNT(*) and QUALIFY",
    "STRUCT": "structs are not carried: use columns, or UNION ALL of SELECTs",
    "FARM_FINGERPRINT": "it has no equal elsewhere: use TO_HEX(MD5(x))",
    "TRY_CAST": "it is no GoogleSQL: use SAFE_CAST",
    "LEN": "it is no GoogleSQL: use LENGTH",
    "NVL": "use IFNULL",
    "IEEE_DIVIDE": "use SAFE_DIVIDE",
    "DATETIME": "use DATE or TIMESTAMP",
    "REGEXP_SUBSTR": "use REGEXP_EXTRACT",
    "INITCAP": "the engines differ in where a word begins",
}
_TYPES = ("BOOL", "DATE", "FLOAT64", "INT64", "NUMERIC", "STRING", "TIMESTAMP")
_BEFORE_PARENTHESES = frozenset(
    """
    ALL AND AS BETWEEN BY CASE DISTINCT ELSE EXCEPT EXISTS FROM HAVING IN INTERSECT INTERVAL IS JOIN LIKE LIMIT NOT OFFSET ON
    OR OVER QUALIFY REPLACE SAFE_OFFSET SAFE_ORDINAL SELECT THEN UNION UNNEST USING WEEK WHEN WHERE WITH
    """.split()  # noqa: SIM905
)
_NO_GOOGLESQL = {
    "::": "CAST(x AS type)",
    "==": "=",
    "%": "MOD(x, y)",
    "<=>": "IS NOT DISTINCT FROM",
    "ILIKE": "LOWER(x) LIKE",
    "RLIKE": "REGEXP_CONTAINS",
    "GLOB": "LIKE",
    "SEMI": "WHERE EXISTS (...) or IN (...)",
    "ANTI": "WHERE NOT EXISTS (...)",
    "ASOF": "a JOIN and QUALIFY ROW_NUMBER() OVER (...) = 1",
    "ISNULL": "IS NULL",
    "NOTNULL": "IS NOT NULL",
    "FETCH": "QUALIFY",
    "VALUES": "UNION ALL of SELECTs",
}
_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\([uUxX0-7])")
_WORD = re.compile(r"[A-Za-z_]\w*")


class Token(Protocol):
    """What the tokenizer gives."""

    text: str
    line: int
    start: int
    end: int
    token_type: object


def check_words(tokens: Sequence[Token], sql: str) -> None:
    """Raises SqlError at the first word that is none of GoogleSQL's, or that names a function which is not carried."""
    openers: list[str] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        word = token.text.upper()
        written = sql[token.start : token.end + 1]
        if written[:1] == "`":
            continue
        if written[-1:] in "'\"":
            _check_escapes(written, token)
        elif word in _NO_GOOGLESQL and not (after is not None and after.text == "."):
            raise SqlError(f"{token.text} is no GoogleSQL: use {_NO_GOOGLESQL[word]}", token.line)
        elif word == "FROM" and (before is None or before.text == "("):
            raise SqlError("a SELECT begins with its list of columns", token.line)
        elif word == "NULL" and index > 1 and before is not None and before.text.upper() == "NOT":
            if tokens[index - 2].text.upper() != "IS":
                raise SqlError("NOT NULL after a value is no GoogleSQL: use IS NOT NULL", token.line)
        elif token.text == "(":
            called = sql[before.start : before.end + 1].upper() if before is not None else ""
            openers.append(called)
            if before is not None and _is_call(called):
                _check_call(called, before, tokens[index - 2] if index > 1 else None)
        elif token.text == ")" and openers:
            openers.pop()
        elif word == "AS" and openers and openers[-1] in ("CAST", "SAFE_CAST") and after is not None:
            _check_type(after, tokens[index + 2] if index + 2 < len(tokens) else None)


def _is_call(written: str) -> bool:
    return _WORD.fullmatch(written) is not None and written not in _BEFORE_PARENTHESES


def _check_call(name: str, token: Token, before: Token | None) -> None:
    if before is not None and before.text.upper() == "AS":
        return
    if before is not None and before.text == ".":
        raise SqlError(f"SAFE.{name} cannot be carried: only plain calls are", token.line)
    if name not in FUNCTIONS:
        raise SqlError(f"{name} cannot be carried: {_INSTEAD.get(name, _UNKNOWN)}", token.line)


def _check_type(token: Token, after: Token | None) -> None:
    if token.text.upper() not in _TYPES:
        raise SqlError(f"a cast to {token.text} cannot be carried: to {', '.join(_TYPES)} it can", token.line)
    if after is not None and after.text != ")":
        raise SqlError(f"a cast is to a bare type: {after.text} after {token.text} cannot be carried", token.line)


def _check_escapes(written: str, token: Token) -> None:
    prefix = written[: min(place for mark in "'\"" if (place := written.find(mark)) >= 0)].lower()
    if "b" in prefix:
        raise SqlError("BYTES cannot be carried", token.line)
    if "r" not in prefix and (found := _ESCAPE.search(written)):
        raise SqlError(f"the escape \\{found[1]} cannot be carried: write the character itself", token.line)


def problems(tree: exp.Query) -> Iterator[tuple[str, exp.Expr]]:
    """What the service refuses and the parser does not, in words, and where."""
    for node in tree.walk():
        if isinstance(node, exp.Join):
            yield from _join(node)
        elif isinstance(node, exp.If):
            if node.args.get("false") is None and not (isinstance(node.parent, exp.Case) and node.arg_key == "ifs"):
                yield "IF takes three arguments: IF(condition, then, else)", node
        elif isinstance(node, exp.SetOperation):
            if isinstance(node, exp.Except | exp.Intersect) and not node.args.get("distinct"):
                yield f"{node.key.upper()} ALL is no GoogleSQL: use {node.key.upper()} DISTINCT", node
            if node.args.get("by_name"):
                yield "BY NAME cannot be carried: list the columns in one order", node
        elif isinstance(node, exp.TableAlias) and node.args.get("columns") and not isinstance(node.parent, exp.Unnest):
            yield "an alias names no columns in GoogleSQL: name them in the SELECT", node
        elif isinstance(node, exp.Select):
            yield from _select(node)
        elif isinstance(node, exp.With) and node.args.get("recursive"):
            yield "WITH RECURSIVE cannot be carried", node


def _join(node: exp.Join) -> Iterator[tuple[str, exp.Expr]]:
    conditions = [node.args.get("on"), node.args.get("using")]
    if node.method:
        # The resolver would quietly turn it into an ordinary one.
        yield f"{node.method} JOIN is no GoogleSQL", node
    if node.kind not in ("", "CROSS", "INNER", "OUTER"):
        yield f"{node.kind} JOIN is no GoogleSQL: use WHERE EXISTS (...)", node
    if node.kind == "CROSS" and any(conditions):
        yield "CROSS JOIN takes no condition", node
    if node.kind != "CROSS" and not any(conditions):
        yield "a JOIN needs ON or USING; the product of two tables is CROSS JOIN", node


def _select(node: exp.Select) -> Iterator[tuple[str, exp.Expr]]:
    if kind := node.args.get("kind"):
        yield f"SELECT AS {kind} cannot be carried: use columns", node
    if isinstance(order := node.args.get("order"), exp.Order):
        for ordered in order.expressions:
            if isinstance(ordered.this, exp.Column) and ordered.this.name.upper() == "ALL":
                yield "ORDER BY ALL cannot be carried: name the columns", order
    group = node.args.get("group")
    if isinstance(group, exp.Group) and any(group.args.get(kind) for kind in ("all", "rollup", "cube", "grouping_sets")):
        yield "GROUP BY ALL, ROLLUP, CUBE and GROUPING SETS cannot be carried: name the columns", group


def named_early(select: exp.Select) -> Iterator[exp.Column]:
    """The unqualified columns of the WHERE, the JOINs and the list itself that an alias of the same list has the name of.

    GoogleSQL sees an alias in GROUP BY, HAVING, QUALIFY and ORDER BY alone; elsewhere the name must be a column's.
    """
    aliases = {item.alias for item in select.expressions if isinstance(item, exp.Alias)}
    places = [*select.expressions, select.args.get("where"), *(join.args.get("on") for join in select.args.get("joins") or ())]
    for place in places:
        if not isinstance(place, exp.Expr):
            continue
        for column in place.find_all(exp.Column):
            if not column.table and column.name in aliases and column.find_ancestor(exp.Select) is select:
                yield column
