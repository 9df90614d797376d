"""Programmes, their cycles and what became of the payments; and single entitlements. All of it to read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from ayni import programmes, wallet
from ayni.channels.api.state import named
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import (
    PROBLEMS,
    At,
    Cursor,
    Limit,
    Model,
    Page,
    TheState,
    WalletPath,
    cut_page,
    may,
    reached_wallet,
    read_cursor,
)
from ayni.foundation.errors import NotFound
from ayni.programmes import Cycle, Entitlement, Programme
from ayni.values.ids import CycleId, EntitlementId, PersonId, show_id
from ayni.wallet import UnknownWallet

router = APIRouter(tags=["programmes"], responses=PROBLEMS)
_MAY = may("programmes:read")
_LETTERS = "[0-7][0-9a-hjkmnp-tv-z]{25}$"
ProgrammePath = Annotated[str, Path(pattern="^[a-z][a-z0-9_-]{0,59}$", description="The programme's code")]
CyclePath = Annotated[str, Path(pattern=f"^cyc_{_LETTERS}", description="The cycle")]
EntitlementPath = Annotated[str, Path(pattern=f"^ent_{_LETTERS}", description="The entitlement")]


class ProgrammeShown(Model):
    """A programme: whom it is for, and the version of its rules that is in force."""

    code: str
    target: Annotated[str, Field(examples=["household"])]
    version: int


class CycleShown(Model):
    """One round of payment. `total_minor` and `digest` are of the frozen entitlements."""

    id: str
    programme: str
    name: str
    kind: str
    state: str
    entitlements: int
    total_minor: int
    digest: str
    opened_at: At
    first_on: date | None
    last_on: date | None
    in_kind: bool


class CycleWithPayments(CycleShown):
    """A cycle, and how its entitlements stand: how many, and what they come to in minor units."""

    payments: dict[str, int]


class EntitlementShown(Model):
    """What one subject is due in a cycle. `settled`: paid, handed over, or waiting for its wallet."""

    id: str
    cycle: str
    payee: str
    amount_minor: int
    purpose: str | None
    settled: bool


class Entitlements(Page):
    """A page of what a wallet's holder is due, the newest first."""

    entitlements: list[EntitlementShown]


class NoSuchEntitlement(NotFound):
    """No entitlement, or one of a wallet that this client is not linked to."""

    code = "no_such_entitlement"
    what = "There is no such entitlement for this client."
    means = "Nothing was changed."
    do = "Check the id; a client sees entitlements of the wallets that it is linked to."


def _cycle(one: Cycle) -> dict[str, object]:
    return {
        "id": show_id("cyc", one.id),
        "programme": one.programme,
        "name": one.name,
        "kind": str(one.kind),
        "state": str(one.state),
        "entitlements": one.entitlements,
        "total_minor": one.total_minor,
        "digest": one.digest,
        "opened_at": one.opened_at,
        "first_on": one.first_on,
        "last_on": one.last_on,
        "in_kind": one.in_kind,
    }


@router.get("/programmes")
def list_(state: TheState, caller: Caller = _MAY) -> list[ProgrammeShown]:
    """Every programme with its newest definition, by code."""
    with state.database.snapshot(caller.actor) as tx:
        return [_programme(one) for one in programmes.list_programmes(tx)]


@router.get("/programmes/{code}")
def show(state: TheState, code: ProgrammePath, caller: Caller = _MAY) -> ProgrammeShown:
    """A programme with its newest definition."""
    with state.database.snapshot(caller.actor) as tx:
        return _programme(programmes.get_programme(tx, code=code))


def _programme(found: Programme) -> ProgrammeShown:
    return ProgrammeShown(code=found.code, target=str(found.target), version=found.version)


@router.get("/programmes/{code}/cycles")
def cycles(state: TheState, code: ProgrammePath, caller: Caller = _MAY) -> list[CycleShown]:
    """A programme's cycles, the newest first."""
    with state.database.snapshot(caller.actor) as tx:
        return [CycleShown.model_validate(_cycle(one)) for one in programmes.list_cycles(tx, programme=code)]


@router.get("/cycles/{cycle_id}")
def cycle(state: TheState, cycle_id: CyclePath, caller: Caller = _MAY) -> CycleWithPayments:
    """A cycle, and what became of its payments."""
    found_id = CycleId(named("cyc", cycle_id))
    with state.database.snapshot(caller.actor) as tx:
        found = programmes.get_cycle(tx, found_id)
        counts = programmes.count_payments(tx, found_id)
    return CycleWithPayments.model_validate(_cycle(found) | {"payments": asdict(counts)})


@router.get("/entitlements/{entitlement_id}", tags=["entitlements"])
def entitlement(
    state: TheState, entitlement_id: EntitlementPath, caller: Caller = may("entitlements:read")
) -> EntitlementShown:
    """What somebody is due, for a client that is linked to their wallet."""
    with state.database.snapshot(caller.actor) as tx:
        try:
            found = programmes.get_entitlement(tx, EntitlementId(named("ent", entitlement_id)))
            wallet.links.check_reach_of_wallet(
                tx, client_id=caller.client_id, person_id=PersonId(found.payee_id)
            )
        except (NotFound, UnknownWallet):
            raise NoSuchEntitlement from None
    return _entitlement(found)


@router.get("/wallets/{wallet_id}/entitlements", tags=["entitlements"])
def entitlements(
    state: TheState,
    wallet_id: WalletPath,
    limit: Limit = 50,
    cursor: Cursor = None,
    caller: Caller = may("entitlements:read"),
) -> Entitlements:
    """What a wallet's holder is due and was, as recipient or in place of one, the newest first."""
    before = read_cursor(cursor, lambda told: UUID(told["before"])) or UUID(int=2**128 - 1)
    with state.database.snapshot(caller.actor) as tx:
        person_id = reached_wallet(tx, caller, wallet_id)
        found = programmes.list_entitlements_of(tx, person_id=person_id, before=before, most=limit + 1)
    kept, onward = cut_page(found, limit, lambda one: {"before": str(one.id)})
    return Entitlements(next=onward, entitlements=[_entitlement(one) for one in kept])


def _entitlement(found: Entitlement) -> EntitlementShown:
    return EntitlementShown(
        id=show_id("ent", found.id),
        cycle=show_id("cyc", found.cycle_id),
        payee=show_id("per", found.payee_id),
        amount_minor=found.amount_minor,
        purpose=found.purpose,
        settled=found.settled,
    )
