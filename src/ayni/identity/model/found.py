"""What a search shows, and files that turned out to be of one human."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ayni.values.ids import PersonId


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One line of a search: enough to tell people apart, and no whole document.

    `canonical_id` is the file that stands for the human; another than `id` when this one was merged into it.
    `likeness_per_mille` tells how like the name sounds, 1,000 for a document or a telephone.
    """

    id: PersonId
    given_names: str
    first_surname: str | None
    second_surname: str | None
    birth_on: date | None
    birth_estimated: bool
    died_on: date | None
    document_kind: str | None
    document_ends: str | None
    district_code: str | None
    canonical_id: PersonId
    likeness_per_mille: int = 1000

    @property
    def full_name(self) -> str:
        """Given names, then both surnames, as one is addressed."""
        return " ".join(part for part in (self.given_names, self.first_surname, self.second_surname) if part)


@dataclass(frozen=True, slots=True)
class Searched:
    """That somebody searched, how (`name`, `document`, `phone`), and how many they found. Never for whom."""

    kind: str
    found: int
    searched_at: datetime
    searched_by: str
    channel: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A decision that the file `merged_id` is of the human for whom `kept_id` stands."""

    number: int
    kept_id: PersonId
    merged_id: PersonId
    reason: str
    decided_by: str
    decided_at: datetime
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None
