"""How many of a city's rows are hard to tell apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mix:
    """Chances in hundredths of a per cent: of a row about somebody who already has one; of a child to be a
    twin, or to bear a name of a sibling of its sex; of an adult to bear all names of a stranger."""

    duplicates: int = 200
    twins: int = 130
    lookalikes: int = 500
    homonyms: int = 40
