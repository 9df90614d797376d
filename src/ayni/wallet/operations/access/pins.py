"""PINs: set once, changed with the old one, tried a few times."""

from __future__ import annotations

from datetime import datetime

from ayni import identity
from ayni.foundation import audit, pins
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.values.ids import PersonId, show_id
from ayni.wallet import queries
from ayni.wallet.errors.access import BadPin, NoPinSet, PinAlreadySet, PinLocked, SamePin, WeakPin, WrongPin
from ayni.wallet.model.access import is_a_pin, is_easily_guessed
from ayni.wallet.operations.access.terms import lock_after, tries_left
from ayni.wallet.operations.use import take_into_use
from ayni.wallet.store import access as store


def set_pin(tx: Tx, *, ring: KeyRing, person_id: PersonId, pin: str) -> None:
    """Set the first PIN of a wallet. Raises BadPin, WeakPin, PinAlreadySet, UnknownWallet."""
    check_new_pin(tx, person_id=person_id, pin=pin)
    queries.get_wallet(tx, person_id=person_id)
    if store.find_pin(tx, person_id) is not None:
        raise PinAlreadySet
    replace_pin(tx, ring=ring, person_id=person_id, pin=pin, why="first")


def check_pin(tx: Tx, *, ring: KeyRing, person_id: PersonId, pin: str) -> AyniError | None:
    """Try a PIN. None: it is right. Otherwise WrongPin, PinLocked, NoPinSet or BadPin, to be raised after a
    commit.

    A try is counted before it is looked at. After some wrong ones none is taken for a while, each time
    longer, not even the right one. Raises UnknownWallet.
    """
    queries.get_wallet(tx, person_id=person_id)
    if not is_a_pin(pin):
        return BadPin()
    known = store.find_pin(tx, person_id)
    if known is None:
        return NoPinSet()
    wrong = store.take_try(tx, person_id)
    if wrong is None:
        _, until = store.find_tries(tx, person_id)
        return _locked(tx, until or tx.now)
    # Read anew: whoever held the row before may have changed it.
    kept, version = store.find_pin(tx, person_id) or known
    if pins.is_pin(ring, owner=person_id, pin=pin, version=version, kept=kept):
        store.settle_tries(tx, person_id, wrong=0, locked_until=None)
        if pins.is_stale(ring, version=version, kept=kept):
            fresh, anew = pins.hash_pin(ring, owner=person_id, pin=pin)
            store.replace_pin(tx, person_id, kept=anew, version=fresh)
        return None
    wait = lock_after(tx, wrong)
    if wait is None:
        return WrongPin(left=tries_left(tx, wrong))
    store.settle_tries(tx, person_id, wrong=wrong, locked_until=tx.now + wait)
    audit.record(tx, action="wallet.lock_pin", subject=show_id("per", person_id), details={"wrong": wrong})
    return _locked(tx, tx.now + wait)


def change_pin(tx: Tx, *, ring: KeyRing, person_id: PersonId, pin: str, new: str) -> AyniError | None:
    """Change a PIN with the old one, and answer as `check_pin`; SamePin too.

    Raises BadPin and WeakPin (of the new one), UnknownWallet.
    """
    check_new_pin(tx, person_id=person_id, pin=new)
    refused = check_pin(tx, ring=ring, person_id=person_id, pin=pin)
    if refused is not None:
        return refused
    if new == pin:
        return SamePin()
    replace_pin(tx, ring=ring, person_id=person_id, pin=new, why="changed")
    return None


def replace_pin(tx: Tx, *, ring: KeyRing, person_id: PersonId, pin: str, why: str) -> None:
    """Set a PIN in place of whichever there is, and forget the wrong tries. The wallet is in use by it.

    Posts what has waited for it, so a transaction does it last.
    """
    version, kept = pins.hash_pin(ring, owner=person_id, pin=pin)
    store.replace_pin(tx, person_id, kept=kept, version=version)
    store.settle_tries(tx, person_id, wrong=0, locked_until=None)
    audit.record(tx, action="wallet.set_pin", subject=show_id("per", person_id), reason=why)
    take_into_use(tx, person_ids=[person_id], how="pin")


def check_new_pin(tx: Tx, *, person_id: PersonId, pin: str) -> None:
    """Raises BadPin, WeakPin."""
    if not is_a_pin(pin):
        raise BadPin
    person = identity.get_person(tx, person_id=person_id)
    known = [document.number for document in identity.list_documents(tx, person_id=person_id)]
    known += identity.list_phones_reaching(tx, person_id=person_id)
    if person.birth_on is not None:
        known.append(person.birth_on.strftime("%Y%m%d"))
    if is_easily_guessed(pin, known):
        raise WeakPin


def _locked(tx: Tx, until: datetime) -> PinLocked:
    local = until.astimezone(tx.country.timezone)
    return PinLocked(until=f"{local:%Y-%m-%d %H:%M}")
