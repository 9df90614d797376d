"""All the rules together, and the exceptions to them, which carry their reasons in `allowed.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dev.clock import CLOCK
from dev.country import COUNTRY
from dev.floats import FLOAT
from dev.places import MACHINE_PATH
from dev.purity import PURE_MODEL
from dev.refusals import UNPROVOKED
from dev.sizes import BANNED_NAME, LONG_FILE, LONG_FUNCTION
from dev.sqlplace import MISPLACED_SQL, UNDESCRIBED_QUERY
from dev.sqlwalls import SQL_WALL
from dev.tree import Check, Finding, Tree, syntax_error

ALLOWED = "dev/allowed.toml"


def _unparsed(tree: Tree) -> Iterator[Finding]:
    for source in tree.texts("src", "tests", "dev", "bench", suffix=".py"):
        if finding := syntax_error(source):
            yield finding


SYNTAX = Check("syntax", "A file that cannot be parsed is a file that no rule has read.", _unparsed)

CHECKS: tuple[Check, ...] = (
    SYNTAX,
    LONG_FILE,
    LONG_FUNCTION,
    BANNED_NAME,
    MACHINE_PATH,
    PURE_MODEL,
    FLOAT,
    CLOCK,
    COUNTRY,
    MISPLACED_SQL,
    UNDESCRIBED_QUERY,
    SQL_WALL,
    UNPROVOKED,
)


@dataclass(frozen=True)
class Exemption:
    """One line that may break one rule: the line of `path` that contains `line`, and why."""

    check: str
    path: str
    line: str
    reason: str

    def covers(self, check: Check, finding: Finding, tree: Tree) -> bool:
        return (
            self.check == check.name
            and self.path == finding.path
            and bool(self.line)
            and self.line in _line(tree, finding)
        )


def find_all(tree: Tree, checks: Sequence[Check] = CHECKS) -> dict[Check, list[Finding]]:
    """The findings of every check that has any, in order, without the lines that are exempt."""
    exemptions = list(read_exemptions(tree))
    used: set[Exemption] = set()
    found: dict[Check, list[Finding]] = {}
    for check in checks:
        left = []
        for finding in sorted(set(check.find(tree))):
            matching = [entry for entry in exemptions if entry.covers(check, finding, tree)]
            used.update(matching)
            if not matching:
                left.append(finding)
        if left:
            found[check] = left
    names = {check.name for check in checks}
    if wrong := list(_wrong(exemptions, used, names, complete=len(checks) == len(CHECKS))):
        found[_EXEMPTIONS] = wrong
    return found


def read_exemptions(tree: Tree) -> Iterator[Exemption]:
    """The entries of `allowed.toml`, each a table named after its check."""
    path = tree.root / ALLOWED
    tables = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    for check, entries in tables.items():
        for entry in entries:
            yield Exemption(
                check,
                str(entry.get("path", "")),
                str(entry.get("line", "")),
                str(entry.get("reason", "")).strip(),
            )


def _wrong(
    exemptions: list[Exemption], used: set[Exemption], names: set[str], *, complete: bool
) -> Iterator[Finding]:
    for entry in exemptions:
        if not entry.reason:
            yield Finding(ALLOWED, 1, f"the exception for {entry.path} gives no reason")
        if complete and entry.check not in names:
            yield Finding(ALLOWED, 1, f"there is no check called {entry.check}")
        elif entry.check in names and entry not in used:
            yield Finding(
                ALLOWED, 1, f"nothing needs the exception for {entry.path} ({entry.line!r}) any more"
            )


def _line(tree: Tree, finding: Finding) -> str:
    path = tree.root / finding.path
    if not path.is_file():
        return ""
    lines = path.read_text("utf-8").splitlines()
    return lines[finding.line - 1] if 0 < finding.line <= len(lines) else ""


_EXEMPTIONS = Check(
    "exceptions",
    "An exception is a line of one file with its reason; when the line goes, the exception goes with it.",
    lambda _: iter(()),
)
