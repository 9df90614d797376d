"""SQL as text: what is comment, what is string, and what names a schema. Line numbers stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PIECES = re.compile(
    r"(?P<line>--[^\n]*)"
    r"|(?P<block>/\*.*?\*/)"
    r"|(?P<quoted>'(?:[^']|'')*')"
    r'|(?P<identifier>"(?:[^"]|"")*")',
    re.DOTALL,
)
_QUALIFIED = re.compile(r'(?<![\w."%(])"?([a-z_][a-z0-9_]*)"?\s*\.\s*"?[a-z_*]', re.IGNORECASE)
_SCHEMA = re.compile(r'\bSCHEMA\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?((?:"?\w+"?\s*,\s*)*"?\w+"?)', re.IGNORECASE)
_SEARCH_PATH = re.compile(r"\bsearch_path\s*(?:=|\bTO\b)\s*([\w\s,\"']+?)(?=;|\n|$|\bAS\b)", re.IGNORECASE)
_NOT_A_SCHEMA = frozenset({"authorization", "to", "from", "pg_temp", "public"})
DOLLAR_BODY = re.compile(r"\$(?P<tag>\w*)\$(?P<body>.*?)\$(?P=tag)\$", re.DOTALL)


def blank(text: str, *, strings: bool = False) -> str:
    """`text` with its comments replaced by spaces, and with `strings` its literals too. Bodies in $$ stay."""

    def replace(match: re.Match[str]) -> str:
        comment = match["line"] is not None or match["block"] is not None
        if comment or (strings and match["quoted"] is not None):
            return re.sub(r"[^\n]", " ", match[0])
        return match[0]

    return _PIECES.sub(replace, text)


def named_schemas(text: str) -> Iterator[tuple[int, str]]:
    """Offset and name of whatever stands before a dot, after SCHEMA, or in a search_path."""
    for match in _QUALIFIED.finditer(text):
        yield match.start(1), match[1].lower()
    for pattern in (_SCHEMA, _SEARCH_PATH):
        for match in pattern.finditer(text):
            for word in re.finditer(r"\w+", match[1]):
                if word[0].lower() not in _NOT_A_SCHEMA:
                    yield match.start(1) + word.start(), word[0].lower()


def line_of(text: str, offset: int) -> int:
    """The line, from 1, that `offset` is on."""
    return text.count("\n", 0, offset) + 1
