"""The walls between modules hold in SQL too.

Two readings, because neither sees all. sqlglot understands statements, so that it finds tables and functions
of any schema; PL/pgSQL and some of PostgreSQL's grammar it cannot parse. The plain reading of words before a
dot understands nothing, so that nothing escapes it, but it knows only the schemas of the house by name.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dev.house import SQL_MODULES, may_know
from dev.sqlplace import looks_like_sql
from dev.sqltext import DOLLAR_BODY, blank, line_of, named_schemas
from dev.syntax import strings
from dev.tree import Check, Finding, Source, Tree

_HOUSE = frozenset(SQL_MODULES) | {f"{module}_api" for module in SQL_MODULES}
_POSTGRES = frozenset({"pg_catalog", "information_schema", "pg_temp"})
_SQL_VARIABLES = frozenset({"new", "old", "excluded"})
_REFERENCES = re.compile(r'\bREFERENCES\s+"?(\w+)"?\s*\.', re.IGNORECASE)


def allowed_schemas(module: str) -> frozenset[str]:
    """The schemas that the SQL of `module` may name."""
    lower = {f"{name}_api" for name in may_know(module) if name in SQL_MODULES}
    if module == "foundation":
        lower.add("jobs")  # the queue's own schema, which the foundation installs and nobody else names
    return frozenset({module, f"{module}_api", "foundation", *lower}) | _POSTGRES


def crossed_walls(tree: Tree) -> Iterator[Finding]:
    logging.getLogger("sqlglot").setLevel(
        logging.CRITICAL
    )  # it warns of what it cannot parse; we read that too
    for source in tree.texts("src/ayni", suffix=".sql"):
        if source.module in SQL_MODULES:
            yield from _in_text(source, source.text, 1)
            yield from _foreign_keys(source)
    for source in tree.python("src/ayni"):
        if source.module in SQL_MODULES:
            for line, text in strings(source.syntax):
                if looks_like_sql(text):
                    yield from _in_text(source, text, line)


def _in_text(source: Source, text: str, first_line: int) -> Iterator[Finding]:
    allowed = allowed_schemas(source.module)
    code = blank(text)
    seen: set[tuple[int, str]] = set()
    for offset, schema in named_schemas(code):
        if schema in _HOUSE and schema not in allowed:
            seen.add((line_of(code, offset) + first_line - 1, schema))
    known = {schema for _, schema in seen}
    for schema in _parsed_schemas(code):
        if schema not in allowed and schema not in known:
            match = re.search(rf'\b{re.escape(schema)}"?\s*\.', code, re.IGNORECASE)
            seen.add((line_of(code, match.start() if match else 0) + first_line - 1, schema))
    for line, schema in sorted(seen):
        yield source.finding(line, _message(source.module, schema))


def _message(module: str, schema: str) -> str:
    owner = schema.removesuffix("_api")
    if owner in may_know(module):
        return f"{module} names {schema}'s own tables or functions: read its published views, {schema}_api"
    return f"{module} may not name the schema {schema}"


def _parsed_schemas(code: str) -> set[str]:
    """Every schema of a table or a function that sqlglot finds in the statements and in the bodies in $$."""
    found: set[str] = set()
    bodies = [match["body"] for match in DOLLAR_BODY.finditer(code)]
    for text in (DOLLAR_BODY.sub("''", code), *bodies):
        for statement in re.split(r";", re.sub(r"%\((\w+)\)s", r":\1", text)):
            found |= _schemas_of(statement)
    return found


def _schemas_of(statement: str) -> set[str]:
    try:
        trees = [tree for tree in sqlglot.parse(statement, read="postgres") if tree is not None]
    except (SqlglotError, RecursionError):
        return set()
    found = set()
    for tree in trees:
        if isinstance(tree, exp.Grant | exp.Command | exp.Set):
            continue  # GRANT … ON SCHEMA and the like: the words tell, the tree does not
        for table in tree.find_all(exp.Table):
            if table.db:
                found.add(table.db.lower())
        for dot in tree.find_all(exp.Dot):
            if isinstance(dot.expression, exp.Func) and isinstance(dot.this, exp.Identifier | exp.Column):
                found.add(dot.this.name.lower())
    return found - _SQL_VARIABLES


def _foreign_keys(source: Source) -> Iterator[Finding]:
    code = blank(source.text, strings=True)
    for match in _REFERENCES.finditer(code):
        if match[1].lower() != source.module:
            yield source.finding(
                line_of(code, match.start()),
                f"a foreign key into {match[1]}: keys stay inside a module's schema",
            )


SQL_WALL = Check(
    "sql-wall",
    "A module's SQL names its own schema, the foundation, and the published views (<module>_api) of modules"
    " that it may import. A join across a wall is an import that no import checker sees.",
    crossed_walls,
)
