"""Benefits as cash at any agent, for whoever has no wallet: set aside for one person, and handed over for a
number and a code.

What is set aside stands in an account of the programme's, one for each: it is the programme's until an agent
pays it out, and is again when nobody has come by its last day. An agent hands over cash once
`cash_voucher` has been committed; sent again, by whatever was cut off, it says the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ayni import ledger, payments
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing, Purpose
from ayni.ledger import AccountCode, Kind, NewAccount, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, EventId, OwnerRef, TransferId, derived_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors import UnknownShop
from ayni.wallet.errors.vouchers import UnknownVoucher, VoucherNotNow, VoucherOver, WrongVoucher
from ayni.wallet.model import Benefit, Shop
from ayni.wallet.model.vouchers import VOUCHER_DIGITS, CashedVoucher, Voucher, VoucherCode
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.refusals import in_words
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import vouchers as store

_WHY = {
    "death": "the person has died; the household names who receives instead",
    "legal_hold": "a court or an authority holds what they have",
    "frozen_by_office": "an office has stopped their wallet",
}


def account_of(benefit: Benefit) -> AccountId:
    """The account of the voucher for a benefit: made of the entitlement, so that twice is once."""
    return AccountId(
        derived_id(benefit.created_at, "entitlement", benefit.entitlement_id, "voucher", benefit.attempt)
    )


def open_voucher_accounts(tx: Tx, benefits: Sequence[Benefit], *, owner_ref: OwnerRef) -> None:
    """Open the programme's accounts for these. Takes the ledger's lock until the transaction ends."""
    if benefits:
        ledger.open_accounts(
            tx,
            accounts=[
                NewAccount(account_of(one), TRUST_BOOK, AccountCode.ESCROW, owner_ref) for one in benefits
            ],
        )


def tell_code(tx: Tx, *, ring: KeyRing, voucher_id: UUID, anew: bool = False) -> VoucherCode:
    """The number and the code of a voucher, to be handed to its person and to nobody else.

    Asked again it is the same code; `anew`, or after too many wrong tries, the old one is over and this is
    another. Who asks is audited. Raises UnknownVoucher, VoucherOver.
    """
    voucher = _get_open(tx, voucher_id)
    place, version = voucher.place, voucher.key_version
    if anew or version is None or voucher.missed >= whole(tx, "wallet.code_tries"):
        place, version = place + 1, ring.current(Purpose.PEPPER)
        if not store.insert_code(tx, voucher.id, place=place, key_version=version):
            return tell_code(tx, ring=ring, voucher_id=voucher_id)
    audit.record(
        tx, action="wallet.tell_voucher", subject=show_id("per", voucher.person_id), details={"place": place}
    )
    code = _digits(ring, voucher.id, place, version)
    return VoucherCode(voucher.number, code, voucher.amount_minor, voucher.until)


def find_voucher(tx: Tx, *, voucher_id: UUID) -> Voucher:
    """One voucher. Raises UnknownVoucher."""
    found = store.find_voucher(tx, voucher_id=voucher_id)
    if found is None:
        raise UnknownVoucher
    return found


def look_up_voucher(
    tx: Tx, *, ring: KeyRing, agent_id: UUID, number: int, code: str
) -> CashedVoucher | AyniError:
    """Whose voucher it is and what it is worth, for an agent who was told number and code: the agent looks at
    the document before paying out. Nothing moves.

    Answers and raises as `cash_voucher`.
    """
    found = _find(tx, ring, queries.get_shop(tx, shop_id=agent_id), number, code)
    if isinstance(found, AyniError):
        return found
    return CashedVoucher(found.number, found.amount_minor, found.display_name, found.ended is not None)


def cash_voucher(
    tx: Tx, *, ring: KeyRing, agent_id: UUID, number: int, code: str
) -> CashedVoucher | AyniError:
    """An agent is told number and code, and takes over the benefit: they hand over that much cash.

    Answers WrongVoucher, which is counted, to be raised after a commit. Sent again by the same agent it says
    the same. The programme's own book follows. Posts, so a transaction does it last. Raises UnknownShop,
    VoucherOver, VoucherNotNow, OwnShop.
    """
    agent = queries.get_shop(tx, shop_id=agent_id)
    found = _find(tx, ring, agent, number, code)
    if isinstance(found, AyniError):
        return found
    done = CashedVoucher(found.number, found.amount_minor, found.display_name)
    if found.ended is not None:
        return replace(done, repeated=True)
    _end(tx, found, agent)
    return done


def return_voucher(tx: Tx, *, voucher_id: UUID) -> None:
    """Give a voucher that nobody has cashed back to its programme. Raises UnknownVoucher, VoucherOver,
    VoucherNotNow.
    """
    _end(tx, _get_open(tx, voucher_id), None)


def _get_open(tx: Tx, voucher_id: UUID) -> Voucher:
    found = find_voucher(tx, voucher_id=voucher_id)
    if found.ended is not None:
        raise _over(found)
    return found


def _find(tx: Tx, ring: KeyRing, agent: Shop, number: int, code: str) -> Voucher | AyniError:
    """The voucher that an agent may pay out now, or has paid out already."""
    if agent.kind != "agent":
        raise UnknownShop(kind="agent")
    found = store.find_voucher(tx, number=number) if 0 < number < 2**63 else None
    if found is None or found.key_version is None or found.missed >= whole(tx, "wallet.code_tries"):
        return WrongVoucher()
    right = _digits(ring, found.id, found.place, found.key_version)
    if not hmac.compare_digest(right.encode(), code.strip().encode("utf-8", "replace")):
        store.note_missed(tx, found, shop_id=agent.id)
        return WrongVoucher()
    if found.ended == "cashed" and found.shop_id == agent.id:
        return found
    if found.ended is not None or found.until <= tx.now:
        raise _over(found)
    queries.check_not_own_shop(tx, agent, found.person_id)
    why = store.why_not_handed_cash(tx, found.person_id)
    if why is not None:
        raise VoucherNotNow(reason=_WHY[why])
    return found


def _over(voucher: Voucher) -> VoucherOver:
    return VoucherOver(ended="handed over" if voucher.ended == "cashed" else "given back to the programme")


def _end(tx: Tx, voucher: Voucher, agent: Shop | None) -> None:
    how = "returned" if agent is None else "cashed"
    with all_or_nothing(tx):
        if not store.insert_end(tx, voucher.id, how=how, shop_id=None if agent is None else agent.id):
            raise VoucherOver(ended="handed over or given back just now")
        legs = [_returned(voucher)] if agent is None else _cashed(tx, voucher, agent)
        for answer in ledger.post(tx, legs):
            if not answer.result.ok:
                # Rolled back with its refusal, so that the same id may be tried again.
                raise VoucherNotNow(reason=in_words(answer.result))


def _returned(voucher: Voucher) -> Transfer:
    return Transfer(
        id=TransferId(derived_id(voucher.issued_at, "voucher", voucher.id, "return")),
        event_id=EventId(derived_id(voucher.issued_at, "voucher", voucher.id, "returned")),
        book=TRUST_BOOK,
        debit_account_id=None,
        credit_account_id=None,
        amount_minor=0,
        code=TransferCode.RETURN_BENEFIT,
        kind=Kind.RETURN,
        pending_id=voucher.id,
    )


def _cashed(tx: Tx, voucher: Voucher, agent: Shop) -> list[Transfer]:
    book = payments.get_book_of(tx, account_id=voucher.programme_account_id)
    event_id = EventId(derived_id(voucher.issued_at, "voucher", voucher.id, "cashed"))
    hand_over = Transfer(
        id=TransferId(derived_id(voucher.issued_at, "voucher", voucher.id, "cash")),
        event_id=event_id,
        book=TRUST_BOOK,
        debit_account_id=voucher.account_id,
        credit_account_id=agent.account_id,
        amount_minor=voucher.amount_minor,
        code=TransferCode.CASH_OUT,
        linked=True,
    )
    spend = Transfer(
        id=TransferId(derived_id(voucher.issued_at, "voucher", voucher.id, "spend")),
        event_id=event_id,
        book=book.book,
        debit_account_id=book.reserved_account_id,
        credit_account_id=book.asset_account_id,
        amount_minor=voucher.amount_minor,
        code=TransferCode.SPEND_BUDGET,
    )
    return [hand_over, spend]


def _digits(ring: KeyRing, voucher_id: UUID, place: int, version: int) -> str:
    """The code: made of a key, so that it is kept nowhere and can be told again."""
    message = b"voucher digits\x1f" + voucher_id.bytes + place.to_bytes(4, "big")
    _, secret = ring.hmac(Purpose.PEPPER, message, version=version)
    return f"{int.from_bytes(secret, 'big') % 10**VOUCHER_DIGITS:0{VOUCHER_DIGITS}d}"
