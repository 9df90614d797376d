"""Payouts: e-money becomes money on a bank account, and is destroyed only when our bank has booked the debit.

Until then it stands on the account of payouts: it has left its owner, and is still owed by the issuer. What
the bank rejects goes back where it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import Kind, Transfer, TransferCode
from ayni.payments import queries, store
from ayni.payments.errors.payouts import BadPayout, PayoutDiffers, PayoutRefused
from ayni.payments.formats.pain001 import write_payouts
from ayni.payments.model import TRUST_BOOK
from ayni.payments.model.payouts import MOST_IN_A_FILE, Payout, PayoutFile, PayoutState, TrustAccount
from ayni.payments.store import payouts as payouts_store
from ayni.values.ids import AccountId, EventId, TransferId, dated, derived_id, new_id, show_id


def set_trust_account(tx: Tx, *, account: TrustAccount) -> None:
    """Enter at which bank the trust account is. Twice is once. Raises BadTrustAccount, InvalidBankAccount."""
    number = tx.country.check_bank_account(account.bank_account)
    entered = TrustAccount(account.bank.strip(), number, account.holder.strip())
    if payouts_store.insert_trust_account(tx, entered):
        audit.record(tx, action="payments.set_trust_account", subject=f"account ending in {number[-4:]}")


def ask_payout(
    tx: Tx,
    *,
    payout_id: UUID,
    account_id: AccountId,
    amount_minor: int,
    bank_account: str,
    creditor: str,
    code: TransferCode = TransferCode.PAYOUT,
) -> Payout:
    """Take e-money from an account, to be paid to a bank account. `payout_id` is made of what it is for.

    The same id again is the same payout. Posts, so a transaction does it last. Raises BadPayout,
    PayoutDiffers, PayoutRefused, InvalidBankAccount, BooksNotSetUp.
    """
    number = tx.country.check_bank_account(bank_account)
    if type(amount_minor) is not int or not 0 < amount_minor <= 10**14:
        raise BadPayout(rule="its amount is not above zero, or larger than any")
    asked = _new(tx, payout_id, account_id, amount_minor, number, creditor.strip(), code)
    with store.all_or_nothing(tx):
        if not payouts_store.insert_payout(tx, asked):
            return _same(tx, asked)
        (answer,) = ledger.post(
            tx,
            [
                Transfer(
                    id=asked.transfer_id,
                    event_id=asked.event_id,
                    book=TRUST_BOOK,
                    debit_account_id=account_id,
                    credit_account_id=queries.get_institutions(tx).payouts_account_id,
                    amount_minor=amount_minor,
                    code=code,
                )
            ],
        )
        if not answer.result.ok:
            # Rolled back with its refusal: what cannot go today is asked for again tomorrow.
            raise PayoutRefused(result=answer.result.name.lower().replace("_", " "))
    return asked


def _new(
    tx: Tx,
    payout_id: UUID,
    account_id: AccountId,
    amount: int,
    number: str,
    creditor: str,
    code: TransferCode,
) -> Payout:
    made_at = dated(payout_id)
    transfer_id = TransferId(derived_id(made_at, "payout", payout_id, "ask"))
    return Payout(
        id=payout_id,
        reference=show_id("trf", transfer_id).rpartition("_")[2].upper(),
        account_id=account_id,
        code=int(code),
        amount_minor=amount,
        bank_account=number,
        creditor=creditor,
        transfer_id=transfer_id,
        event_id=EventId(derived_id(made_at, "payout", payout_id)),
        asked_at=tx.now,
    )


def _same(tx: Tx, asked: Payout) -> Payout:
    found = queries.get_payout(tx, payout_id=asked.id)
    for name, word in _WORDS.items():
        if getattr(found, name) != getattr(asked, name):
            raise PayoutDiffers(field=word)
    return found


_WORDS = {
    "account_id": "payer",
    "amount_minor": "amount",
    "bank_account": "bank account",
    "creditor": "payee",
    "code": "reason",
}


def make_payout_file(tx: Tx, *, most: int = MOST_IN_A_FILE) -> PayoutFile | None:
    """Write the payouts that are in no file yet into one, oldest first; None when there are none.

    Of two who do it at once, each writes others. The file is kept as it was written. Raises NoTrustAccount.
    """
    account = queries.get_trust_account(tx)
    payouts = payouts_store.take_payouts(tx, most=most)
    if not payouts:
        return None
    file_id = new_id(tx.now)
    message_id = show_id("trf", file_id).rpartition("_")[2].upper()
    content = write_payouts(
        payouts,
        message_id=message_id,
        made_at=tx.now,
        execute_on=_next_business_day(tx),
        account=account,
        currency=tx.country.currency,
    )
    total = sum(payout.amount_minor for payout in payouts)
    file = PayoutFile(file_id, message_id, content, len(payouts), total, tx.now)
    payouts_store.insert_payout_file(tx, file, payouts)
    audit.record(
        tx,
        action="payments.make_payout_file",
        subject=message_id,
        details={"payouts": len(payouts), "amount_minor": total},
    )
    return file


def _next_business_day(tx: Tx) -> date:
    return tx.today if tx.country.is_business_day(tx.today) else tx.country.add_business_days(tx.today, 1)


def note_paid(tx: Tx, payout: Payout, *, bank_reference: str, booked_at: datetime) -> bool:
    """Destroy the e-money of a payout whose debit the bank has booked. False: it was paid or rejected before.

    Posts. Raises PayoutRefused.
    """
    with store.all_or_nothing(tx):
        if not payouts_store.insert_end(
            tx,
            payout.id,
            how=PayoutState.PAID,
            bank_reference=bank_reference,
            reason="booked by the bank",
            booked_at=booked_at,
        ):
            return False
        found = queries.get_institutions(tx)
        _post(
            tx,
            Transfer(
                id=TransferId(derived_id(payout.asked_at, "payout", payout.id, "paid")),
                event_id=EventId(derived_id(payout.asked_at, "payout", payout.id, "paid", "event")),
                book=TRUST_BOOK,
                debit_account_id=found.payouts_account_id,
                credit_account_id=found.trust_account_id,
                amount_minor=payout.amount_minor,
                code=TransferCode.REDEEM,
                event_at=booked_at,
            ),
        )
    return True


def note_rejected(tx: Tx, payout: Payout, *, reason: str) -> bool:
    """Give the e-money of a payout that the bank rejected back. False: it was paid or rejected before.

    Posts. Raises PayoutRefused when its owner cannot take it back now; the answer is read again then.
    """
    with store.all_or_nothing(tx):
        if not payouts_store.insert_end(
            tx,
            payout.id,
            how=PayoutState.REJECTED,
            bank_reference=None,
            reason=reason or "no reason given",
            booked_at=tx.now,
        ):
            return False
        _post(
            tx,
            Transfer(
                id=TransferId(derived_id(payout.asked_at, "payout", payout.id, "rejected")),
                event_id=EventId(derived_id(payout.asked_at, "payout", payout.id, "rejected", "event")),
                book=TRUST_BOOK,
                debit_account_id=None,
                credit_account_id=None,
                amount_minor=0,
                code=TransferCode.PAYOUT_REJECTED,
                kind=Kind.RETURN,
                pending_id=payout.transfer_id,
            ),
        )
    return True


def bear(
    tx: Tx, *, event_id: EventId, transfer_id: TransferId, amount_minor: int, booked_at: datetime
) -> None:
    """Let the issuer's own e-money go for a debit that was nobody's payout. Raises PayoutRefused."""
    found = queries.get_institutions(tx)
    _post(
        tx,
        Transfer(
            id=transfer_id,
            event_id=event_id,
            book=TRUST_BOOK,
            debit_account_id=found.issuer_account_id,
            credit_account_id=found.trust_account_id,
            amount_minor=amount_minor,
            code=TransferCode.REDEEM,
            event_at=booked_at,
        ),
    )


def _post(tx: Tx, transfer: Transfer) -> None:
    (answer,) = ledger.post(tx, [transfer])
    if not answer.result.ok:
        raise PayoutRefused(result=answer.result.name.lower().replace("_", " "))


def list_asked(tx: Tx, *, references: Sequence[str]) -> dict[str, Payout]:
    """Payouts by the bank's name for them; unknown ones are left out."""
    return {payout.reference: payout for payout in payouts_store.find_payouts(tx, references=references)}
