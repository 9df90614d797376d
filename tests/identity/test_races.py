"""Two offices at the same moment: each rule holds between them too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from time import sleep
from typing import Any

import pytest

from ayni import identity
from ayni.foundation.db import Database, Tx
from ayni.foundation.errors import AyniError
from ayni.identity import OfficerRole, RepresentativeKind, lives, officers, privacy, reach, rights
from ayni.identity.model import Person
from tests.conftest import TEST_ACTOR
from tests.identity.cast import PAPER, PHONE, ROSA, acting, officer, register

DONE = "done"
WHY: dict[str, Any] = {"reason": "so", "source": "DNI"}


def at_once(database: Database, deeds: Sequence[Callable[[Tx], object]]) -> Counter[str]:
    """Do each in a connection of its own, all begun at one moment, and count how they ended."""
    together = Barrier(len(deeds))

    def attempt(deed: Callable[[Tx], object]) -> str:
        try:
            with database.transaction(TEST_ACTOR) as tx:
                together.wait(timeout=60)
                deed(tx)
        except AyniError as refusal:
            return refusal.code
        return DONE

    with ThreadPoolExecutor(len(deeds)) as pool:
        return Counter(pool.map(attempt, deeds))


@pytest.fixture
def people(own_database: Database) -> list[Person]:
    """Rosa and seven others."""
    with own_database.transaction(TEST_ACTOR) as tx:
        return [identity.register_person(tx, person=ROSA), *(register(tx, "P" * n) for n in range(1, 8))]


def test_one_document_is_registered_once(own_database: Database) -> None:
    deeds = [lambda tx: identity.register_person(tx, person=ROSA)] * 6
    assert at_once(own_database, deeds) == {DONE: 1, "document_already_held": 5}


def test_corrections_of_different_fields_both_hold(own_database: Database, people: list[Person]) -> None:
    rosa = people[0].id
    fields: list[dict[str, Any]] = [
        {"given_names": "Ruth"},
        {"birth_on": date(1981, 1, 1)},
        {"sex": "female"},
        {"language": "qu"},
    ]

    def correct(named: dict[str, Any]) -> Callable[[Tx], object]:
        return lambda tx: lives.correct_person(tx, person_id=rosa, particulars=named, **WHY)

    assert at_once(own_database, [correct(named) for named in fields]) == {DONE: 4}
    with own_database.transaction(TEST_ACTOR) as tx:
        found = identity.get_person(tx, person_id=rosa)
        assert (found.given_names, found.birth_on, found.sex, found.language) == (
            "Ruth",
            date(1981, 1, 1),
            "female",
            "qu",
        )


def test_the_same_correction_is_made_once(own_database: Database, people: list[Person]) -> None:
    deeds = [
        lambda tx: lives.correct_person(tx, person_id=people[0].id, particulars={"sex": "male"}, **WHY)
    ] * 4
    assert at_once(own_database, deeds) == {DONE: 1, "nothing_to_correct": 3}


def test_a_death_is_recorded_once(own_database: Database, people: list[Person]) -> None:
    deeds = [lambda tx: lives.record_death(tx, person_id=people[0].id, died_on=tx.today, **WHY)] * 4
    assert at_once(own_database, deeds) == {DONE: 1, "person_has_died": 3}


def _name(person: Person, collector: Person, kind: RepresentativeKind) -> Callable[[Tx], object]:
    return lambda tx: rights.name_representative(
        tx,
        person_id=person.id,
        representative_id=collector.id,
        kind=kind,
        authority=PAPER,
        reason="cannot walk",
    )


def test_there_is_one_primary_collector(own_database: Database, people: list[Person]) -> None:
    deeds = [_name(people[0], other, RepresentativeKind.PRIMARY_COLLECTOR) for other in people[1:]]
    assert at_once(own_database, deeds) == {DONE: 1, "collector_already_named": 6}


def test_a_collector_serves_so_many_people_and_no_more(own_database: Database, people: list[Person]) -> None:
    most = own_database.country.parameter("identity.people_per_collector", on=date(2025, 6, 2))
    assert isinstance(most, int)
    for collector, kinds in (
        (people[0], [RepresentativeKind.PRIMARY_COLLECTOR] * 6),
        (people[7], [RepresentativeKind.ALTERNATE_COLLECTOR] * 6),
    ):
        others = [person for person in people if person != collector][:6]
        deeds = [_name(person, collector, kind) for person, kind in zip(others, kinds, strict=True)]
        assert at_once(own_database, deeds) == {DONE: most, "too_many_represented": 6 - most}


def test_a_consent_is_given_once_and_withdrawn_once(own_database: Database, people: list[Person]) -> None:
    give = [
        lambda tx: rights.give_consent(tx, person_id=people[0].id, purpose="lending", text_version="1")
    ] * 4
    assert at_once(own_database, give) == {DONE: 1, "consent_already_given": 3}
    end = [
        lambda tx: rights.withdraw_consent(tx, person_id=people[0].id, purpose="lending", reason="asked")
    ] * 4
    assert at_once(own_database, end) == {DONE: 1, "no_consent": 3}


def test_a_telephone_is_added_once_and_ended_once(own_database: Database, people: list[Person]) -> None:
    add = [lambda tx: reach.add_contact(tx, person_id=people[0].id, phone=PHONE, reason="told")] * 4
    assert at_once(own_database, add) == {DONE: 1, "contact_already_known": 3}
    end = [lambda tx: reach.end_contact(tx, person_id=people[0].id, phone=PHONE, reason="told")] * 4
    assert at_once(own_database, end) == {DONE: 1, "unknown_contact": 3}


def test_an_address_follows_another_once(own_database: Database, people: list[Person]) -> None:
    def move(line: str) -> Callable[[Tx], object]:
        return lambda tx: reach.move_person(
            tx, person_id=people[0].id, district_code="150101", line=line, reason="told"
        )

    assert at_once(own_database, [move(f"Jr. {n}") for n in range(4)])[DONE] == 4
    with own_database.transaction(TEST_ACTOR) as tx:
        found = privacy.open_file(tx, person_id=people[0].id, purpose="test").addresses
        assert len([one for one in found if one.valid_until is None]) == 1


def test_a_file_is_restricted_once_and_lifted_once(own_database: Database, people: list[Person]) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        account = officer(tx, "registrar", person=people[7])
    restrict = [
        lambda tx: privacy.restrict_person(acting(tx, account), person_id=people[0].id, reason="asked")
    ] * 4
    assert at_once(own_database, restrict) == {DONE: 1, "person_is_restricted": 3}
    lift = [
        lambda tx: privacy.lift_restriction(acting(tx, account), person_id=people[0].id, reason="asked")
    ] * 4
    assert at_once(own_database, lift) == {DONE: 1, "not_restricted": 3}


def test_nothing_slips_into_a_file_while_it_is_being_restricted(
    own_database: Database, people: list[Person]
) -> None:
    """A bug: who had looked before the restriction was committed wrote after it."""
    rosa = people[0].id
    with own_database.transaction(TEST_ACTOR) as tx:
        account = officer(tx, "registrar", person=people[7])
    deeds: list[Callable[[Tx], object]] = [
        lambda tx: reach.add_contact(tx, person_id=rosa, phone=PHONE, reason="told"),
        lambda tx: reach.move_person(tx, person_id=rosa, district_code="150101", reason="told"),
        lambda tx: rights.give_consent(tx, person_id=rosa, purpose="lending", text_version="1"),
        lambda tx: identity.add_document(tx, person_id=rosa, kind="CE", number="001234567"),
        lambda tx: lives.correct_person(tx, person_id=rosa, particulars={"sex": "male"}, **WHY),
        _name(people[1], people[0], RepresentativeKind.PRIMARY_COLLECTOR),
    ]

    def attempt(deed: Callable[[Tx], object]) -> str:
        try:
            with own_database.transaction(TEST_ACTOR) as tx:
                deed(tx)
        except AyniError as refusal:
            return refusal.code
        return DONE

    with ThreadPoolExecutor(len(deeds)) as pool:
        with own_database.transaction(TEST_ACTOR) as tx:
            privacy.restrict_person(acting(tx, account), person_id=rosa, reason="asked")
            running = [pool.submit(attempt, deed) for deed in deeds]
            _until_waiting(own_database, len(deeds))
        assert {one.result(timeout=60) for one in running} == {"person_is_restricted"}


def _until_waiting(database: Database, count: int) -> None:
    """Until so many others wait for a lock that we hold."""
    waiting = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    with database.connection() as connection:
        for _ in range(600):
            row = connection.execute(waiting).fetchone()
            if row is not None and row[0] >= count:
                return
            sleep(0.05)
    raise AssertionError("they do not wait")


def test_two_who_name_each_other_as_collector_do_not_wait_for_ever(
    own_database: Database, people: list[Person]
) -> None:
    one, other = people[0], people[1]
    primary, alternate = RepresentativeKind.PRIMARY_COLLECTOR, RepresentativeKind.ALTERNATE_COLLECTOR
    deeds = [_name(one, other, primary), _name(other, one, primary)]
    deeds += [_name(one, people[2], alternate), _name(people[2], one, alternate)]
    assert at_once(own_database, deeds) == {DONE: 4}


def test_roles_and_accounts_change_once(own_database: Database, people: list[Person]) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        account = officer(tx, "ana", person=people[0])
    role, why = OfficerRole.AUDITOR, "council"
    deeds: list[tuple[Callable[[Tx], object], str]] = [
        (
            lambda tx: officers.grant_role(tx, officer_id=account.id, role=role, reason=why),
            "role_already_granted",
        ),
        (
            lambda tx: officers.revoke_role(tx, officer_id=account.id, role=role, reason=why),
            "role_not_granted",
        ),
        (lambda tx: officers.disable_officer(tx, officer_id=account.id, reason=why), "officer_disabled"),
        (lambda tx: officers.enable_officer(tx, officer_id=account.id, reason=why), "officer_not_disabled"),
    ]
    for deed, refusal in deeds:
        assert at_once(own_database, [deed] * 4) == {DONE: 1, refusal: 3}
