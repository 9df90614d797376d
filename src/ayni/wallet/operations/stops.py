"""Stopping a wallet, and letting it pay again: by its holder, the office, a court, sleep or death.

What stands written here and what the ledger keeps of the owner change in one transaction; an invariant
compares them.
"""

from __future__ import annotations

from datetime import timedelta

from ayni import identity, ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.identity import OfficerRole
from ayni.ledger import AccountFlag
from ayni.values.ids import PersonId, show_id
from ayni.wallet import queries
from ayni.wallet.errors.stops import NotStopped, NotYoursToLift
from ayni.wallet.model.access import CodePurpose
from ayni.wallet.model.stops import Stop, StopKind
from ayni.wallet.operations.access.codes import check_code
from ayni.wallet.operations.access.pins import check_pin
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.office import check_officer
from ayni.wallet.store import access as access_store
from ayni.wallet.store import stops as store

_FLAGS = {
    StopKind.FROZEN_BY_HOLDER: AccountFlag.FROZEN,
    StopKind.FROZEN_BY_OFFICE: AccountFlag.FROZEN,
    StopKind.DEATH: AccountFlag.FROZEN,
    StopKind.CLOSED: AccountFlag.FROZEN,
    StopKind.DORMANT: AccountFlag.DORMANT,
    StopKind.LEGAL_HOLD: AccountFlag.LEGAL_HOLD,
}
"""How the ledger keeps each."""

OFFICE = (OfficerRole.AGENT_SUPERVISOR, OfficerRole.APPROVER)
"""Who stops somebody else's wallet."""


def freeze_own(tx: Tx, *, person_id: PersonId, reason: str = "asked by its holder") -> bool:
    """Freeze one's own wallet; False when it was frozen so before. Nothing leaves it, whatever is held of it.

    Sessions end at once. Raises UnknownWallet, StopRefused.
    """
    begun = keep(tx, person_id, StopKind.FROZEN_BY_HOLDER, reason)
    access_store.end_sessions(tx, person_id)
    return begun


def freeze_by_document(tx: Tx, *, document: tuple[str, str], phone: str) -> None:
    """Freeze the wallet of whoever holds a document and is reached by a telephone, without a PIN or a
    session.

    For somebody who was robbed, at any agent or by the phone line. It never tells whether there was such a
    wallet: a thief learns nothing. To freeze is harmless; to free it takes the PIN and a code. Raises
    InvalidDocument, InvalidPhone.
    """
    phone = tx.country.check_mobile(phone)
    holder = identity.find_person(tx, kind=document[0], number=document[1])
    if holder is None or queries.find_wallet(tx, person_id=holder.id) is None:
        return
    if phone in {one.phone for one in identity.list_contacts(tx, person_id=holder.id) if one.is_current}:
        freeze_own(tx, person_id=holder.id, reason="asked by document and telephone")


def unfreeze_own(tx: Tx, *, ring: KeyRing, person_id: PersonId, pin: str, code: str) -> AyniError | None:
    """Free one's own wallet with the PIN and a code (purpose UNFREEZE). None: done.

    Answers WrongPin, PinLocked, NoPinSet or WrongCode, to be raised after a commit. Raises NotStopped,
    NotYoursToLift (an office or a court keeps it too), UnknownWallet.
    """
    open_kinds = {one.kind for one in list_open(tx, person_id=person_id)}
    if StopKind.FROZEN_BY_HOLDER not in open_kinds:
        raise NotYoursToLift if open_kinds - {StopKind.DORMANT} else NotStopped
    refused = check_pin(tx, ring=ring, person_id=person_id, pin=pin)
    if refused is not None:
        return refused
    phone = check_code(tx, ring=ring, person_id=person_id, purpose=CodePurpose.UNFREEZE, code=code)
    if isinstance(phone, AyniError):
        return phone
    let_go(tx, person_id, StopKind.FROZEN_BY_HOLDER, "freed by its holder")
    return None


def stop_wallet(tx: Tx, *, person_id: PersonId, reason: str, authority: str | None = None) -> bool:
    """An officer freezes somebody's wallet, or puts it under legal hold by an order (`authority`).

    False when it was so before. Raises UnknownWallet, RoleNotGranted, OwnCase, StopRefused.
    """
    check_officer(tx, roles=OFFICE, person_id=person_id)
    kind = StopKind.FROZEN_BY_OFFICE if authority is None else StopKind.LEGAL_HOLD
    return keep(tx, person_id, kind, reason, authority)


