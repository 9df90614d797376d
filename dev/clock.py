"""One clock: nobody but the foundation asks the machine what time it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dev.sqltext import blank, line_of
from dev.syntax import aliases, dotted
from dev.tree import Check, Finding, Tree

_FORBIDDEN = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "time.ctime",
    }
)
_CLOCK_FILE = "src/ayni/foundation/clock.py"
_SQL_CLOCK = re.compile(
    r"(?<![\w.])(?:pg_catalog\.)?(now\s*\(\s*\)|(?:clock|transaction|statement)_timestamp\s*\(\s*\)"
    r"|current_(?:timestamp|date|time)\b|localtime(?:stamp)?\b|timeofday\s*\(\s*\))",
    re.IGNORECASE,
)


def other_clocks(tree: Tree) -> Iterator[Finding]:
    for source in tree.python("src"):
        if source.path == _CLOCK_FILE:
            continue
        known = aliases(source.syntax)
        for node in ast.walk(source.syntax):
            # Naming it is enough: `default_factory=time.time` asks the machine as surely as a call does.
            if isinstance(node, ast.Attribute | ast.Name) and dotted(node, known) in _FORBIDDEN:
                yield source.finding(
                    node.lineno, f"{dotted(node, known)} is the machine's clock: take tx.now or tx.today"
                )
    for source in tree.texts("src", suffix=".sql"):
        if source.module == "foundation":
            continue
        code = blank(source.text, strings=True)
        for match in _SQL_CLOCK.finditer(code):
            yield source.finding(
                line_of(code, match.start()), f"{match[1]} is the server's clock: ask foundation.now()"
            )


CLOCK = Check(
    "clock",
    "SQL and Python ask one clock, which never goes back and which a simulated city can set: the law of a day"
    " depends on it.",
    other_clocks,
)
