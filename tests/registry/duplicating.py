"""People, officers and suspected pairs for tests of duplicates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ayni import identity, registry
from ayni.foundation.db import Actor, Tx
from ayni.identity import NewPerson, OfficerRole
from ayni.registry import NewPair, Pair
from ayni.values.ids import PersonId, show_id

ROSA = NewPerson("Rosa María", "Huamaní", "Quispe", date(1980, 5, 4))


def person(tx: Tx, given: str = "Rosa", **more: object) -> PersonId:
    return identity.register_person(tx, person=replace(ROSA, given_names=given, **more)).id  # type: ignore[arg-type]


def people(tx: Tx, *given: str) -> list[PersonId]:
    """Registered at one instant, in the order of their ids: the first is the one to be kept."""
    return sorted(person(tx, name) for name in given)


def acting(tx: Tx, login: str, *roles: OfficerRole, person_id: PersonId | None = None) -> Tx:
    """The same transaction, in which a registrar acts; a human of their own unless one is given."""
    human = person_id or identity.register_person(tx, person=NewPerson(f"Officer {login}")).id
    officer = identity.register_officer(
        tx, login=login, roles=roles or [OfficerRole.REGISTRAR], person_id=human
    )
    return replace(tx, actor=Actor(show_id("off", officer.id), "test"))


def suspected(tx: Tx, one: PersonId, other: PersonId, score: int = 950) -> Pair:
    evidence = {"surnames": "same"}
    registry.duplicates.record_pairs(tx, pairs=[NewPair(one, other, score, evidence, "linkage", "test")])
    return registry.get_pair(tx, one_id=one, other_id=other)


def unresolved(tx: Tx) -> set[PersonId]:
    rows = tx.connection.execute("SELECT person_id FROM registry_api.unresolved").fetchall()
    return {row[0] for row in rows}


def live_in(tx: Tx, code: str, people: dict[PersonId, str], on: date | None = None) -> None:
    household = registry.register_household(tx, source="city", code=code)
    for person_id, role in people.items():
        registry.add_member(tx, household_id=household.id, person_id=person_id, role=role, on=on)
