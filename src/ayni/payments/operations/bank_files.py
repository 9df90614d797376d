"""What a bank's answer or booking does to our books: each once, whatever the order in which the bank tells
them.
"""

from __future__ import annotations

from datetime import datetime

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.payments.errors.payouts import EntriesDoNotCancel, EntryAlreadyAssigned, UnknownBankEntry
from ayni.payments.model.payouts import Answered, BookedEntry, Payout, PayoutState
from ayni.payments.operations import deposits, payouts
from ayni.payments.operations.narratives import account_named
from ayni.payments.store import all_or_nothing
from ayni.payments.store import bank_files as store
from ayni.values.ids import AccountId, EventId, TransferId, derived_id

REJECTED = "RJCT"


def rejected(reference: str, reason: str) -> Answered:
    """The answer to one payout of a file that was rejected as a whole."""
    return Answered(reference, REJECTED, reason)


def take_answer(tx: Tx, *, answer: Answered, digest: bytes) -> tuple[bool, str]:
    """Take what the bank answers to one payout; whether it was rejected by it now, and what is odd about it.

    Only a rejection moves anything: that something was paid is known when the bank has booked it.
    """
    store.insert_answer(tx, answer, digest=digest)
    payout = payouts.list_asked(tx, references=[answer.reference]).get(answer.reference)
    if payout is None:
        return False, f"The bank answers to {answer.reference}, which we never asked for."
    if answer.status != REJECTED:
        return False, ""
    if payout.state in (PayoutState.PAID, PayoutState.RETURNED):
        return False, f"The bank rejects {answer.reference}, which it has booked as paid."
    if payout.state == PayoutState.ASKED:
        return False, f"The bank rejects {answer.reference}, which was in no file yet."
    try:
        return payouts.note_rejected(tx, payout, reason=answer.reason), ""
    except AyniError as error:
        return False, f"What was rejected of {answer.reference} could not go back: {error.sentence}"


def take_entry(tx: Tx, *, entry: BookedEntry, statement_id: str) -> tuple[str, str]:
    """Take one booking; what it was ("deposit", "paid", "returned", "known" or "") and why nothing was done.

    Posts, so a transaction does it last. Raises BadBankFile.
    """
    store.lock_entries(tx)
    known = store.find_entry(tx, entry.reference)
    if known is not None:
        if known[0] != entry.amount_minor:
            return "", f"The bank has booked {entry.reference} before, with another amount."
        if store.is_assigned(tx, entry.reference):
            return "known", ""
    was, finding = _assign(tx, entry)
    if known is None:
        store.insert_entry(tx, entry, statement_id=statement_id, finding=finding)
    return was, finding


def _assign(tx: Tx, entry: BookedEntry) -> tuple[str, str]:
    payout = payouts.list_asked(tx, references=[entry.payout_reference]).get(entry.payout_reference)
    if entry.amount_minor < 0:
        return _debit(tx, entry, payout)
    if payout is not None:
        return _came_back(tx, entry, payout)
    account_id, finding = account_named(entry.narrative)
    return ("", finding) if account_id is None else _deposit(tx, entry, account_id)


def _debit(tx: Tx, entry: BookedEntry, payout: Payout | None) -> tuple[str, str]:
    if payout is None:
        return "", "A debit that is none of our payouts."
    if payout.amount_minor != -entry.amount_minor:
        return "", f"A debit for {payout.reference} of another amount."
    if payout.state == PayoutState.ASKED:
        return "", f"A debit for {payout.reference}, which was in no file yet."
    if payout.state == PayoutState.REJECTED:
        return "", f"A debit for {payout.reference}, which the bank had rejected."
    try:
        if not payouts.note_paid(tx, payout, bank_reference=entry.reference, booked_at=entry.booked_at):
            return "", f"A second debit for {payout.reference}."
    except AyniError as error:
        return "", error.sentence
    return "paid", ""


def _came_back(tx: Tx, entry: BookedEntry, payout: Payout) -> tuple[str, str]:
    """A payee's bank sends back what it cannot credit: it is theirs again who had asked for the payout."""
    if payout.state != PayoutState.PAID:
        return "", f"A credit for {payout.reference}, which is not paid, or came back before."
    if payout.amount_minor != entry.amount_minor:
        return "", f"A credit for {payout.reference} of another amount."
    try:
        payouts.note_returned(tx, payout, bank_reference=entry.reference, booked_at=entry.booked_at)
    except AyniError as error:
        return "", error.sentence
    return "returned", ""


def _deposit(tx: Tx, entry: BookedEntry, account_id: AccountId) -> tuple[str, str]:
    try:
        deposits.confirm_deposit(
            tx,
            bank_reference=entry.reference,
            amount_minor=entry.amount_minor,
            for_account=account_id,
            received_at=entry.booked_at,
        )
    except AyniError as error:
        return "", error.sentence
    return "deposit", ""


def assign_credit(tx: Tx, *, reference: str, account_id: AccountId) -> None:
    """Issue the e-money for a credit that named nobody, or not rightly, to an account.

    Raises UnknownBankEntry, EntryAlreadyAssigned, and as `confirm_deposit`.
    """
    amount, booked_at = _open(tx, reference)
    if amount < 0:
        raise UnknownBankEntry(reference=reference)
    deposits.confirm_deposit(
        tx, bank_reference=reference, amount_minor=amount, for_account=account_id, received_at=booked_at
    )


def bear_debit(tx: Tx, *, reference: str, reason: str) -> None:
    """The issuer bears a debit that was nobody's payout (a charge), from its own e-money.

    Raises UnknownBankEntry, EntryAlreadyAssigned, PayoutRefused (the issuer has not so much), BadBankFile.
    """
    amount, booked_at = _open(tx, reference)
    if amount > 0:
        raise UnknownBankEntry(reference=reference)
    with all_or_nothing(tx):
        _settle(tx, reference, None, reason)
        payouts.bear(
            tx,
            event_id=EventId(derived_id(booked_at, "bank entry", reference)),
            transfer_id=TransferId(derived_id(booked_at, "bank entry", reference, "borne")),
            amount_minor=-amount,
            booked_at=booked_at,
        )


def cancel_out(tx: Tx, *, reference: str, against: str, reason: str) -> None:
    """The bank took a debit back by a credit of the same amount.

    Raises UnknownBankEntry, EntryAlreadyAssigned, EntriesDoNotCancel, BadBankFile.
    """
    debit, _ = _open(tx, reference)
    credit, _ = _open(tx, against)
    if debit > 0 or debit + credit != 0:
        raise EntriesDoNotCancel(reference=reference, against=against)
    _settle(tx, reference, against, reason)


def _open(tx: Tx, reference: str) -> tuple[int, datetime]:
    store.lock_entries(tx)
    found = store.find_entry(tx, reference)
    if found is None:
        raise UnknownBankEntry(reference=reference)
    if store.is_assigned(tx, reference):
        raise EntryAlreadyAssigned(reference=reference)
    return found[0], found[2]


def _settle(tx: Tx, reference: str, against: str | None, reason: str) -> None:
    if not store.insert_settlement(tx, reference, against=against, reason=reason):
        raise EntryAlreadyAssigned(reference=reference)
    audit.record(tx, action="payments.settle_entry", subject=reference, reason=reason.strip())
