"""`python -m dev` runs every house rule; `python -m dev float clock` runs those two; `--list` names them."""

from __future__ import annotations

import sys
from pathlib import Path

from dev.rules import CHECKS, find_all
from dev.tree import Tree


def main(arguments: list[str]) -> int:
    if arguments == ["--list"]:
        for check in CHECKS:
            print(f"{check.name:18} {check.why}")
        return 0
    unknown = set(arguments) - {check.name for check in CHECKS}
    if unknown:
        print(
            f"There is no check called {', '.join(sorted(unknown))}. See: python -m dev --list",
            file=sys.stderr,
        )
        return 2
    checks = [check for check in CHECKS if not arguments or check.name in arguments]
    found = find_all(Tree(Path(__file__).resolve().parent.parent), checks)
    for check, findings in found.items():
        for finding in findings:
            print(f"{finding.path}:{finding.line}: [{check.name}] {finding.message}")
        print(f"  why: {check.why}\n")
    count = sum(len(findings) for findings in found.values())
    print(f"{_count(len(checks), 'house rule')}, {_count(count, 'finding')}.")
    return 1 if found else 0


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
