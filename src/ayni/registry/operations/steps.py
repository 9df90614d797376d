"""The steps of which changes of households are made."""

from __future__ import annotations

from datetime import date, timedelta

from ayni import identity
from ayni.foundation.db import Tx
from ayni.registry import store
from ayni.registry.errors import (
    AlreadyInHousehold,
    NotInHousehold,
    ObservedInFuture,
    OwnHousehold,
    ReasonMissing,
)
from ayni.registry.model import Membership
from ayni.values.ids import HouseholdId, OfficerId, PersonId, read_id, show_id

_LONGEST_REASON = 500


def not_in_future(tx: Tx, on: date | None) -> date:
    """The day, or today. Raises ObservedInFuture."""
    if on is not None and on > tx.today:
        raise ObservedInFuture(on=on)
    return on or tx.today


def check_reason(reason: str) -> None:
    """Raises ReasonMissing."""
    if not 1 <= len(reason.strip()) <= _LONGEST_REASON:
        raise ReasonMissing


def check_not_own(tx: Tx, *, officer_id: OfficerId, household_id: HouseholdId) -> None:
    """Refuse an officer who belongs or belonged to the household, by whichever file and account.

    Raises OwnHousehold, and what identity says of an account that may not act.
    """
    people = {one.person_id for one in store.list_history(tx, household_id=household_id)}
    try:
        identity.check_may_decide(tx, officer_id=officer_id, person_ids=sorted(people))
    except identity.OwnCase:
        raise OwnHousehold from None


def take(tx: Tx, *household_ids: HouseholdId) -> None:
    """Let one change of these households after another, and none by an officer who belongs there.

    Raises OwnHousehold.
    """
    if tx.actor.who.startswith("off_"):
        officer_id = OfficerId(read_id("off", tx.actor.who))
        for household_id in household_ids:
            check_not_own(tx, officer_id=officer_id, household_id=household_id)
    store.run(tx, "lock_households", household_ids=list(household_ids))


def begin_membership(tx: Tx, *, household_id: HouseholdId, person_id: PersonId, role: str, on: date) -> None:
    """Put a person into a household. Raises AlreadyInHousehold with where, and what the store raises."""
    try:
        store.insert_membership(tx, household_id=household_id, person_id=person_id, role=role, on=on)
    except AlreadyInHousehold:
        other = store.find_overlapping_membership(tx, person_id=person_id, on=on)
        if other is None:
            raise
        raise AlreadyInHousehold(
            household=show_id("hh", other.household_id), role=other.role, since=other.valid_from
        ) from None


def leave(tx: Tx, *, person_id: PersonId, on: date) -> Membership:
    """End the present membership so that another may begin on the day; returns what it was.

    Raises NotInHousehold, EndsBeforeItBegan.
    """
    present = store.find_open_membership(tx, person_id=person_id)
    left = present and store.close_membership(tx, person_id=person_id, last_day=on - timedelta(days=1))
    if present is None or left is None:
        raise NotInHousehold
    return present


def settle(tx: Tx, *household_ids: HouseholdId) -> None:
    """Raise and settle the flags that follow from who belongs to households now."""
    for name in ("flag_missing_heads", "settle_missing_heads", "flag_households"):
        store.run(tx, name, household_ids=list(household_ids))
