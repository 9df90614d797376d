"""Opening a wallet, or taking one into use that was opened for a benefit: by oneself, or at an agent's."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.identity import IdentityRegister, NewPerson, Person
from ayni.values.ids import PersonId, show_id
from ayni.wallet import queries
from ayni.wallet.errors import UnknownShop
from ayni.wallet.errors.access import (
    AlreadyInUse,
    DocumentNotConfirmed,
    NotReachedThere,
    NotTheHolder,
    OwnAccess,
)
from ayni.wallet.model import WhyNoWallet
from ayni.wallet.model.access import CodePurpose
from ayni.wallet.operations.access.codes import check_code, send_code
from ayni.wallet.operations.access.pins import check_new_pin, replace_pin
from ayni.wallet.operations.opening import open_wallets
from ayni.wallet.store import access as store


def begin_opening(
    tx: Tx, *, ring: KeyRing, register: IdentityRegister, person: NewPerson, shop_id: UUID | None = None
) -> PersonId:
    """Somebody names themselves with document, day of birth and telephone, and is sent a code there.

    Who is known already must be the same by name and birth, and be reached by that telephone in their file;
    at an agent's (`shop_id`), who sees the document, the telephone may be new. Raises NotTheHolder,
    NotReachedThere, AlreadyInUse, OwnAccess, UnknownShop, TooManyCodes, and as `identity.register_person`.
    """
    assert person.document is not None, "a wallet needs a document"
    assert person.phone is not None, "a code needs a telephone"
    phone = tx.country.check_mobile(person.phone)
    kind, number = person.document
    known = identity.find_person(tx, kind=kind, number=number)
    if known is None:
        known = identity.register_person(tx, person=person)
    else:
        _check_known(tx, known, person, phone, at_agents=shop_id is not None)
    if shop_id is not None:
        shop = queries.get_shop(tx, shop_id=shop_id)
        if shop.kind != "agent":
            raise UnknownShop(kind="agent")
        if queries.are_one_human(tx, shop.keeper_id, known.id):
            raise OwnAccess
    if store.find_pin(tx, known.id) is not None:
        raise AlreadyInUse
    identity.verify_documents(tx, register, person_ids=[known.id])
    send_code(tx, ring=ring, person_id=known.id, purpose=CodePurpose.OPEN, phone=phone)
    audit.record(tx, action="wallet.begin_opening", subject=show_id("per", known.id))
    return known.id


def _check_known(tx: Tx, known: Person, person: NewPerson, phone: str, *, at_agents: bool) -> None:
    sounds = tx.country.name_key
    mine = (known.given_names, known.first_surname or "", known.birth_on)
    theirs = (person.given_names, person.first_surname or "", person.birth_on)
    if not _agree(sounds(mine[0]), sounds(theirs[0])) or sounds(mine[1]) != sounds(theirs[1]):
        raise NotTheHolder
    if not _same_day(mine[2], theirs[2], estimated=known.birth_estimated):
        raise NotTheHolder
    current = {one.phone for one in identity.list_contacts(tx, person_id=known.id) if one.is_current}
    if phone in current:
        return
    if not at_agents:
        raise NotReachedThere
    identity.reach.add_contact(tx, person_id=known.id, phone=phone, reason="told at the opening")


def _agree(one: str, other: str) -> bool:
    """Given names: all, or one of them without the rest."""
    return one == other or f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} ")


def _same_day(one: date | None, other: date | None, *, estimated: bool) -> bool:
    if one is None or other is None:
        return one is None
    return one == other or (estimated and abs(one.year - other.year) <= 1)


def finish_opening(tx: Tx, *, ring: KeyRing, person_id: PersonId, code: str, pin: str) -> AyniError | None:
    """The code came back: the telephone is theirs, and the wallet has its PIN. None: done.

    Otherwise WrongCode, or DocumentNotConfirmed (the wallet cannot be opened yet), to be raised after a
    commit. Raises BadPin, WeakPin, AlreadyInUse.
    """
    check_new_pin(tx, person_id=person_id, pin=pin)
    if store.find_pin(tx, person_id) is not None:
        raise AlreadyInUse
    phone = check_code(tx, ring=ring, person_id=person_id, purpose=CodePurpose.OPEN, code=code)
    if isinstance(phone, AyniError):
        return phone
    identity.reach.verify_contact(tx, person_id=person_id, phone=phone)
    refused = open_wallets(tx, person_ids=[person_id]).refused.get(person_id)
    if refused not in (None, WhyNoWallet.HAS_WALLET):
        return DocumentNotConfirmed()
    replace_pin(tx, ring=ring, person_id=person_id, pin=pin, why="opened")
    return None
