"""What counts as one human, and what does not, told case by case."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from tests.registry.linkage.conftest import ROSA, Seek
from tests.registry.linkage.other_city import OtherCity

ELSEWHERE = {
    "household": "H2",
    "phone": "+51911111111",
    "district_code": "150132",
    "address_line": "Mz A Lt 4",
}
NO_DOCUMENT = {"document_kind": None, "document_number": None}

ONE_HUMAN: dict[str, dict[str, Any]] = {
    "respelt": {"first_surname": "GUAMANI", "second_surname": "Quizpe", **NO_DOCUMENT},
    "surnames swapped": {"first_surname": "Quispe", "second_surname": "Huamani", **NO_DOCUMENT},
    "second surname missing": {"second_surname": None, **NO_DOCUMENT},
    "second surname abbreviated": {"second_surname": "Q.", **NO_DOCUMENT},
    "second given name abbreviated": {"given_names": "Rosa E.", **NO_DOCUMENT},
    "first given name abbreviated": {"given_names": "R. Elena", **NO_DOCUMENT},
    "second given name missing": {"given_names": "Rosa", **NO_DOCUMENT},
    "only the second given name": {"given_names": "Elena", **NO_DOCUMENT},
    "given names in the other order": {"given_names": "Elena Rosa", **NO_DOCUMENT},
    "a letter mistyped": {"given_names": "Rossa Elenna", "first_surname": "Huamami", **NO_DOCUMENT},
    "a letter of each name missing": {"given_names": "Rosa Elna", "first_surname": "Humaní", **NO_DOCUMENT},
    "given names joined": {"given_names": "ROSAELENA", **NO_DOCUMENT},
    "names cut off": {"given_names": "Rosa El", "first_surname": "Huamaní", "document_number": "40117810"},
    "both surnames in one column": {
        "first_surname": "Huamaní Quispe", "second_surname": None, **NO_DOCUMENT,
    },
    "a neighbouring key": {"first_surname": "Huqmaní", **NO_DOCUMENT},
    "only an initial": {"given_names": "E.", "document_number": "40117810"},
    "day and month exchanged": {"birth_on": date(1980, 4, 5), **NO_DOCUMENT},
    "born a year before": {"birth_on": date(1979, 5, 4), **NO_DOCUMENT},
    "a digit of the document": {"document_number": "40117810", "birth_on": None},
    "two digits exchanged": {"document_number": "41017410", "second_surname": None},
    "a digit missing": {"document_number": "4011710", "given_names": "Rosa"},
    "the document of another country": {"document_kind": "CE", "document_number": "001234567"},
    "twice in one household": {"given_names": "ROSA ELENA", "document_number": "40117140", "household": "H1"},
}  # fmt: skip
NOT_ONE: dict[str, dict[str, Any]] = {
    "a sister": {"given_names": "Carmen", "birth_on": date(1983, 8, 9), "document_number": "42117893"},
    "a sister with one name in common": {
        "given_names": "Rosa Milagros", "birth_on": date(1983, 8, 9), "document_number": "42117893",
    },
    "a twin": {"given_names": "Luz Milagros", "document_number": "40117411"},
    "a twin with one name in common": {"given_names": "Rosa Milagros", "document_number": "40117411"},
    "a twin without a document": {"given_names": "Luz Milagros", **NO_DOCUMENT},
    "a twin brother": {"given_names": "Juan Carlos", "sex": "male", "document_number": "40117411"},
    "a twin who lives elsewhere": {"given_names": "Luz Milagros", "document_number": "40117411", **ELSEWHERE},
    "a daughter of the same name": {"birth_on": date(2003, 1, 30), "document_number": "72117893"},
    "a stranger of the same names": {
        "birth_on": date(1974, 11, 23), "document_number": "32117893", **ELSEWHERE, "district_code": "150110",
    },
    "a stranger of the same names and no document": {
        "birth_on": date(1974, 11, 23), **NO_DOCUMENT, **ELSEWHERE,
    },
    "a twin whose name begins like hers": {"given_names": "Rosalía", "document_number": "40117411"},
    "a sister whose name begins like hers, without a document": {
        "given_names": "Rosalía", "birth_on": date(1983, 8, 9), **NO_DOCUMENT,
    },
    "a twin brother whose name differs by a letter": {
        "given_names": "Roso Elena", "sex": "male", "document_number": "40117411",
    },
    "a twin who has one name fewer": {"given_names": "Rosa", "document_number": "40117411"},
    "a sister whose document was mistyped": {
        "given_names": "Rosa Milagros", "birth_on": date(1980, 5, 11), "document_number": "41017411",
        "household": "H2", "address_line": "Jr. Los Olivos 123-A",
    },
    "a cousin with the same telephone": {
        "second_surname": "Condori", "given_names": "Carmen Rosa", "birth_on": date(1981, 2, 3),
        "document_number": "42117893", "household": "H2",
    },
}  # fmt: skip


ANA = {**ROSA, "given_names": "Ana", "document_kind": None, "document_number": None}
SISTERS: dict[str, tuple[str, str]] = {
    "names of three letters": ("Ana", "Ada"),
    "one name that begins the other": ("María", "Mariana"),
}


CROWD: list[dict[str, Any]] = [asdict(one) for one in OtherCity(seed=5).build(families=200)]
"""People among whom Rosa is looked for: so few that weights are those believed before any data."""


@pytest.mark.parametrize("name", ONE_HUMAN)
def test_a_person_written_down_a_second_time_is_found(seek: Seek, name: str) -> None:
    rows = [*CROWD, ROSA, {**ROSA, **ELSEWHERE, **ONE_HUMAN[name]}]
    assert (len(CROWD), len(CROWD) + 1) in seek(rows).pairs()


@pytest.mark.parametrize("name", NOT_ONE)
def test_relatives_and_strangers_of_one_name_are_no_duplicates(seek: Seek, name: str) -> None:
    rows = [*CROWD, ROSA, {**ROSA, **NOT_ONE[name]}]
    assert (len(CROWD), len(CROWD) + 1) not in seek(rows).pairs()


@pytest.mark.parametrize("names", SISTERS.values(), ids=SISTERS)
@pytest.mark.parametrize("household", ["H1", "H2"])
def test_sisters_of_alike_names_without_documents_are_no_duplicates(
    seek: Seek, names: tuple[str, str], household: str
) -> None:
    one, other = names
    younger = {"given_names": other, "birth_on": date(1983, 8, 9), "household": household}
    rows = [*CROWD, {**ANA, "given_names": one}, {**ANA, **younger}]
    assert (len(CROWD), len(CROWD) + 1) not in seek(rows).pairs()


NOT_KNOWN = {
    "document": {"document_kind": "DNI", "document_number": "12345678"},
    "document of one digit": {"document_kind": "DNI", "document_number": "00000000"},
    "telephone": {"phone": "+51999999999"},
    "day of birth": {"birth_on": date(1900, 1, 1)},
}
"""What is written where a field must be filled and nothing is known."""


@pytest.mark.parametrize("field", NOT_KNOWN)
def test_what_very_many_share_speaks_for_nobody(seek: Seek, field: str) -> None:
    """Two strangers of one name share what a hundred share."""
    stranger = NOT_ONE["a stranger of the same names"]
    crowd = [{**one, **(NOT_KNOWN[field] if place % 10 == 0 else {})} for place, one in enumerate(CROWD)]
    rows = [*crowd, {**ROSA, **NOT_KNOWN[field]}, {**ROSA, **stranger, **NOT_KNOWN[field]}]
    assert (len(crowd), len(crowd) + 1) not in seek(rows).pairs()


def test_what_very_many_share_speaks_against_nobody(seek: Seek) -> None:
    """A document that was filled in with zeros does not make two humans of one."""
    zeros = {**NOT_KNOWN["document of one digit"], **NOT_KNOWN["day of birth"]}
    crowd = [{**one, **(zeros if place % 10 == 0 else {})} for place, one in enumerate(CROWD)]
    rows = [*crowd, ROSA, {**ROSA, "household": "H2", **zeros}]
    assert (len(crowd), len(crowd) + 1) in seek(rows).pairs()
