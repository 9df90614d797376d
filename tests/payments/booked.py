"""What the bank says within one transaction: for tests that stand on one."""

from __future__ import annotations

import hashlib
from itertools import count

from ayni import payments
from ayni.foundation.db import Tx
from ayni.payments import Payout, TrustAccount
from ayni.payments.model.payouts import Answered, BankStatement, BookedEntry
from ayni.payments.operations import bank_files
from ayni.payments.store import bank_files as store

ACCOUNT = "01136600010003254221"
_numbers = count(1)


def bank_says(tx: Tx, what: str, payout: Payout | None = None) -> None:
    """The bank has paid a payout, rejects it, sends it back, or has taken a charge of 7.00."""
    payments.set_trust_account(tx, account=TrustAccount("Banco de Prueba", ACCOUNT, "Fideicomiso Ayni"))
    payments.make_payout_file(tx)
    if what == "charge":
        _book(tx, -700, reference="CHARGE")
        return
    assert payout is not None
    if what == "rejected":
        digest = _file(tx, "pain.002")
        answer = Answered(payout.reference, bank_files.REJECTED, "AC04")
        assert bank_files.take_answer(tx, answer=answer, digest=digest) == (True, "")
        return
    sign = {"paid": -1, "returned": 1}[what]
    _book(tx, sign * payout.amount_minor, reference=f"B{next(_numbers)}", payout=payout.reference)


def _file(tx: Tx, kind: str) -> bytes:
    content = f"{kind} {next(_numbers)}".encode()
    digest = hashlib.sha256(content).digest()
    store.insert_bank_file(tx, digest=digest, kind=kind, message_id="M", content=content)
    return digest


def _book(tx: Tx, amount_minor: int, *, reference: str, payout: str = "") -> None:
    entry = BookedEntry(reference, amount_minor, tx.now, payout, "")
    newest = store.find_newest(tx)
    opening = payments.trust_balance(tx) if newest is None else newest.closing_minor
    statement = BankStatement(
        id=f"S{next(_numbers):06d}",
        bank_account=ACCOUNT,
        opening_minor=opening,
        closing_minor=opening + amount_minor,
        begins_at=tx.now,
        ends_at=tx.now,
        entries=(entry,),
    )
    assert store.insert_statement(tx, statement, digest=_file(tx, "camt.053"))
    bank_files.take_entry(tx, entry=entry, statement_id=statement.id)
