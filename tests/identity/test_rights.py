"""Who may collect or act for whom, and what people permit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ayni import identity
from ayni.foundation.db import Database, Tx
from ayni.identity import Authority, RepresentativeKind, errors, lives, privacy, rights
from ayni.identity.model import Person, Representation
from ayni.values.ids import PersonId
from tests.identity.cast import PAPER, acting, after, merge, officer, register

PRIMARY, ALTERNATE, GUARDIAN = RepresentativeKind
NOBODY = PersonId(uuid4())
LAW = "lending"


@dataclass
class Family:
    """A grandmother, a mother and a child of three."""

    tx: Tx
    elder: Person
    mother: Person
    child: Person

    def name(self, kind: RepresentativeKind = PRIMARY, **more: Any) -> Representation:
        said: dict[str, Any] = {"person_id": self.elder.id, "representative_id": self.mother.id}
        said |= {"authority": PAPER, "reason": "cannot walk"} | more
        return rights.name_representative(self.tx, kind=kind, **said)

    def guard(self, **more: Any) -> Representation:
        return self.name(GUARDIAN, person_id=self.child.id, **more)

    def acting_for(self, person: Person, on: date | None = None) -> list[tuple[str, PersonId]]:
        found = identity.list_representatives(self.tx, person_id=person.id, on=on)
        return [(one.kind, one.representative_id) for one in found]

    def consent(self, **more: Any) -> None:
        said: dict[str, Any] = {"person_id": self.mother.id, "purpose": LAW, "text_version": "2025-1"}
        rights.give_consent(self.tx, **said | more)

    def may(self, person: Person) -> bool:
        return identity.has_consent(self.tx, person_id=person.id, purpose=LAW)


@pytest.fixture
def family(tx: Tx) -> Family:
    return make(tx)


def make(tx: Tx) -> Family:
    return Family(
        tx,
        register(tx, "Juana", date(1940, 2, 29)),
        register(tx, "Luz", date(1990, 1, 1)),
        register(tx, "Sami", date(2022, 2, 28)),
    )


def test_a_collector_collects_from_the_first_day_to_the_last(family: Family) -> None:
    family.name(valid_from=date(2025, 6, 10), valid_until=date(2025, 6, 20))
    days = [date(2025, 6, day) for day in (9, 10, 20, 21)]
    assert [bool(family.acting_for(family.elder, day)) for day in days] == [False, True, True, False]


def test_there_is_one_primary_collector_at_a_time_and_many_alternates(family: Family) -> None:
    other, third = register(family.tx, "Ana"), register(family.tx, "Eva")
    first = family.name()
    with pytest.raises(errors.CollectorAlreadyNamed):
        family.name(representative_id=other.id)
    for person in (other, third):
        family.name(ALTERNATE, representative_id=person.id)
    assert [kind for kind, _ in family.acting_for(family.elder)] == [PRIMARY, ALTERNATE, ALTERNATE]
    rights.end_representation(
        family.tx, number=first.number, reason="moved away", last_day=family.tx.today - timedelta(days=1)
    )
    fourth = register(family.tx, "Pía")
    family.name(representative_id=fourth.id)
    assert family.acting_for(family.elder)[0] == (PRIMARY, fourth.id)


def test_an_authority_with_a_last_day_ends_before_it_when_it_is_ended(family: Family) -> None:
    named = family.name(valid_until=date(2026, 12, 31))
    rights.end_representation(family.tx, number=named.number, reason="quarrel")
    assert family.acting_for(family.elder) == [(PRIMARY, family.mother.id)]
    assert family.acting_for(family.elder, date(2025, 6, 3)) == []
    assert family.acting_for(family.elder, date(2026, 12, 31)) == []


def test_a_right_that_is_still_to_begin_is_taken_back_whole(family: Family) -> None:
    named = family.name(valid_from=date(2025, 7, 1))
    rights.end_representation(family.tx, number=named.number, reason="changed their mind")
    assert family.acting_for(family.elder, date(2025, 7, 1)) == []
    family.name(valid_from=date(2025, 7, 1))


def test_a_guardian_acts_until_the_child_is_of_age(family: Family) -> None:
    leapling = register(family.tx, "Killa", date(2008, 2, 29))
    named = family.guard(valid_until=date(2060, 1, 1))
    assert named.valid_until == date(2040, 2, 27)
    family.name(GUARDIAN, person_id=leapling.id)
    days = [date(2026, 2, 28), date(2026, 3, 1)]
    assert [bool(family.acting_for(leapling, day)) for day in days] == [True, False]


def test_a_child_may_have_two_guardians_who_also_collect(family: Family) -> None:
    father = register(family.tx, "Saúl", date(1988, 1, 1))
    family.guard()
    family.guard(representative_id=father.id)
    family.name(person_id=family.child.id)
    assert sorted(kind for kind, _ in family.acting_for(family.child)) == [GUARDIAN, GUARDIAN, PRIMARY]


def test_a_child_found_to_be_grown_up_has_no_guardian(family: Family) -> None:
    family.guard()
    lives.correct_person(
        family.tx,
        person_id=family.child.id,
        particulars={"birth_on": date(2002, 2, 28)},
        reason="typed wrongly",
        source="DNI",
    )
    assert family.acting_for(family.child) == []


def test_a_collector_serves_so_many_people_and_no_more(family: Family) -> None:
    most = family.tx.country.parameter("identity.people_per_collector", on=family.tx.today)
    assert isinstance(most, int)
    elders = [register(family.tx, f"Elder {'x' * n}", date(1940, 1, 1)) for n in range(most + 2)]
    first, *others = elders
    named = family.name(person_id=first.id)
    for person in others[: most - 1]:
        family.name(ALTERNATE, person_id=person.id)
    with pytest.raises(errors.TooManyRepresented) as refused:
        family.name(person_id=elders[-1].id)
    assert refused.value.numbers == {"most": most}
    # The same person in another way, and a child of theirs, are no more people to collect for.
    family.guard()
    rights.end_representation(family.tx, number=named.number, reason="died", last_day=date(2025, 6, 1))
    family.name(person_id=elders[-1].id)
    # Room after somebody's last day is not room before it.
    with pytest.raises(errors.TooManyRepresented):
        family.name(person_id=elders[-2].id, valid_from=date(2025, 6, 30))


def test_a_collector_of_two_files_serves_no_more_people(family: Family) -> None:
    most = family.tx.country.parameter("identity.people_per_collector", on=family.tx.today)
    assert isinstance(most, int)
    again = register(family.tx, "Lucha", date(1990, 1, 1))
    elders = [register(family.tx, "E", date(1940, 1, 1)) for _ in range(most + 1)]
    for person in elders[:most]:
        family.name(person_id=person.id)
    merge(family.tx, kept=again, merged=family.mother)
    with pytest.raises(errors.TooManyRepresented):
        family.name(person_id=elders[most].id, representative_id=again.id)
    # Two files of one elder are one elder.
    merge(family.tx, kept=elders[0], merged=elders[most])
    family.name(person_id=elders[most].id, representative_id=again.id)
    with pytest.raises(errors.RepresentationRefused):
        family.name(person_id=again.id, representative_id=family.mother.id)


def test_those_who_follow_each_other_are_not_counted_together(family: Family) -> None:
    elders = [register(family.tx, "E", date(1940, 1, 1)) for _ in range(6)]
    for place, person in enumerate(elders[:5]):
        month = date(2025, 7 + place, 1)
        family.name(person_id=person.id, valid_from=month, valid_until=month + timedelta(days=27))
    family.name(person_id=elders[5].id)
    assert len(family.acting_for(elders[5])) == 1


def test_who_has_died_represents_nobody(family: Family) -> None:
    family.name()
    died = {"source": "certificate", "reason": "told"}
    lives.record_death(family.tx, person_id=family.mother.id, died_on=family.tx.today, **died)
    assert family.acting_for(family.elder) == []
    with pytest.raises(errors.PersonHasDied):
        family.name(ALTERNATE)
    published = "SELECT count(*) FROM identity_api.representatives"
    assert family.tx.connection.execute(published).fetchone() == (0,)


def test_the_file_of_both_tells_of_it(family: Family) -> None:
    named = family.name(authority=Authority("letter", says="my daughter collects for me"))
    mothers = privacy.open_file(family.tx, person_id=family.mother.id, purpose="test")
    elders = privacy.open_file(family.tx, person_id=family.elder.id, purpose="test")
    assert mothers.represents == elders.representatives == [named]
    assert (named.authority_kind, named.authority_number) == ("letter", None)


def test_a_consent_is_given_withdrawn_and_given_in_new_words(family: Family) -> None:
    assert not family.may(family.mother)
    family.consent(given_on=date(2025, 5, 1))
    family.consent(text_version="2025-2")
    assert family.may(family.mother)
    assert not identity.has_consent(family.tx, person_id=family.mother.id, purpose="other")
    rights.withdraw_consent(family.tx, person_id=family.mother.id, purpose=LAW, reason="asked")
    assert not family.may(family.mother)
    family.consent()
    assert family.may(family.mother)
    told = privacy.open_file(family.tx, person_id=family.mother.id, purpose="test").consents
    assert [(one.text_version, one.withdrawn_on is None) for one in told] == [
        ("2025-1", False),
        ("2025-2", False),
        ("2025-1", True),
    ]


def test_a_guardian_consents_for_a_child_and_nobody_else_does(family: Family) -> None:
    family.guard()
    family.consent(person_id=family.child.id, given_by=family.mother.id)
    assert family.may(family.child)
    young = register(family.tx, "Nina", date(2010, 6, 2))
    family.consent(person_id=young.id)
    assert family.may(young)


def test_the_dead_permit_nothing(family: Family) -> None:
    family.consent()
    lives.record_death(
        family.tx, person_id=family.mother.id, died_on=family.tx.today, source="certificate", reason="told"
    )
    assert not family.may(family.mother)
    with pytest.raises(errors.PersonHasDied):
        family.consent(text_version="2")
    rights.withdraw_consent(family.tx, person_id=family.mother.id, purpose=LAW, reason="died")


def _end(family: Family, **more: Any) -> None:
    rights.end_representation(family.tx, number=family.name().number, **{"reason": "so", **more})


def _somebody(family: Family, birth_on: date | None) -> PersonId:
    return register(family.tx, "Ana", birth_on).id


REFUSALS: list[tuple[type[Exception], Callable[[Family], object]]] = [
    (errors.RepresentationRefused, lambda f: f.name(representative_id=f.elder.id)),
    (errors.UnknownPerson, lambda f: f.name(representative_id=NOBODY)),
    (errors.UnknownPerson, lambda f: f.name(person_id=NOBODY)),
    (errors.RepresentationRefused, lambda f: f.name(authority=Authority("letter"))),
    (errors.RepresentationRefused, lambda f: f.name(authority=Authority("", number="1"))),
    (errors.RepresentationRefused, lambda f: f.name(authority=Authority("letter", number="1" * 61))),
    (errors.RepresentationRefused, lambda f: f.name(authority=Authority("letter", says=" "))),
    (errors.RepresentationRefused, lambda f: f.name(authority=Authority("letter", says="x" * 501))),
    (errors.RepresentationRefused, lambda f: f.name(reason="")),
    (errors.PersonRefused, lambda f: f.name(reason="a\0")),
    (errors.RepresentationRefused, lambda f: f.name("aunt")),
    (errors.RepresentationRefused, lambda f: f.name(valid_until=date(2025, 6, 1))),
    (errors.AlreadyRepresents, lambda f: [f.name(ALTERNATE), f.name()]),
    (errors.AlreadyRepresents, lambda f: [f.guard(), f.guard()]),
    (errors.NotAMinor, lambda f: f.name(GUARDIAN)),
    (errors.NotAMinor, lambda f: f.name(GUARDIAN, person_id=_somebody(f, None))),
    (errors.GuardianNotAdult, lambda f: f.guard(representative_id=_somebody(f, date(2008, 1, 1)))),
    (errors.GuardianNotAdult, lambda f: f.guard(representative_id=_somebody(f, None))),
    (errors.UnknownRepresentation, lambda f: rights.end_representation(f.tx, number=0, reason="so")),
    (errors.RepresentationRefused, lambda f: _end(f, last_day=date(2025, 6, 3))),
    (errors.RepresentationRefused, lambda f: _end(f, last_day=date(2025, 5, 31))),
    (errors.RepresentationRefused, lambda f: _end(f, reason="")),
    (errors.ConsentAlreadyGiven, lambda f: [f.consent(), f.consent()]),
    (errors.ConsentRefused, lambda f: f.consent(given_on=date(2025, 6, 3))),
    (errors.ConsentRefused, lambda f: f.consent(purpose="Lending to me")),
    (errors.ConsentRefused, lambda f: f.consent(text_version="")),
    (errors.UnknownPerson, lambda f: f.consent(person_id=NOBODY)),
    (errors.NotTheirGuardian, lambda f: f.consent(person_id=f.child.id)),
    (errors.NotTheirGuardian, lambda f: f.consent(person_id=f.child.id, given_by=f.mother.id)),
    (errors.NotTheirGuardian, lambda f: [f.name(), f.consent(person_id=f.elder.id, given_by=f.mother.id)]),
    (
        errors.NoConsent,
        lambda f: rights.withdraw_consent(f.tx, person_id=f.mother.id, purpose=LAW, reason="so"),
    ),
    (
        errors.ConsentRefused,
        lambda f: [
            f.consent(),
            rights.withdraw_consent(f.tx, person_id=f.mother.id, purpose=LAW, reason=" "),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused(family: Family, error: type[Exception], attempt: Callable[[Family], object]) -> None:
    with pytest.raises(error):
        attempt(family)


def test_a_right_ends_once(family: Family) -> None:
    named = family.name()
    rights.end_representation(family.tx, number=named.number, reason="so")
    with pytest.raises(errors.UnknownRepresentation):
        rights.end_representation(family.tx, number=named.number, reason="again")


def test_an_officer_names_nobody_for_themselves_nor_themselves(family: Family) -> None:
    for human in (family.elder, family.mother):
        own = family.name
        family.tx = acting(family.tx, officer(family.tx, human.given_names.lower(), person=human))
        with pytest.raises(errors.OwnCase):
            own()


def test_a_guardian_of_yesterday_no_longer_consents(family: Family) -> None:
    named = family.guard()
    family.tx = after(family.tx, days=1)
    rights.end_representation(
        family.tx, number=named.number, reason="court", last_day=family.tx.today - timedelta(days=1)
    )
    with pytest.raises(errors.NotTheirGuardian):
        family.consent(person_id=family.child.id, given_by=family.mother.id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity.representatives SET kind = 'guardian'",
        "UPDATE identity.representatives SET kind = 'guardian', ended_at = now()",
        "DELETE FROM identity.representatives",
        "UPDATE identity.consents SET given_on = '2020-01-01'",
        "DELETE FROM identity.consents",
    ],
)
def test_rights_are_only_closed(own_database: Database, owner: psycopg.Connection, statement: str) -> None:
    with own_database.transaction() as tx:
        family = make(tx)
        family.name()
        family.consent()
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement)
    assert refused.value.sqlstate == "AY003"
