"""SQL lives in `.sql` files; only `store.py` sends it; each named query says what it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dev.house import SQL_MODULES
from dev.syntax import imports, strings
from dev.tree import Check, Finding, Source, Tree

_SPEAKERS = ("store", "poster")

# Keywords all in capitals or all in small letters: "Select a cycle" is a sentence, "SELECT a" is not.
_SQL = re.compile(
    r"\s*(?:"
    r"SELECT\s+\S|select\s+\S[^.]*\sfrom\s+\w+|(?:INSERT\s+INTO|insert\s+into)\s+\w|"
    r"(?:UPDATE|update)\s+(?:ONLY\s+)?[\w.\"]+(?:\s+(?:AS\s+)?\w+)?\s+(?:SET|set)\s|(?:DELETE\s+FROM|delete\s+from)\s+\w|"
    r"(?:WITH|with)\s+(?:RECURSIVE\s+|recursive\s+)?\w+(?:\s*\([^)]*\))?\s+(?:AS|as)\s+(?:\w+\s+)*\(|(?:MERGE|merge)\s+(?:INTO|into)\s+\w|"
    r"(?:CREATE|ALTER|DROP|create|alter|drop)\s+(?:OR\s+REPLACE\s+|or\s+replace\s+|UNIQUE\s+|TEMP\w*\s+)*"
    r"(?i:table|function|procedure|view|materialized|schema|index|role|type|domain|trigger|database|extension|sequence)\s|"
    r"(?:TRUNCATE|truncate)\s+(?:TABLE\s+|table\s+)?\w+[.]\w|(?:GRANT|REVOKE)\s+\w|COPY\s+[\w.]+\s*(?:\(|FROM|TO)|"
    r"(?:LOCK|lock)\s+(?:TABLE|table)\s|CALL\s+\w+[.]\w|SET\s+(?:LOCAL\s+|SESSION\s+)?\w+\s*(?:=|TO)\s|(?:NOTIFY|LISTEN)\s+\w"
    r")"
)


def looks_like_sql(text: str) -> bool:
    """Whether a string begins as a statement does."""
    return _SQL.match(text) is not None


def misplaced_sql(tree: Tree) -> Iterator[Finding]:
    for source in tree.python("src/ayni"):
        if source.module == "foundation" or source.part in _SPEAKERS:
            continue
        for line, text in strings(source.syntax):
            if looks_like_sql(text):
                yield source.finding(
                    line, "this string is SQL: give it a name in the module's sql/queries.sql"
                )
        package = ".".join(source.path.removeprefix("src/").split("/")[:-1])
        for line, name in imports(source.syntax, package):
            if name.partition(".")[0] in ("psycopg", "psycopg_pool"):
                yield source.finding(line, f"imports {name}: only store.py speaks to the database")
    for source in tree.texts("src", suffix=".sql"):
        if source.module not in SQL_MODULES or source.part != "sql":
            yield source.finding(1, "SQL lives in src/ayni/<module>/sql/ of a module that owns a schema")


def undescribed_queries(tree: Tree) -> Iterator[Finding]:
    for source in tree.texts("src", suffix=".sql"):
        if source.path.endswith("/queries.sql") or "/sql/queries/" in source.path:
            yield from _undescribed(source)


def _undescribed(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, 1):
        if not line.startswith("-- name:"):
            continue
        name = line.removeprefix("-- name:").strip()
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield source.finding(number, f"{name!r} is not a name: use small letters, digits and underscores")
        comment = []
        for following in source.lines[number:]:
            if not following.startswith("--") or following.startswith("-- name:"):
                break
            comment.append(following.lstrip("- ").strip())
        sentence = " ".join(comment)
        if not re.match(r"\S.*\s\S.*[.:]$", sentence):
            yield source.finding(number, f"{name} has no sentence: say beneath its name what it gives")


MISPLACED_SQL = Check(
    "misplaced-sql",
    "Statements that stand together in .sql files can be read, explained and measured together; a statement"
    " built in passing is where injections and slow queries hide.",
    misplaced_sql,
)
UNDESCRIBED_QUERY = Check(
    "undescribed-query",
    "A sentence above each query lets a reader check that the query does what its callers believe.",
    undescribed_queries,
)
