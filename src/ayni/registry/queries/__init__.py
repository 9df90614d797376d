"""What the registry tells. For sets of people, other modules read the views in `registry_api`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ayni.foundation.db import Tx
from ayni.registry import store
from ayni.registry.errors import UnknownHousehold
from ayni.registry.model import Class, FactName, FactValue, Flag, Household, Membership, Record
from ayni.values.ids import HouseholdId, PersonId, show_id


def get_household(tx: Tx, *, household_id: HouseholdId) -> Household:
    """One household by id. Raises UnknownHousehold."""
    household = store.find_household(tx, household_id=household_id)
    if household is None:
        raise UnknownHousehold
    return household


def find_household(tx: Tx, *, source: str, code: str) -> Household | None:
    """One household by its source's code, or None."""
    return store.find_household(tx, source=source, code=code)


def list_members(tx: Tx, *, household_id: HouseholdId, on: date | None = None) -> list[Membership]:
    """Who belonged to a household on a day (or today), the head first. Raises UnknownHousehold."""
    get_household(tx, household_id=household_id)
    return store.list_members(tx, household_id=household_id, on=on or tx.today)


def find_membership(tx: Tx, *, person_id: PersonId, on: date | None = None) -> Membership | None:
    """The household of a person on a day (today if none is given), or None."""
    return store.find_membership(tx, person_id=person_id, on=on or tx.today)


def list_records(
    tx: Tx, *, person_id: PersonId | None = None, household_id: HouseholdId | None = None
) -> list[Record]:
    """Everything that was ever said of a person or of a household, oldest first."""
    if person_id is not None:
        return store.list_records(tx, subject_kind="person", subject_id=person_id)
    assert household_id is not None
    return store.list_records(tx, subject_kind="household", subject_id=household_id)


def facts(
    tx: Tx,
    *,
    person_id: PersonId | None = None,
    household_id: HouseholdId | None = None,
    on: date | None = None,
) -> dict[str, FactValue]:
    """What is known of a person or of a household on a day (or today): the latest of each name."""
    known: dict[str, FactValue] = {}
    for record in list_records(tx, person_id=person_id, household_id=household_id):
        if record.observed_on <= (on or tx.today):
            known.update(record.facts)
    return known


def list_fact_names(tx: Tx) -> list[FactName]:
    """Every declared fact, with its type and meaning."""
    return store.list_fact_names(tx)


def list_flags(tx: Tx, *, household_id: HouseholdId) -> list[Flag]:
    """Why a household needs adjudication; nothing when it does not. Raises UnknownHousehold."""
    get_household(tx, household_id=household_id)
    return store.list_flags(tx, household_id=household_id)


def list_history(tx: Tx, *, household_id: HouseholdId) -> list[Membership]:
    """Every membership of a household that was ever in force, oldest first. Raises UnknownHousehold."""
    get_household(tx, household_id=household_id)
    return store.list_history(tx, household_id=household_id)


def list_open_flags(tx: Tx, *, most: int = 100) -> list[Flag]:
    """What needs adjudication in any household, oldest first."""
    return store.list_open_flags(tx, most=most)


def list_classes(tx: Tx, *, household_id: HouseholdId) -> list[Class]:
    """Every evaluation of a household, oldest first. Raises UnknownHousehold."""
    get_household(tx, household_id=household_id)
    return store.list_classes(tx, household_id=household_id)


def find_class(tx: Tx, *, household_id: HouseholdId, on: date | None = None) -> Class | None:
    """The class that holds on a day (or today): of the last evaluation, while it is valid; or None.

    Raises UnknownHousehold.
    """
    day = on or tx.today
    begun = [one for one in list_classes(tx, household_id=household_id) if one.valid_from <= day]
    return begun[-1] if begun and begun[-1].holds_on(day) else None


def list_lapsing_classes(tx: Tx, *, days: int, most: int = 1_000) -> list[Class]:
    """Classes that hold today and lapse within so many days, the first to lapse before the others."""
    until = tx.today + timedelta(days=days)
    return store.list_lapsing_classes(tx, on=tx.today, until=until, most=most)


def export_person(tx: Tx, *, person_id: PersonId) -> dict[str, Any]:
    """Everything that the registry knows of a person, as plain JSON: registry's part of identity's export.

    `memberships` with the facts of each household while the person belonged to it, and `facts` of the person.
    """
    memberships = []
    for row in store.list_memberships(tx, person_id=person_id):
        until = row["valid_until"] or date.max
        records = list_records(tx, household_id=row["household_id"])
        told = [one for one in records if row["valid_from"] <= one.observed_on <= until]
        plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        plain["household_id"] = show_id("hh", row["household_id"])
        memberships.append({**plain, "facts": [_plain(one) for one in told]})
    return {
        "memberships": memberships,
        "facts": [_plain(one) for one in list_records(tx, person_id=person_id)],
    }


def _plain(record: Record) -> dict[str, Any]:
    return {
        "observed_on": record.observed_on.isoformat(),
        "source": record.source,
        "recorded_at": record.recorded_at.isoformat(),
        "values": dict(record.facts),
    }
