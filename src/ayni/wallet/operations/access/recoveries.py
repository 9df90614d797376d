"""Recovery: somebody sees the document, a telephone receives a code, and the holder alone sets a new PIN."""

from __future__ import annotations

from uuid import UUID

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.values.ids import PersonId, show_id
from ayni.wallet import queries
from ayni.wallet.errors import UnknownShop
from ayni.wallet.errors.access import NothingToRecover, OwnAccess
from ayni.wallet.model.access import CodePurpose, LockReason
from ayni.wallet.operations.access.codes import check_code, send_code
from ayni.wallet.operations.access.locks import lock_sending
from ayni.wallet.operations.access.pins import check_new_pin, replace_pin
from ayni.wallet.store import access as store


def begin_recovery(
    tx: Tx, *, ring: KeyRing, document: tuple[str, str], phone: str, shop_id: UUID | None = None
) -> PersonId:
    """An agent (`shop_id`) or an officer, who acts, has seen a document: its holder is sent a code to the
    telephone.

    Sessions and devices end at once, and sending is locked for the country's term. Neither ever learns a PIN.
    Raises UnknownDocument, UnknownWallet, UnknownShop, OwnAccess, OwnCase, TooManyCodes, InvalidPhone.
    """
    kind, number = document
    holder = identity.get_holder(tx, kind=kind, number=number)
    queries.get_wallet(tx, person_id=holder.id)
    if shop_id is not None:
        shop = queries.get_shop(tx, shop_id=shop_id)
        if shop.kind != "agent":
            raise UnknownShop(kind="agent")
        if queries.are_one_human(tx, shop.keeper_id, holder.id):
            raise OwnAccess
    phone = tx.country.check_mobile(phone)
    if phone not in {one.phone for one in identity.list_contacts(tx, person_id=holder.id) if one.is_current}:
        identity.reach.add_contact(tx, person_id=holder.id, phone=phone, reason="told at the recovery")
    store.insert_recovery(tx, holder.id, shop_id=shop_id, document_kind=kind, phone=phone)
    store.end_devices(tx, holder.id, device_id=None, reason="recovered")
    store.end_sessions(tx, holder.id)
    lock_sending(tx, person_id=holder.id, why=LockReason.RECOVERED)
    send_code(tx, ring=ring, person_id=holder.id, purpose=CodePurpose.RECOVER, phone=phone)
    audit.record(tx, action="wallet.begin_recovery", subject=show_id("per", holder.id))
    return holder.id


def finish_recovery(tx: Tx, *, ring: KeyRing, person_id: PersonId, code: str, pin: str) -> AyniError | None:
    """The holder sets a new PIN with the code. None: done. Otherwise WrongCode, to be raised after a commit.

    Raises BadPin, WeakPin, NothingToRecover.
    """
    check_new_pin(tx, person_id=person_id, pin=pin)
    phone = check_code(tx, ring=ring, person_id=person_id, purpose=CodePurpose.RECOVER, code=code)
    if isinstance(phone, AyniError):
        return phone
    if not store.finish_recovery(tx, person_id, phone=phone):
        raise NothingToRecover
    identity.reach.verify_contact(tx, person_id=person_id, phone=phone)
    replace_pin(tx, ring=ring, person_id=person_id, pin=pin, why="recovered")
    return None
