"""Officers' accounts: roles over time, accounts that are disabled, and what their human may not decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Actor, Database, Tx
from ayni.identity import OfficerRole, errors, lives, officers, queries
from ayni.identity.model import Officer
from ayni.values.ids import OfficerId, show_id
from tests.identity.cast import ROSA, acting, after, merge, officer, register

NOBODY = OfficerId(uuid4())
WHY: dict[str, Any] = {"reason": "council decision 7"}


def published(tx: Tx, account: Officer) -> list[str]:
    row = tx.connection.execute(
        "SELECT roles FROM identity_api.officers WHERE officer_id = %s", [account.id]
    ).fetchone()
    assert row is not None
    return list(row[0])


def test_a_role_is_granted_revoked_and_granted_again(tx: Tx) -> None:
    account = officer(tx, "ana")
    later = after(tx, days=1)
    both = officers.grant_role(later, officer_id=account.id, role=OfficerRole.APPROVER, **WHY)
    assert both.roles == (OfficerRole.APPROVER, OfficerRole.REGISTRAR)
    one = officers.revoke_role(later, officer_id=account.id, role=OfficerRole.REGISTRAR, **WHY)
    assert one.roles == (OfficerRole.APPROVER,)
    assert published(tx, account) == ["approver"]
    officers.grant_role(later, officer_id=account.id, role=OfficerRole.REGISTRAR, **WHY)
    held = queries.list_held_roles(later, officer_id=account.id)
    assert [(one.role, one.granted_at, one.revoked_at) for one in held] == [
        ("registrar", tx.now, later.now),
        ("approver", later.now, None),
        ("registrar", later.now, None),
    ]
    told = audit.list_audit(tx, subject=show_id("off", account.id))
    assert [(row.action, row.reason) for row in told[1:]] == [
        ("identity.grant_role", WHY["reason"]),
        ("identity.revoke_role", WHY["reason"]),
        ("identity.grant_role", WHY["reason"]),
    ]


def test_a_disabled_account_does_nothing_until_it_is_enabled(tx: Tx) -> None:
    account, luz = officer(tx, "ana"), register(tx)
    officers.disable_officer(tx, officer_id=account.id, **WHY)
    assert published(tx, account) == []
    attempts: list[Callable[[], object]] = [
        lambda: identity.get_officer(tx, login="ana"),
        lambda: identity.get_officer(tx, officer_id=account.id),
        lambda: identity.check_may_decide(tx, officer_id=account.id, person_ids=[luz.id]),
        lambda: lives.correct_person(
            acting(tx, account), person_id=luz.id, particulars={"sex": "female"}, source="DNI", **WHY
        ),
        lambda: officers.grant_role(tx, officer_id=account.id, role=OfficerRole.AUDITOR, **WHY),
        lambda: officers.disable_officer(tx, officer_id=account.id, **WHY),
    ]
    for attempt in attempts:
        with pytest.raises(errors.OfficerDisabled):
            attempt()
    assert [one.disabled for one in identity.list_officers(tx)] == [True]
    assert officers.enable_officer(tx, officer_id=account.id, **WHY).roles == (OfficerRole.REGISTRAR,)
    assert published(tx, account) == ["registrar"]


def test_two_accounts_still_count_as_one_when_one_is_disabled(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    first, second = officer(tx, "rosa", person=rosa), officer(tx, "rosa2", person=rosa)
    officers.disable_officer(tx, officer_id=first.id, **WHY)
    assert identity.are_same_human(tx, first=first.id, second=second.id)


def test_nobody_decides_on_themselves_whichever_account(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    luz = register(tx)
    accounts = [officer(tx, login, person=rosa) for login in ("rosa", "rosa2")]
    for account in accounts:
        identity.check_may_decide(tx, officer_id=account.id, person_ids=[luz.id])
        identity.check_may_decide(tx, officer_id=account.id, person_ids=[])
        with pytest.raises(errors.OwnCase):
            identity.check_may_decide(tx, officer_id=account.id, person_ids=[luz.id, rosa.id])


def test_nobody_decides_on_who_holds_the_same_number_under_another_kind(tx: Tx) -> None:
    """One card of nine digits, entered once as CE and once as PTP, would make two people of one human."""
    number = "123456789"
    mine, double, other = (register(tx, name) for name in ("Ana", "Anna", "Eva"))
    for person, kind, text in ((mine, "CE", number), (double, "PTP", number), (other, "PTP", "987654321")):
        identity.add_document(tx, person_id=person.id, kind=kind, number=text)
    account = officer(tx, "ana", person=mine)
    identity.check_may_decide(tx, officer_id=account.id, person_ids=[other.id])
    with pytest.raises(errors.OwnCase):
        identity.check_may_decide(tx, officer_id=account.id, person_ids=[other.id, double.id])


def test_two_files_of_one_human_are_one_officer(tx: Tx) -> None:
    kept, merged, twice, other = (register(tx, name) for name in ("Ana", "Anita", "Any", "Eva"))
    accounts = [officer(tx, f"ana{n}", person=person) for n, person in enumerate((kept, merged, twice))]
    third = officer(tx, "eva", person=other)
    identity.add_document(tx, person_id=merged.id, kind="CE", number="123456789")
    identity.add_document(tx, person_id=other.id, kind="PTP", number="123456789")
    assert not identity.are_same_human(tx, first=accounts[0].id, second=accounts[2].id)
    merge(tx, kept=merged, merged=twice)
    merge(tx, kept=kept, merged=merged)
    assert identity.are_same_human(tx, first=accounts[0].id, second=accounts[2].id)
    assert not identity.are_same_human(tx, first=accounts[0].id, second=third.id)
    for account in accounts:
        for person in (kept, merged, twice, other):
            with pytest.raises(errors.OwnCase):
                identity.check_may_decide(tx, officer_id=account.id, person_ids=[person.id])
    rows = tx.connection.execute("SELECT DISTINCT person_id FROM identity_api.officers").fetchall()
    assert {row[0] for row in rows} == {kept.id, other.id}
    with pytest.raises(errors.OwnCase):
        officers.grant_role(
            acting(tx, accounts[0]), officer_id=accounts[2].id, role=OfficerRole.APPROVER, **WHY
        )


def test_nobody_trusts_themselves_with_more(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    first, second = officer(tx, "rosa", person=rosa), officer(tx, "rosa2", person=rosa)
    mine = acting(tx, first)
    attempts: list[Callable[[], object]] = [
        lambda: officers.grant_role(mine, officer_id=second.id, role=OfficerRole.APPROVER, **WHY),
        lambda: officers.revoke_role(mine, officer_id=second.id, role=OfficerRole.REGISTRAR, **WHY),
        lambda: officers.disable_officer(mine, officer_id=second.id, **WHY),
        lambda: officers.register_officer(mine, login="r3", roles=[OfficerRole.AUDITOR], person_id=rosa.id),
    ]
    for attempt in attempts:
        with pytest.raises(errors.OwnCase):
            attempt()


def _disable(why: str) -> Callable[[Tx, Officer], object]:
    return lambda tx, o: officers.disable_officer(tx, officer_id=o.id, reason=why)


REFUSALS: list[tuple[type[Exception], Callable[[Tx, Officer], object]]] = [
    (
        errors.RoleAlreadyGranted,
        lambda tx, o: officers.grant_role(tx, officer_id=o.id, role=OfficerRole.REGISTRAR, **WHY),
    ),
    (
        errors.RoleNotGranted,
        lambda tx, o: officers.revoke_role(tx, officer_id=o.id, role=OfficerRole.AUDITOR, **WHY),
    ),
    (
        errors.OfficerRefused,
        lambda tx, o: officers.grant_role(tx, officer_id=o.id, role="mayor", **WHY),
    ),
    (errors.OfficerNotDisabled, lambda tx, o: officers.enable_officer(tx, officer_id=o.id, **WHY)),
    (errors.UnknownOfficer, lambda tx, _: officers.disable_officer(tx, officer_id=NOBODY, **WHY)),
    (errors.UnknownOfficer, lambda tx, _: queries.list_held_roles(tx, officer_id=NOBODY)),
    (errors.UnknownOfficer, lambda tx, _: identity.check_may_decide(tx, officer_id=NOBODY, person_ids=[])),
    (errors.UnknownOfficer, lambda tx, _: identity.get_officer(tx)),
    (errors.PersonRefused, lambda tx, _: identity.get_officer(tx, login="a\0")),
    *((errors.OfficerRefused, _disable(why)) for why in ("", " ", "a\0", "x" * 501)),
]  # fmt: skip


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused(tx: Tx, error: type[Exception], attempt: Callable[[Tx, Officer], object]) -> None:
    account = officer(tx, "ana")
    with pytest.raises(error):
        attempt(tx, account)
    assert identity.get_officer(tx, login="ana") == account


def test_the_dead_get_no_account(tx: Tx) -> None:
    luz = register(tx)
    lives.record_death(tx, person_id=luz.id, died_on=tx.today, source="certificate", reason="told")
    with pytest.raises(errors.PersonHasDied):
        officer(tx, "luz", person=luz)


def test_an_actor_that_is_no_known_officer_acts_as_none(tx: Tx) -> None:
    luz = register(tx)
    stranger = replace(tx, actor=Actor(show_id("off", NOBODY), "test"))
    with pytest.raises(errors.UnknownOfficer):
        identity.add_document(stranger, person_id=luz.id, kind="CE", number="123456789")
    identity.add_document(tx, person_id=luz.id, kind="CE", number="123456789")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity.officer_roles SET role = 'auditor'",
        "UPDATE identity.officer_roles SET granted_by = 'nobody', revoked_at = granted_at",
        "DELETE FROM identity.officer_roles",
        "UPDATE identity.officers SET login = 'other'",
        "DELETE FROM identity.disabled_accounts",
    ],
)
def test_what_accounts_were_trusted_with_is_never_edited(
    own_database: Database, owner: psycopg.Connection, statement: str
) -> None:
    with own_database.transaction() as tx:
        officers.disable_officer(tx, officer_id=officer(tx, "ana").id, **WHY)
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement)
    assert refused.value.sqlstate == "AY003"
