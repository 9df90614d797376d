"""Writes a padrón and the truth beside it; docs/padron.md describes both."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from ayni.sandbox.city.errors import CannotWrite
from ayni.sandbox.city.person import Household, Person

IDENTITY = (
    "household_code",
    "relationship",
    "document_kind",
    "document_number",
    "first_surname",
    "second_surname",
    "given_names",
    "birth_on",
    "birth_estimated",
    "sex",
    "ubigeo",
    "address",
    "phone",
    "language",
)
SYNTHETIC = "person.synthetic_identity"
TRUTH = ("row", "person_key", "kind", "resembles")


def truth_path(out: Path) -> Path:
    """Where the truth about a padrón is written: padron.csv → padron.truth.csv."""
    return out.with_name(f"{out.stem}.truth.csv")


class PadronFiles:
    """Two open CSV files of the same number of rows."""

    def __init__(self, padron: Any, truth: Any, facts: Sequence[str], truth_facts: Sequence[str]) -> None:
        self.padron, self.truth = (
            csv.writer(padron, lineterminator="\n"),
            csv.writer(truth, lineterminator="\n"),
        )
        self.facts = facts
        self.rows = 0
        self.padron.writerow([*IDENTITY, *facts])
        self.truth.writerow([*TRUTH, *truth_facts])

    def write(
        self, household: Household, person: Person, *, estimated: bool = False, truth: Iterable[str] = ()
    ) -> None:
        """One person of a household."""
        self.rows += 1
        told = household.facts | person.facts
        told[SYNTHETIC] = "yes"
        self.padron.writerow(
            [
                household.code,
                person.relationship,
                person.document_kind,
                person.document_number,
                person.first_surname,
                person.second_surname,
                person.given_names,
                date.fromordinal(person.born).isoformat() if person.born else "",
                "yes" if estimated else "no",
                person.sex,
                household.district_code,
                household.address,
                person.phone,
                person.language,
                *[told.get(fact, "") for fact in self.facts],
            ]
        )
        self.truth.writerow([self.rows, person.key, person.kind, person.resembles, *truth])


@contextmanager
def padron_files(out: Path, facts: Sequence[str], truth_facts: Sequence[str] = ()) -> Iterator[PadronFiles]:
    """Both files, put in their places only when they are complete; raises CannotWrite."""
    places = (out, truth_path(out))
    drafts = [place.with_name(f".{place.name}.{os.getpid()}.part") for place in places]
    try:
        with (
            drafts[0].open("w", encoding="utf-8", newline="") as padron,
            drafts[1].open("w", encoding="utf-8", newline="") as truth,
        ):
            yield PadronFiles(padron, truth, facts, truth_facts)
        for draft, place in zip(drafts, places, strict=True):
            draft.replace(place)
    except OSError as error:
        raise CannotWrite(file=out.name, reason=(error.strerror or "unknown").lower()) from error
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
