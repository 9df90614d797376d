"""A city whose trust account is at the pretend bank, which is reached by files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

from ayni import ledger, payments, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, Tx
from ayni.ledger import TransferCode
from ayni.payments import BankFileRead, Payout, TrustAccount
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.bank_files import PretendBankFiles
from ayni.values.ids import AccountId, new_id, show_id
from ayni.wallet import Shop
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import register

OURS = "01124100019000658270"
"""A published CCI, whose check digits are right."""
THEIRS = "01136600010003254221"
ANOTHER = "00219100000000000158"
SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "iso20022"
_numbers = count(1)


@dataclass
class Banking:
    """Books, a bank and one agent with a float that came in by the bank."""

    database: Database
    bank: PretendBank
    files: PretendBankFiles
    agent: Shop
    read: set[bytes] = field(default_factory=set)

    def do(self, step: Callable[[Tx], object]) -> object:
        with self.database.transaction(TEST_ACTOR) as tx:
            return step(tx)

    def now(self) -> datetime:
        with self.database.transaction(TEST_ACTOR) as tx:
            return tx.now

    def wait(self, **span: float) -> datetime:
        with self.database.transaction(TEST_ACTOR) as tx:
            at = tx.now + timedelta(**span)
            set_clock(tx, at=at)
        self.bank.wait(until=at)
        return at

    def receive(self, amount_minor: int, *, narrative: str | None = None, payout: str = "") -> str:
        told = show_id("acc", self.agent.account_id) if narrative is None else narrative
        return self.bank.receive(
            amount_minor=amount_minor, narrative=told, at=self.bank.now(), payout=payout
        ).reference

    def state(self) -> bytes:
        """The bank closes its day a minute later."""
        return self.files.close_day(at=self.wait(minutes=1))

    def collect(self, *contents: bytes) -> BankFileRead:
        """Read files, or what is new at the bank; gives what came of the last."""
        fresh = contents or tuple(one for one in self.files.list_files() if one not in self.read)
        for content in fresh:
            self.read.add(content)
            found = payments.read_bank_file(self.database, content=content, actor=TEST_ACTOR)
        return found

    def ask(self, amount_minor: int = 10_000, *, to: str = THEIRS, payout_id: UUID | None = None) -> Payout:
        with self.database.transaction(TEST_ACTOR) as tx:
            return payments.ask_payout(
                tx,
                payout_id=payout_id or new_id(tx.now),
                account_id=self.agent.account_id,
                amount_minor=amount_minor,
                bank_account=to,
                creditor="Agente Don Pepe & Hijos, Ñuñoa",
                code=TransferCode.SETTLE,
            )

    def send(self) -> None:
        payments.send_payouts(self.database, bank=self.files, actor=TEST_ACTOR)

    def payout(self, payout: Payout) -> Payout:
        with self.database.transaction(TEST_ACTOR) as tx:
            return payments.get_payout(tx, payout_id=payout.id)

    def balance(self, account_id: AccountId | None = None) -> int:
        with self.database.transaction(TEST_ACTOR) as tx:
            return ledger.get_account(tx, account_id or self.agent.account_id).balance_minor

    def in_transit(self) -> int:
        with self.database.transaction(TEST_ACTOR) as tx:
            return ledger.get_account(tx, payments.get_institutions(tx).payouts_account_id).balance_minor

    def safeguarding(self) -> payments.Safeguarding:
        with self.database.transaction(TEST_ACTOR) as tx:
            found = payments.safeguarding(tx)
        assert found is not None
        return found

    def broken(self) -> list[str]:
        with self.database.transaction(TEST_ACTOR) as tx:
            found = [one.name for one in (*payments.INVARIANTS, *wallet.INVARIANTS) if one.check(tx)]
            assert ledger.list_violations(tx) == []
        return found


def open_banking(database: Database, *, float_minor: int = 100_000) -> Banking:
    """An agent's float of so much has come in, and the bank's statement of it was read."""
    with database.transaction(TEST_ACTOR) as tx:
        payments.set_up_books(tx)
        wallet.set_up_tiers(tx)
        payments.set_trust_account(tx, account=TrustAccount("Banco de Prueba", OURS, "Fideicomiso Ayni"))
        (keeper,) = register(tx)
        agent = wallet.open_agent(
            tx, keeper_id=keeper, code=f"AGENTE{next(_numbers):02d}", display_name="Agente Don Pepe"
        )
        bank = PretendBank(tx)
    banking = Banking(database, bank, PretendBankFiles(bank, OURS, database.country.currency), agent)
    banking.receive(float_minor)
    banking.state()
    assert banking.collect().deposits == 1
    return banking