def release_wallet(tx: Tx, *, person_id: PersonId, kind: StopKind, reason: str) -> None:
    """An officer lifts a stop, whoever began it. A death is lifted by whoever keeps the file of the person.

    Raises UnknownWallet, RoleNotGranted, OwnCase, NotStopped, NotYoursToLift, StopRefused.
    """
    check_officer(tx, roles=OFFICE, person_id=person_id)
    if kind in (StopKind.DEATH, StopKind.CLOSED):
        raise NotYoursToLift
    let_go(tx, person_id, kind, reason)


def wake(tx: Tx, *, ring: KeyRing, person_id: PersonId, pin: str) -> AyniError | None:
    """Wake a wallet that sleeps, with its PIN. None: done. Otherwise as `check_pin`.

    Raises NotStopped, UnknownWallet.
    """
    refused = check_pin(tx, ring=ring, person_id=person_id, pin=pin)
    if refused is None:
        let_go(tx, person_id, StopKind.DORMANT, "woken by its holder")
    return refused


def put_to_sleep(tx: Tx, *, most: int = 500) -> int:
    """Let wallets sleep in which nothing has moved for the country's term; returns how many.

    What is in them stays their holders', and arrives still. Raises ParameterMissing (wallet.dormant_days).
    """
    since = tx.now - timedelta(days=whole(tx, "wallet.dormant_days"))
    found = store.list_sleepers(tx, since=since, most=most)
    for person_id in found:
        keep(tx, person_id, StopKind.DORMANT, "nothing has moved for long")
    return len(found)


def note_deaths(tx: Tx, *, most: int = 500) -> int:
    """Stop the wallets of the dead, and free those of whom it was a mistake; returns how many changed."""
    found = store.list_deaths_to_note(tx, most=most)
    for person_id, has_died in found:
        if has_died:
            keep(tx, person_id, StopKind.DEATH, "recorded as having died")
            access_store.end_sessions(tx, person_id)
        else:
            let_go(tx, person_id, StopKind.DEATH, "the record of the death was reversed")
    return len(found)


def list_open(tx: Tx, *, person_id: PersonId) -> list[Stop]:
    """What keeps a wallet from paying at present. Raises UnknownWallet."""
    queries.get_wallet(tx, person_id=person_id)
    return [one for one in store.list_stops(tx, person_id) if one.ended_at is None]


def list_all(tx: Tx, *, person_id: PersonId) -> list[Stop]:
    """Everything that ever kept it from paying, oldest first. Raises UnknownWallet."""
    queries.get_wallet(tx, person_id=person_id)
    return store.list_stops(tx, person_id)


def keep(tx: Tx, person_id: PersonId, kind: StopKind, reason: str, authority: str | None = None) -> bool:
    """Begin a stop; False when there was one of its kind. Raises UnknownWallet, StopRefused."""
    wallet = queries.get_wallet(tx, person_id=person_id)
    if not store.insert_stop(tx, person_id, kind=kind, reason=reason, authority=authority):
        return False
    audit.record(tx, action=f"wallet.{kind}", subject=show_id("per", person_id), reason=reason.strip())
    ledger.flag_owner(tx, owner_ref=wallet.owner_ref, flags=_FLAGS[kind])
    return True


def let_go(tx: Tx, person_id: PersonId, kind: StopKind, reason: str) -> None:
    """End a stop for whoever may. Raises UnknownWallet, NotStopped, StopRefused."""
    wallet = queries.get_wallet(tx, person_id=person_id)
    if not store.end_stop(tx, person_id, kind=kind, reason=reason):
        raise NotStopped
    audit.record(tx, action=f"wallet.end_{kind}", subject=show_id("per", person_id), reason=reason.strip())
    still = {_FLAGS[StopKind(one.kind)] for one in store.list_stops(tx, person_id) if one.ended_at is None}
    if _FLAGS[kind] not in still:
        ledger.flag_owner(tx, owner_ref=wallet.owner_ref, flags=_FLAGS[kind], on=False)
