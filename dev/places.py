"""No file of the project knows the machine that it was written on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dev.tree import Check, Finding, Tree

# Written in pieces, so that this file does not name what it forbids.
_MACHINE = re.compile(
    r"(?<![\w.:/-])/(?:"
    + "|".join(("wor" + "k", "tmp/brie" + "f", "tmp/boo" + "t", "roo" + "t", "Users/\\w+", "home/\\w+"))
    + r")/"
)


def machine_paths(tree: Tree) -> Iterator[Finding]:
    for source in tree.texts():
        for number, line in enumerate(source.lines, 1):
            if match := _MACHINE.search(line):
                yield source.finding(
                    number, f"{match[0]}… exists on one machine only: use a path that anybody has"
                )


MACHINE_PATH = Check(
    "machine-path",
    "What names a folder of one machine works on that machine, and puzzles the readers on all others.",
    machine_paths,
)
