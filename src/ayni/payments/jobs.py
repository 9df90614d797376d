"""Talking with the bank: outside of transactions, and each thing that it tells is taken in one of its own."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ayni.foundation.db import SYSTEM, Actor, Database
from ayni.foundation.errors import AyniError
from ayni.payments import queries, store
from ayni.payments.errors.payouts import BankStatementDiffers, ForeignBankFile
from ayni.payments.formats.bank_files import parse_bank_file
from ayni.payments.model import BankCredit, Deposit
from ayni.payments.model.payouts import BankFileRead, BankStatement, PayoutFile, StatementFile, StatusReport
from ayni.payments.operations import bank_files, confirm_deposit, make_payout_file
from ayni.payments.operations.bank_files import REJECTED
from ayni.payments.operations.narratives import account_named
from ayni.payments.ports import Bank, BankFiles
from ayni.payments.store import bank_files as files_store
from ayni.payments.store import payouts as payouts_store


@dataclass(frozen=True, slots=True)
class CollectedDeposits:
    """What became of the bank's credits. The unassigned stand on the trust account until somebody looks."""

    confirmed: tuple[Deposit, ...]
    unassigned: tuple[tuple[BankCredit, str], ...]
    """Each with the reason in a sentence."""


def collect_deposits(database: Database, *, bank: Bank, since: datetime) -> CollectedDeposits:
    """Confirm every credit since an instant whose narrative names one account ("acc_…").

    Also records the bank's balance. Running it again over the same days changes nothing.
    """
    confirmed, unassigned = [], []
    for credit in bank.list_credits(since=since):
        account_id, reason = account_named(credit.narrative)
        if account_id is None:
            unassigned.append((credit, reason))
            continue
        try:
            with database.transaction() as tx:
                confirmed.append(
                    confirm_deposit(
                        tx,
                        bank_reference=credit.reference,
                        amount_minor=credit.amount_minor,
                        for_account=account_id,
                        received_at=credit.received_at,
                    )
                )
        except AyniError as error:
            unassigned.append((credit, error.sentence))
    balance = bank.get_balance()
    with database.transaction() as tx:
        store.insert_bank_balance(
            tx, bank=bank.name, as_of=balance.as_of, balance_minor=balance.balance_minor
        )
    return CollectedDeposits(tuple(confirmed), tuple(unassigned))


def send_payouts(database: Database, *, bank: BankFiles, actor: Actor = SYSTEM) -> list[PayoutFile]:
    """Write what waits into files and give the bank every file that it does not have for certain.

    Killed in between, the same files are given again: the bank knows them by their ids. Raises
    NoTrustAccount.
    """
    with database.transaction(actor) as tx:
        queries.get_trust_account(tx)
    while True:
        with database.transaction(actor) as tx:
            if make_payout_file(tx) is None:
                break
    with database.transaction(actor) as tx:
        unsent = payouts_store.list_unsent_files(tx)
    for file in unsent:
        bank.take_payouts(file.message_id, file.content)
        with database.transaction(actor) as tx:
            payouts_store.note_sent(tx, file.id)
    return unsent


def collect_bank_files(database: Database, *, bank: BankFiles, actor: Actor = SYSTEM) -> list[BankFileRead]:
    """Read every file that the bank has for us, in whatever order. One that cannot be read stops no other.

    Raises nothing of theirs: a file that was refused is told as a finding.
    """
    read = []
    for content in bank.list_files():
        try:
            read.append(read_bank_file(database, content=content, actor=actor))
        except AyniError as refused:
            read.append(BankFileRead("", "", False, 0, 0, 0, 0, (refused.sentence,)))
    return read


def read_bank_file(
    database: Database, *, content: bytes, schemas: Path | None = None, actor: Actor = SYSTEM
) -> BankFileRead:
    """Take what a pain.002 or a camt.053 tells, each thing once: read again, it goes on where it was killed.

    With `schemas` (a folder with ISO 20022's own) it is checked by them first. Raises BadBankFile,
    ForeignBankFile, BankStatementDiffers, NoTrustAccount.
    """
    country = database.country
    kind, told = parse_bank_file(content, currency=country.currency, zone=country.timezone, schemas=schemas)
    digest = hashlib.sha256(content).digest()
    with database.transaction(actor) as tx:
        account = queries.get_trust_account(tx)
        if isinstance(told, StatementFile):
            for statement in told.statements:
                if statement.bank_account != account.bank_account:
                    raise ForeignBankFile(ending=statement.bank_account[-4:])
        new = files_store.insert_bank_file(
            tx, digest=digest, kind=kind, message_id=told.message_id, content=content
        )
    counts: Counter[str] = Counter()
    findings: list[str] = []
    if isinstance(told, StatusReport):
        _take_report(database, told, digest, actor, counts, findings)
    else:
        for statement in sorted(told.statements, key=lambda one: one.ends_at):
            _take_statement(database, statement, digest, actor, counts, findings)
    return BankFileRead(
        kind,
        told.message_id,
        not new,
        deposits=counts["deposit"],
        paid=counts["paid"],
        rejected=counts["rejected"],
        returned=counts["returned"],
        findings=tuple(findings),
        broken=_broken(database, actor),
    )


def _broken(database: Database, actor: Actor) -> tuple[str, ...]:
    """What must hold of the trust is asked at each file, and not only hourly."""
    with database.transaction(actor) as tx:
        return tuple(one.name for one in queries.INVARIANTS if one.check(tx))


def _take_report(
    database: Database,
    report: StatusReport,
    digest: bytes,
    actor: Actor,
    counts: Counter[str],
    findings: list[str],
) -> None:
    answers = list(report.answers)
    if report.whole_group == REJECTED:
        with database.transaction(actor) as tx:
            references = payouts_store.list_references(tx, report.original_id)
        if not references:
            findings.append(f"The bank rejects the file {report.original_id}, which we never wrote.")
        named = {answer.reference for answer in answers}
        answers += [
            bank_files.rejected(reference, report.reason)
            for reference in references
            if reference not in named
        ]
    for answer in answers:
        with database.transaction(actor) as tx:
            rejected, finding = bank_files.take_answer(tx, answer=answer, digest=digest)
        counts["rejected"] += rejected
        if finding:
            findings.append(finding)


def _take_statement(
    database: Database,
    statement: BankStatement,
    digest: bytes,
    actor: Actor,
    counts: Counter[str],
    findings: list[str],
) -> None:
    with database.transaction(actor) as tx:
        if not files_store.insert_statement(tx, statement, digest=digest):
            raise BankStatementDiffers(statement=statement.id)
    for entry in statement.entries:
        with database.transaction(actor) as tx:
            was, finding = bank_files.take_entry(tx, entry=entry, statement_id=statement.id)
        counts[was] += 1
        if finding:
            findings.append(finding)
    with database.transaction(actor) as tx:
        # Only now: before, what it has booked and we have not would look like money that is missing.
        bank = queries.get_trust_account(tx).bank
        store.insert_bank_balance(
            tx, bank=bank, as_of=statement.ends_at, balance_minor=statement.closing_minor
        )
