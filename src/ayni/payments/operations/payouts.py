"""Payouts: e-money becomes money on a bank account, and is destroyed only when our bank has booked the debit.

Until then it stands on the account of payouts: it has left its owner, and is still owed by the issuer. What
the bank rejects goes back where it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import Kind, Result, Transfer, TransferCode
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
        leaves = Transfer(
            id=asked.transfer_id,
            event_id=asked.event_id,
            book=TRUST_BOOK,
            debit_account_id=account_id,
            credit_account_id=queries.get_institutions(tx).payouts_account_id,
            amount_minor=amount_minor,
            code=code,
        )
        _post(tx, [leaves])
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
    found = queries.get_institutions(tx)
    redeem = Transfer(
        id=_leg_id(payout, "paid"),
        event_id=_event_id(payout, "paid"),
        book=TRUST_BOOK,
        debit_account_id=found.payouts_account_id,
        credit_account_id=found.trust_account_id,
        amount_minor=payout.amount_minor,
        code=TransferCode.REDEEM,
        event_at=booked_at,
    )
    return _end(
        tx, payout, PayoutState.PAID, "booked by the bank", [redeem], bank_reference, booked_at=booked_at
    )


def note_rejected(tx: Tx, payout: Payout, *, reason: str) -> bool:
    """Give the e-money of a payout that the bank rejected back. False: it was paid or rejected before.

    Posts. Raises PayoutRefused when its owner cannot take it back now; the answer is read again then.
    """
    how, why = PayoutState.REJECTED, reason or "no reason given"
    return _end(tx, payout, how, why, [_return(payout, how, payout.transfer_id)], None, booked_at=tx.now)


def note_returned(tx: Tx, payout: Payout, *, bank_reference: str, booked_at: datetime) -> bool:
    """Give the e-money of a payout back that was paid and that the payee's bank has sent back; once.

    Both of its transfers are returned, so that it uses no limit of whoever gets it back. Posts. Raises
    PayoutRefused when its owner cannot take it back now; the statement is read again then.
    """
    how = PayoutState.RETURNED
    legs = [
        replace(_return(payout, how, _leg_id(payout, "paid")), event_at=booked_at, linked=True),
        _return(payout, how, payout.transfer_id, leg="asked"),
    ]
    why = "sent back by the payee's bank"
    return _end(tx, payout, how, why, legs, bank_reference, booked_at=booked_at)


def _end(
    tx: Tx,
    payout: Payout,
    how: PayoutState,
    reason: str,
    transfers: Sequence[Transfer],
    bank_reference: str | None,
    *,
    booked_at: datetime,
) -> bool:
    with store.all_or_nothing(tx):
        if not payouts_store.insert_end(
            tx, payout.id, how=how, bank_reference=bank_reference, reason=reason, booked_at=booked_at
        ):
            return False
        _post(tx, transfers)
    return True


def _leg_id(payout: Payout, name: str) -> TransferId:
    return TransferId(derived_id(payout.asked_at, "payout", payout.id, name))


def _event_id(payout: Payout, name: str) -> EventId:
    return EventId(derived_id(payout.asked_at, "payout", payout.id, name, "event"))


def _return(payout: Payout, how: PayoutState, of: TransferId, *, leg: str = "") -> Transfer:
    return Transfer(
        id=_leg_id(payout, f"{how}{leg}"),
        event_id=_event_id(payout, how),
        book=TRUST_BOOK,
        debit_account_id=None,
        credit_account_id=None,
        amount_minor=0,
        code=TransferCode.PAYOUT_REJECTED,
        kind=Kind.RETURN,
        pending_id=of,
    )


def bear(
    tx: Tx, *, event_id: EventId, transfer_id: TransferId, amount_minor: int, booked_at: datetime
) -> None:
    """Let the issuer's own e-money go for a debit that was nobody's payout. Raises PayoutRefused."""
    found = queries.get_institutions(tx)
    charge = Transfer(
        id=transfer_id,
        event_id=event_id,
        book=TRUST_BOOK,
        debit_account_id=found.issuer_account_id,
        credit_account_id=found.trust_account_id,
        amount_minor=amount_minor,
        code=TransferCode.REDEEM,
        event_at=booked_at,
    )
    _post(tx, [charge])


def _post(tx: Tx, transfers: Sequence[Transfer]) -> None:
    """Post all or none; rolled back with a refusal, the same ids may be tried again. Raises PayoutRefused."""
    refused = [answer.result for answer in ledger.post(tx, transfers) if not answer.result.ok]
    if refused:
        why = next((one for one in refused if one != Result.LINKED_EVENT_FAILED), refused[0])
        raise PayoutRefused(result=why.name.lower().replace("_", " "))


def list_asked(tx: Tx, *, references: Sequence[str]) -> dict[str, Payout]:
    """Payouts by the bank's name for them; unknown ones are left out."""
    return {payout.reference: payout for payout in payouts_store.find_payouts(tx, references=references)}
