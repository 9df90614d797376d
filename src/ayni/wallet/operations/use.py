"""Taking a wallet into use: what has waited for it is its holder's from then on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ayni import ledger, payments
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import Kind, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import EventId, PersonId, TransferId, dated, derived_id, show_id
from ayni.wallet.errors import TooManyAtOnce
from ayni.wallet.model.use import WaitingBenefit
from ayni.wallet.store import use as store

_BEGINNING = TransferId(UUID(int=0))
_MOST = ledger.BULK_BATCH // 2
"""Each benefit is a pair of transfers."""


def take_into_use(tx: Tx, *, person_ids: Sequence[PersonId], how: str = "desk") -> int:
    """Take these people's wallets into use, and post what waited for them; returns how many wallets.

    For a desk where each holder's document was seen and each accepted the wallet; whoever sets a PIN takes
    it into use by that (`how` "pin"). Twice is once. Posts, so a transaction does it last. Raises
    TooManyAtOnce.
    """
    if len(person_ids) > ledger.BULK_BATCH:
        raise TooManyAtOnce(size=len(person_ids), limit=ledger.BULK_BATCH)
    new = store.insert_uses(tx, person_ids, how=how)
    if new:
        audit.record(
            tx,
            action="wallet.take_into_use",
            subject=show_id("per", new[0]) if len(new) == 1 else "many people",
            details={"wallets": len(new), "how": how},
        )
    claim_benefits(tx, person_ids=list(person_ids))
    return len(new)


def claim_benefits(tx: Tx, *, person_ids: Sequence[PersonId], most: int = _MOST) -> int:
    """Post all that waits for people whose wallets are in use, so many at a time; returns how many benefits.

    The programme's own book follows with each: what it had reserved is spent. Posts, so a transaction does
    it last.
    """
    in_use = sorted(store.find_in_use(tx, person_ids))
    after, claimed = _BEGINNING, 0
    while waiting := store.list_to_claim(tx, in_use, after=after, most=most):
        posted = ledger.post(tx, [leg for one in waiting for leg in _legs(tx, one)])
        # A hold that expired or was claimed a moment ago takes its pair with it: nothing of it happened.
        claimed += sum(answer.result is ledger.Result.CREATED for answer in posted[::2])
        after = waiting[-1].hold_id
    return claimed


def _legs(tx: Tx, waiting: WaitingBenefit) -> tuple[Transfer, Transfer]:
    book = payments.get_book_of(tx, account_id=waiting.programme_account_id)
    at = dated(waiting.hold_id)
    event_id = EventId(derived_id(at, "benefit", waiting.hold_id, "claimed", 1))
    claim = Transfer(
        id=TransferId(derived_id(at, "benefit", waiting.hold_id, "claim", 1)),
        event_id=event_id,
        book=TRUST_BOOK,
        debit_account_id=None,
        credit_account_id=None,
        amount_minor=0,
        code=TransferCode.CLAIM,
        kind=Kind.POST,
        pending_id=waiting.hold_id,
        linked=True,
    )
    spend = Transfer(
        id=TransferId(derived_id(at, "benefit", waiting.hold_id, "spend", 1)),
        event_id=event_id,
        book=book.book,
        debit_account_id=book.reserved_account_id,
        credit_account_id=book.asset_account_id,
        amount_minor=waiting.amount_minor,
        code=TransferCode.SPEND_BUDGET,
    )
    return claim, spend
