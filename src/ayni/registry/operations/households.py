"""Changes of who lives with whom. The day is the first of what is new, the day before the last of what was.

What began on that same day is then never in force: of two moves on one day the later one counts. Every change
has a reason, which the audit trail keeps; it names nobody. An officer who acts never changes a household in
which they live or lived: each operation raises OwnHousehold then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.registry import queries, store
from ayni.registry.errors import HouseholdRefused, NoSuchFlag, NotInHousehold
from ayni.registry.model import Household, Role
from ayni.registry.operations.steps import (
    begin_membership,
    check_not_own,
    check_reason,
    leave,
    not_in_future,
    settle,
    take,
)
from ayni.values.ids import HouseholdId, OfficerId, PersonId, new_id, show_id


def move_member(
    tx: Tx,
    *,
    person_id: PersonId,
    household_id: HouseholdId,
    role: str,
    on: date | None = None,
    reason: str,
) -> None:
    """Move a person into a household from a day on (today if none is given); or change their role in it.

    Raises UnknownHousehold, NotInHousehold, EndsBeforeItBegan, AlreadyInHousehold, HouseholdHasHead,
    HouseholdRefused, ObservedInFuture, ReasonMissing.
    """
    check_reason(reason)
    on = not_in_future(tx, on)
    queries.get_household(tx, household_id=household_id)
    present = store.find_open_membership(tx, person_id=person_id)
    if present is None:
        raise NotInHousehold
    take(tx, present.household_id, household_id)
    left = leave(tx, person_id=person_id, on=on).household_id
    begin_membership(tx, household_id=household_id, person_id=person_id, role=role, on=on)
    settle(tx, left, household_id)
    said = {"person": show_id("per", person_id), "role": role, "from": on.isoformat()}
    _told(tx, "registry.move_member", household_id, reason, {**said, "left": show_id("hh", left)})


def change_head(
    tx: Tx,
    *,
    household_id: HouseholdId,
    person_id: PersonId,
    roles: Mapping[PersonId, str],
    on: date | None = None,
    reason: str,
) -> None:
    """Make a member the head from a day on. `roles` says what others are to the new head, where that changes.

    The former head must be among them. Raises UnknownHousehold, NotInHousehold, EndsBeforeItBegan,
    HouseholdHasHead, HouseholdRefused, ObservedInFuture, ReasonMissing.
    """
    check_reason(reason)
    on = not_in_future(tx, on)
    queries.get_household(tx, household_id=household_id)
    take(tx, household_id)
    members = {one.person_id: one.role for one in store.list_open_members(tx, household_id=household_id)}
    changed = {**roles, person_id: str(Role.HEAD)}
    if not changed.keys() <= members.keys():
        raise NotInHousehold
    former = [one for one, role in members.items() if role == Role.HEAD]
    if any(one not in changed for one in former):
        raise HouseholdRefused(rule="the former head needs another role")
    for one in changed:
        leave(tx, person_id=one, on=on)
    for one, role in changed.items():
        begin_membership(tx, household_id=household_id, person_id=one, role=role, on=on)
    settle(tx, household_id)
    said = {"person": show_id("per", person_id), "from": on.isoformat(), "changed": len(changed)}
    _told(tx, "registry.change_head", household_id, reason, said)


def split_household(
    tx: Tx,
    *,
    household_id: HouseholdId,
    roles: Mapping[PersonId, str],
    source: str,
    code: str,
    on: date | None = None,
    reason: str,
) -> Household:
    """Make a new household of some members of another: those in `roles`, with what each is there.

    Exactly one is its head. What was known of the old household is not copied: it is asked anew. Raises
    UnknownHousehold, NotInHousehold, HouseholdCodeTaken, EndsBeforeItBegan, HouseholdRefused,
    ObservedInFuture, ReasonMissing.
    """
    check_reason(reason)
    on = not_in_future(tx, on)
    queries.get_household(tx, household_id=household_id)
    if list(roles.values()).count(Role.HEAD) != 1:
        raise HouseholdRefused(rule="a new household needs exactly one head")
    take(tx, household_id)
    present = {one.person_id for one in store.list_open_members(tx, household_id=household_id)}
    if not roles.keys() <= present:
        raise NotInHousehold
    new = HouseholdId(new_id(tx.now))
    store.insert_household(tx, household_id=new, source=source, code=code)
    for person_id, role in roles.items():
        leave(tx, person_id=person_id, on=on)
        begin_membership(tx, household_id=new, person_id=person_id, role=role, on=on)
    settle(tx, household_id, new)
    said = {"new": show_id("hh", new), "members": len(roles), "from": on.isoformat()}
    _told(tx, "registry.split_household", household_id, reason, said)
    return queries.get_household(tx, household_id=new)


def join_households(
    tx: Tx,
    *,
    household_id: HouseholdId,
    into_id: HouseholdId,
    roles: Mapping[PersonId, str],
    on: date | None = None,
    reason: str,
) -> None:
    """Move everybody of a household into another; `roles` says what each of them is there.

    The one that they leave stays on record, with nobody in it. Raises UnknownHousehold, NotInHousehold,
    HouseholdHasHead, EndsBeforeItBegan, HouseholdRefused, ObservedInFuture, ReasonMissing.
    """
    check_reason(reason)
    on = not_in_future(tx, on)
    if household_id == into_id:
        raise HouseholdRefused(rule="a household cannot be joined with itself")
    for one in (household_id, into_id):
        queries.get_household(tx, household_id=one)
    take(tx, household_id, into_id)
    members = [one.person_id for one in store.list_open_members(tx, household_id=household_id)]
    if not members:
        raise NotInHousehold
    if set(members) != set(roles):
        raise HouseholdRefused(rule="each member of the household that ends, and nobody else, needs a role")
    for person_id in members:
        leave(tx, person_id=person_id, on=on)
        role = roles[person_id]
        begin_membership(tx, household_id=into_id, person_id=person_id, role=role, on=on)
    settle(tx, household_id, into_id)
    said = {"into": show_id("hh", into_id), "members": len(members), "from": on.isoformat()}
    _told(tx, "registry.join_households", household_id, reason, said)


def withdraw_membership(tx: Tx, *, person_id: PersonId, reason: str) -> None:
    """Take back a present membership that was a mistake: it was then never in force.

    Raises NotInHousehold, ReasonMissing.
    """
    check_reason(reason)
    present = store.find_open_membership(tx, person_id=person_id)
    if present is None:
        raise NotInHousehold
    take(tx, present.household_id)
    last_day = present.valid_from - timedelta(days=1)
    if store.close_membership(tx, person_id=person_id, last_day=last_day) is None:
        raise NotInHousehold
    settle(tx, present.household_id)
    said = {"person": show_id("per", person_id), "was_from": present.valid_from.isoformat()}
    _told(tx, "registry.withdraw_membership", present.household_id, reason, said)


def resolve_flag(tx: Tx, *, household_id: HouseholdId, flag: str, officer_id: OfficerId, reason: str) -> None:
    """Settle what made a household need adjudication. Never one's own household, by whichever account.

    `flag` is its reason: no_head, facts_disagree, district_disagrees, ages_contradict,
    sources_disagree. Raises UnknownHousehold, OwnHousehold, NoSuchFlag, ReasonMissing, UnknownOfficer,
    OfficerDisabled.
    """
    check_reason(reason)
    queries.get_household(tx, household_id=household_id)
    check_not_own(tx, officer_id=officer_id, household_id=household_id)
    officer = identity.get_officer(tx, officer_id=officer_id)
    if not store.run(tx, "resolve_flag", household_id=household_id, flag=flag, reason=reason.strip()):
        raise NoSuchFlag(flag=flag[:30])
    said = {"flag": flag, "officer": show_id("off", officer.id)}
    _told(tx, "registry.resolve_flag", household_id, reason, said)


def _told(tx: Tx, action: str, household_id: HouseholdId, reason: str, details: dict[str, Any]) -> None:
    shown = show_id("hh", household_id)
    audit.record(tx, action=action, subject=shown, reason=reason.strip(), details=details)
