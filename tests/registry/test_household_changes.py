"""Who lives with whom changes by dated rows; what cannot be is refused, and what is odd is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count

import pytest

from ayni import identity, registry
from ayni.foundation.audit import list_audit
from ayni.foundation.db import Actor, Database, Tx
from ayni.foundation.errors import AyniError
from ayni.identity import NewPerson
from ayni.registry import errors
from ayni.values.ids import HouseholdId, OfficerId, PersonId, show_id

MAY, TODAY = date(2025, 5, 1), date(2025, 6, 2)
_codes = count(1)


def household(
    tx: Tx, *roles: str, births: tuple[date | None, ...] = ()
) -> tuple[HouseholdId, list[PersonId]]:
    """A household whose members have these roles since May."""
    made = registry.register_household(tx, source="desk", code=f"C{next(_codes)}").id
    people = []
    for number, role in enumerate(roles):
        born = births[number] if births else None
        people.append(identity.register_person(tx, person=NewPerson("Rosa", "Quispe", birth_on=born)).id)
        registry.add_member(tx, household_id=made, person_id=people[-1], role=role, on=MAY)
    return made, people


def officer(tx: Tx, person_id: PersonId | None = None, login: str = "luz") -> OfficerId:
    person_id = person_id or identity.register_person(tx, person=NewPerson("Luz", "Apaza")).id
    return identity.register_officer(tx, login=login, roles=["registrar"], person_id=person_id).id


def roles(tx: Tx, household_id: HouseholdId, on: date | None = None) -> list[tuple[PersonId, str]]:
    return [(one.person_id, one.role) for one in registry.list_members(tx, household_id=household_id, on=on)]


def flags(tx: Tx, household_id: HouseholdId) -> list[str]:
    return [one.reason for one in registry.list_flags(tx, household_id=household_id)]


def test_a_member_moves_and_the_day_before_still_shows_the_old_home(tx: Tx) -> None:
    home, [ana, luz] = household(tx, "head", "child")
    other, [eva] = household(tx, "head")
    registry.households.move_member(
        tx, person_id=luz, household_id=other, role="child", on=TODAY, reason="lives with her aunt"
    )
    assert roles(tx, home) == [(ana, "head")]
    assert roles(tx, other) == [(eva, "head"), (luz, "child")]
    assert roles(tx, home, date(2025, 6, 1)) == [(ana, "head"), (luz, "child")]
    [told] = [one for one in list_audit(tx, subject=show_id("hh", other)) if "move" in one.action]
    assert told.reason == "lives with her aunt"


def test_of_two_moves_on_one_day_the_later_one_counts(tx: Tx) -> None:
    home, [_, luz] = household(tx, "head", "child")
    other, _ = household(tx, "head")
    for where in (other, home):
        registry.households.move_member(
            tx, person_id=luz, household_id=where, role="child", on=TODAY, reason="moved"
        )
    assert luz not in [one for one, _ in roles(tx, other)]
    assert [one.person_id for one in registry.list_history(tx, household_id=other)].count(luz) == 0
    assert [one.person_id for one in registry.list_history(tx, household_id=home)].count(luz) == 2


def test_a_household_whose_head_moves_out_needs_a_look_until_it_has_one(tx: Tx) -> None:
    home, [ana, luz] = household(tx, "head", "spouse")
    other, _ = household(tx, "head")
    registry.households.move_member(
        tx, person_id=ana, household_id=other, role="sibling", on=TODAY, reason="moved"
    )
    assert flags(tx, home) == ["no_head"]
    registry.households.change_head(tx, household_id=home, person_id=luz, roles={}, reason="she leads it now")
    assert flags(tx, home) == []
    assert roles(tx, home) == [(luz, "head")]


def test_the_head_changes_and_is_one_at_any_time(tx: Tx) -> None:
    home, [ana, luz, eva] = household(tx, "head", "spouse", "child")
    change = {"household_id": home, "person_id": luz, "reason": "ana is abroad"}
    with pytest.raises(errors.HouseholdRefused):
        registry.households.change_head(tx, roles={}, **change)
    with pytest.raises(errors.HouseholdHasHead), tx.connection.transaction():
        registry.households.change_head(tx, roles={ana: "head"}, **change)
    registry.households.change_head(tx, roles={ana: "spouse"}, on=TODAY, **change)
    assert sorted(roles(tx, home)) == sorted([(luz, "head"), (ana, "spouse"), (eva, "child")])
    assert roles(tx, home, MAY)[0] == (ana, "head")


def test_a_household_splits_and_is_joined_again(tx: Tx) -> None:
    home, [ana, luz, eva] = household(tx, "head", "child", "grandchild")
    new = registry.households.split_household(
        tx, household_id=home, roles={luz: "head", eva: "child"}, source="desk", code="new", reason="rents"
    )
    assert roles(tx, home) == [(ana, "head")]
    assert roles(tx, new.id) == [(luz, "head"), (eva, "child")]
    registry.households.join_households(
        tx, household_id=new.id, into_id=home, roles={luz: "child", eva: "grandchild"}, reason="came back"
    )
    assert roles(tx, home) == [(ana, "head"), (luz, "child"), (eva, "grandchild")]
    assert roles(tx, new.id) == []
    assert flags(tx, new.id) == flags(tx, home) == []


def test_a_mistaken_membership_was_never_in_force(tx: Tx) -> None:
    home, [_, luz] = household(tx, "head", "child")
    registry.households.withdraw_membership(tx, person_id=luz, reason="typed into the wrong file")
    assert registry.find_membership(tx, person_id=luz, on=MAY) is None
    assert len(registry.list_history(tx, household_id=home)) == 1
    other, _ = household(tx, "head")
    registry.add_member(tx, household_id=other, person_id=luz, role="child", on=MAY)


def test_two_households_on_one_date_are_refused_with_where_and_since(tx: Tx) -> None:
    home, [ana] = household(tx, "head")
    other, _ = household(tx, "head")
    with pytest.raises(errors.AlreadyInHousehold) as refused:
        registry.add_member(tx, household_id=other, person_id=ana, role="sibling", on=TODAY)
    assert refused.value.numbers == {"household": show_id("hh", home), "role": "head", "since": MAY}
    assert "Rosa" not in refused.value.sentence


OLDER = [
    (("head", "child"), (date(1990, 1, 1), date(1985, 1, 1)), True),
    (("head", "child"), (date(1990, 1, 1), date(1990, 1, 1)), True),
    (("head", "child"), (date(1990, 1, 1), None), False),
    (("head", "child"), (date(1985, 1, 1), date(2010, 2, 28)), False),
    (("head", "parent"), (date(1985, 1, 1), date(1990, 1, 1)), True),
    (("head", "sibling"), (date(1990, 1, 1), date(1985, 1, 1)), False),
]


@pytest.mark.parametrize(("who", "births", "odd"), OLDER)
def test_a_child_older_than_its_mother_is_looked_at_and_not_refused(
    tx: Tx, who: tuple[str, ...], births: tuple[date | None, ...], odd: bool
) -> None:
    home, _ = household(tx, *who, births=births)
    assert flags(tx, home) == (["ages_contradict"] if odd else [])


def test_what_an_officer_has_settled_is_not_asked_again(tx: Tx) -> None:
    home, [ana, _] = household(tx, "head", "child", births=(date(1990, 1, 1), date(1989, 1, 1)))
    by = officer(tx)
    registry.households.resolve_flag(
        tx, household_id=home, flag="ages_contradict", officer_id=by, reason="adopted"
    )
    registry.households.change_head(tx, household_id=home, person_id=ana, roles={}, reason="as before")
    assert flags(tx, home) == []
    assert registry.list_open_flags(tx) == []
    with pytest.raises(errors.NoSuchFlag):
        registry.households.resolve_flag(
            tx, household_id=home, flag="ages_contradict", officer_id=by, reason="adopted"
        )


def test_nobody_settles_their_own_household_whichever_account_they_use(tx: Tx) -> None:
    home, [_, luz] = household(tx, "head", "child", births=(date(1990, 1, 1), date(1989, 1, 1)))
    registry.households.withdraw_membership(tx, person_id=luz, reason="typed by mistake")
    registry.add_member(tx, household_id=home, person_id=luz, role="child", on=MAY)
    for login in ("one", "two"):
        with pytest.raises(errors.OwnHousehold):
            registry.households.resolve_flag(
                tx,
                household_id=home,
                flag="ages_contradict",
                officer_id=officer(tx, luz, login),
                reason="my mother is young",
            )
    assert flags(tx, home) == ["ages_contradict"]


def test_no_officer_adds_to_or_ends_a_membership_of_the_household_in_which_they_live(tx: Tx) -> None:
    home, [ana, luz] = household(tx, "head", "child")
    new = identity.register_person(tx, person=identity.NewPerson("Eva", "Apaza")).id
    own = replace(tx, actor=Actor(show_id("off", officer(tx, luz)), "test"))
    with pytest.raises(errors.OwnHousehold):
        registry.add_member(own, household_id=home, person_id=new, role="sibling", on=MAY)
    with pytest.raises(errors.OwnHousehold):
        registry.end_membership(own, person_id=ana, reason="to be the head")
    assert {one.person_id for one in registry.list_members(tx, household_id=home)} == {ana, luz}


def test_no_officer_changes_the_household_in_which_they_live(tx: Tx) -> None:
    home, [ana, luz] = household(tx, "head", "child")
    other, [eva] = household(tx, "head")
    own = replace(tx, actor=Actor(show_id("off", officer(tx, luz)), "test"))
    with pytest.raises(errors.OwnHousehold):
        registry.households.move_member(
            own, person_id=eva, household_id=home, role="sibling", reason="to get more"
        )
    with pytest.raises(errors.OwnHousehold):
        registry.households.withdraw_membership(own, person_id=ana, reason="not here")
    registry.households.withdraw_membership(own, person_id=eva, reason="registered twice")
    assert roles(tx, other) == []


Attempt = Callable[[Tx, HouseholdId, list[PersonId]], object]
REFUSALS: list[tuple[type[AyniError], Attempt]] = [
    (
        errors.ReasonMissing,
        lambda tx, h, p: registry.households.withdraw_membership(tx, person_id=p[0], reason=" "),
    ),
    (
        errors.ReasonMissing,
        lambda tx, h, p: registry.households.withdraw_membership(tx, person_id=p[0], reason="x" * 501),
    ),
    (
        errors.HouseholdRefused,
        lambda tx, h, p: registry.households.split_household(
            tx, household_id=h, roles={p[1]: "child"}, source="desk", code="n", reason="r"
        ),
    ),
    (
        errors.HouseholdRefused,
        lambda tx, h, p: registry.households.join_households(
            tx, household_id=h, into_id=h, roles={}, reason="r"
        ),
    ),
    (
        errors.HouseholdRefused,
        lambda tx, h, p: registry.households.join_households(
            tx, household_id=h, into_id=household(tx, "head")[0], roles={p[0]: "sibling"}, reason="r"
        ),
    ),
    (
        errors.HouseholdHasHead,
        lambda tx, h, p: registry.households.join_households(
            tx,
            household_id=h,
            into_id=household(tx, "head")[0],
            roles={p[0]: "head", p[1]: "child"},
            reason="r",
        ),
    ),
    (
        errors.NotInHousehold,
        lambda tx, h, p: registry.households.change_head(
            tx, household_id=h, person_id=household(tx, "head")[1][0], roles={p[0]: "parent"}, reason="r"
        ),
    ),
    (
        errors.EndsBeforeItBegan,
        lambda tx, h, p: registry.households.move_member(
            tx, person_id=p[1], household_id=h, role="child", on=date(2025, 4, 1), reason="r"
        ),
    ),
    (
        errors.ObservedInFuture,
        lambda tx, h, p: registry.households.move_member(
            tx, person_id=p[1], household_id=h, role="child", on=date(2025, 6, 3), reason="r"
        ),
    ),
]


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused_changes_nothing(tx: Tx, error: type[AyniError], attempt: Attempt) -> None:
    home, people = household(tx, "head", "child")
    before = roles(tx, home)
    with pytest.raises(error), tx.connection.transaction():
        attempt(tx, home, people)
    assert roles(tx, home) == before


def test_of_two_officers_who_name_a_head_at_once_one_is_told_the_other_was_faster(
    own_database: Database,
) -> None:
    with own_database.transaction(Actor("desk", "test")) as tx:
        home, [ana, luz, eva] = household(tx, "head", "child", "sibling")
    told: list[object] = []
    together = threading.Barrier(2, timeout=60)

    def change(person_id: PersonId) -> None:
        try:
            together.wait()
            with own_database.transaction(Actor("desk", "test")) as tx:
                registry.households.change_head(
                    tx, household_id=home, person_id=person_id, roles={ana: "parent"}, reason="leads it now"
                )
            told.append("done")
        except AyniError as error:
            told.append(type(error))

    threads = [threading.Thread(target=change, args=[one]) for one in (luz, eva)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, told)) == sorted(map(str, ["done", errors.HouseholdRefused]))
    with own_database.transaction(Actor("desk", "test")) as tx:
        assert [role for _, role in roles(tx, home)].count("head") == 1
