"""What changes in the registry, one use case each. The import of a file is in `jobs`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from ayni import identity
from ayni.foundation import audit, tabular
from ayni.foundation.db import Tx
from ayni.registry import queries, store
from ayni.registry.errors import (
    BadFactDeclaration,
    FactDeclaredOtherwise,
    NotInHousehold,
)
from ayni.registry.model import FACTS, SUBJECT_KINDS, FactName, FactType, FactValue, Household, show_fact
from ayni.registry.operations import classes, households
from ayni.registry.operations.steps import begin_membership, not_in_future, settle, take
from ayni.values.ids import HouseholdId, PersonId, new_id, show_id

__all__ = [
    "add_member",
    "classes",
    "declare_facts",
    "declare_mapping",
    "end_membership",
    "households",
    "record_facts",
    "register_household",
]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def register_household(tx: Tx, *, source: str, code: str) -> Household:
    """Register a household by its source's own code. Raises HouseholdCodeTaken, HouseholdRefused."""
    household_id = HouseholdId(new_id(tx.now))
    store.insert_household(tx, household_id=household_id, source=source, code=code)
    audit.record(tx, action="registry.register_household", subject=show_id("hh", household_id))
    return queries.get_household(tx, household_id=household_id)


def add_member(
    tx: Tx, *, household_id: HouseholdId, person_id: PersonId, role: str, on: date | None = None
) -> None:
    """Put a registered person into a household from a day on (today if none is given).

    Raises UnknownPerson, UnknownHousehold, AlreadyInHousehold, HouseholdHasHead, HouseholdRefused,
    ObservedInFuture; OwnHousehold for an officer who belongs there.
    """
    on = not_in_future(tx, on)
    identity.get_person(tx, person_id=person_id)
    take(tx, household_id)
    begin_membership(tx, household_id=household_id, person_id=person_id, role=role, on=on)
    settle(tx, household_id)
    audit.record(
        tx,
        action="registry.add_member",
        subject=show_id("hh", household_id),
        details={"person": show_id("per", person_id), "role": role, "from": on.isoformat()},
    )


def end_membership(tx: Tx, *, person_id: PersonId, last_day: date | None = None, reason: str) -> None:
    """End a person's present membership with its last day (yesterday if none is given).

    A membership that was a mistake ends on the day before its first, and was then never in force.
    Raises NotInHousehold, EndsBeforeItBegan, ObservedInFuture; OwnHousehold for an officer who belongs there.
    """
    last_day = not_in_future(tx, last_day or tx.today - timedelta(days=1))
    present = store.find_open_membership(tx, person_id=person_id)
    if present is None:
        raise NotInHousehold
    take(tx, present.household_id)
    household_id = store.close_membership(tx, person_id=person_id, last_day=last_day)
    if household_id is None:
        raise NotInHousehold
    settle(tx, household_id)
    audit.record(
        tx,
        action="registry.end_membership",
        subject=show_id("hh", household_id),
        reason=reason,
        details={"person": show_id("per", person_id), "last_day": last_day.isoformat()},
    )


def record_facts(
    tx: Tx,
    *,
    facts: Mapping[str, FactValue | date],
    source: str,
    person_id: PersonId | None = None,
    household_id: HouseholdId | None = None,
    on: date | None = None,
) -> None:
    """Record what a survey or a declaration said of one person or one household, observed on a day.

    Names are without their `person.` or `household.`; None says "no longer known". Of several that tell of
    one day the last word counts; where another source said something else, the household is flagged. Raises
    FactRefused, UnknownPerson, UnknownHousehold, ObservedInFuture.
    """
    on = not_in_future(tx, on)
    kept = {name: show_fact(value) for name, value in facts.items()}
    if person_id is not None:
        identity.get_person(tx, person_id=person_id)
        kind, subject_id, shown = "person", person_id, show_id("per", person_id)
    else:
        assert household_id is not None
        queries.get_household(tx, household_id=household_id)
        kind, subject_id, shown = "household", PersonId(household_id), show_id("hh", household_id)
    declare_facts(tx, facts=FACTS)
    store.insert_record(tx, subject_kind=kind, subject_id=subject_id, on=on, source=source, facts=kept)
    store.flag_sources(tx, subject_id=subject_id, on=on)
    audit.record(
        tx,
        action="registry.record_facts",
        subject=shown,
        reason=source,
        details={"facts": sorted(kept), "on": on.isoformat()},
    )


def declare_facts(tx: Tx, *, facts: Sequence[FactName]) -> None:
    """Give names to facts. A name that exists with the same type stays as it is.

    Raises FactDeclaredOtherwise, BadFactDeclaration.
    """
    known = {fact.column: fact for fact in store.list_fact_names(tx)}
    for fact in facts:
        if fact.subject_kind not in SUBJECT_KINDS or not _NAME.fullmatch(fact.name):
            raise BadFactDeclaration(fact=fact.column, reason="its name is not of a person or a household")
        if fact.type not in [str(kind) for kind in FactType]:
            raise BadFactDeclaration(fact=fact.column, reason=f"a type is one of {', '.join(FactType)}")
        if not 1 <= len(fact.meaning) <= 500:
            raise BadFactDeclaration(fact=fact.column, reason="its meaning is a sentence")
        if fact.column in known and known[fact.column].type != fact.type:
            raise FactDeclaredOtherwise(fact=fact.column, type=known[fact.column].type)
    new = [fact for fact in facts if fact.column not in known]
    if new:
        store.declare_facts(tx, facts=new)


def declare_mapping(tx: Tx, *, mapping: tabular.Mapping) -> None:
    """Make known the facts that a mapping file names as its own (its `facts:` section).

    Needed before a file that was already mapped, such as a dressed survey, is imported as it is. Raises
    BadFactDeclaration, FactDeclaredOtherwise.
    """
    facts = []
    for column, said in mapping.facts.items():
        subject_kind, dot, name = column.partition(".")
        if not dot:
            raise BadFactDeclaration(fact=column, reason="its name is not of a person or a household")
        facts.append(FactName(subject_kind, name, said["type"], said["meaning"]))
    declare_facts(tx, facts=facts)
