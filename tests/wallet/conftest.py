"""A small city: books, limits, a funded programme, people with documents, two shops and an agent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from ayni import identity, ledger, payments, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.identity import NewPerson
from ayni.ledger import Transfer, TransferCode
from ayni.payments import ProgrammeBook
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import (
    AccountId,
    EntitlementId,
    EventId,
    PersonId,
    ProgrammeId,
    TransferId,
    new_id,
)
from ayni.wallet import Benefit, BenefitAnswer, Receipt, Shop
from ayni.wallet.model.cash import NewCashCode, PaidOut
from tests.payments.booked import bank_says
from tests.wallet.rings import ring
from tests.wallet.tariff import Tariff

if TYPE_CHECKING:
    from tests.wallet.vouching import Held

CREATED = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
"""When the entitlements of these tests were created."""

_references = itertools.count(1)
_numbers = itertools.count(10_000_000)


def register(tx: Tx, count: int = 1, *, synthetic: bool = True, document: bool = True) -> list[PersonId]:
    """Registers people; the pretend register confirms the made-up ones among them who have a document."""
    ids = [PersonId(new_id(tx.now)) for _ in range(count)]
    people = []
    for person_id in ids:
        number = next(n for n in _numbers if n % 100 < 97)
        people.append(
            NewPerson(
                given_names="Rosa María",
                first_surname="Quispe",
                second_surname="Huamán",
                synthetic=synthetic,
                document=(tx.country.document_kinds[0], str(number)) if document else None,
                person_id=person_id,
            )
        )
    identity.register_people(tx, people=people)
    identity.verify_documents(tx, SandboxIdentityRegister(), person_ids=ids)
    return ids


BANK_ACCOUNT = "01136600010003254221"
THEIR_PHONE = "+51987000099"


@dataclass
class City:
    """What the tests of the wallet stand on."""

    tx: Tx
    programme: ProgrammeBook
    bodega: Shop
    pharmacy: Shop
    agent: Shop
    resident: PersonId
    keys: Callable[[], UUID] = field(init=False)
    late: PersonId = field(init=False, repr=False)
    paid: Receipt = field(init=False, repr=False)
    cash: NewCashCode = field(init=False, repr=False)
    voucher: Held = field(init=False, repr=False)
    bill: UUID = field(init=False, repr=False)
    payout: payments.Payout | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        self.keys = lambda: new_id(self.tx.now)

    def deposit(self, amount_minor: int, account_id: UUID) -> None:
        payments.confirm_deposit(
            self.tx,
            bank_reference=f"T-{next(_references)}",
            amount_minor=amount_minor,
            for_account=account_id,
            received_at=self.tx.now,
        )

    def benefit(
        self, amount_minor: int, purpose: str | None = None, *, to: PersonId | None = None
    ) -> Benefit:
        entitlement_id = EntitlementId(new_id(CREATED))
        return Benefit(entitlement_id, CREATED, to or self.resident, amount_minor, purpose)

    def disburse(self, *benefits: Benefit, by_agents: bool = False) -> list[BenefitAnswer]:
        """Pays benefits, and enters what was newly paid in the programme's own book, as a programme does."""
        answers = wallet.disburse(
            self.tx,
            from_account_id=self.programme.emoney_account_id,
            benefits=benefits,
            by_agents=by_agents,
        )
        newly = [
            (benefit.amount_minor, answer.code)
            for benefit, answer in zip(benefits, answers, strict=True)
            if answer.newly
        ]
        spent = sum(amount_minor for amount_minor, code in newly if code == "paid")
        book = self.programme
        if newly:
            reserved = sum(amount_minor for amount_minor, _ in newly)
            self.move(book.free_account_id, book.reserved_account_id, reserved, TransferCode.RESERVE_BUDGET)
        if spent:
            self.move(book.reserved_account_id, book.asset_account_id, spent, TransferCode.SPEND_BUDGET)
        return answers

    def move(self, debit: UUID, credit: UUID, amount_minor: int, code: TransferCode) -> None:
        """One transfer in the programme's own book."""
        (answer,) = ledger.post(
            self.tx,
            [
                Transfer(
                    TransferId(new_id(self.tx.now)),
                    EventId(new_id(self.tx.now)),
                    self.programme.book,
                    AccountId(debit),
                    AccountId(credit),
                    amount_minor,
                    code,
                )
            ],
        )
        assert answer.result.ok, answer

    def move_out(self, account_id: UUID, amount_minor: int) -> None:
        """Money leaves a shop for the issuer, as a settlement takes it."""
        (answer,) = ledger.post(
            self.tx,
            [
                Transfer(
                    TransferId(new_id(self.tx.now)),
                    EventId(new_id(self.tx.now)),
                    payments.TRUST_BOOK,
                    AccountId(account_id),
                    payments.get_institutions(self.tx).issuer_account_id,
                    amount_minor,
                    TransferCode.SETTLE,
                )
            ],
        )
        assert answer.result.ok, answer

    def give(self, amount_minor: int, purpose: str | None = None, *, to: PersonId | None = None) -> None:
        """Pays a benefit, and is sure of it."""
        (answer,) = self.disburse(self.benefit(amount_minor, purpose, to=to))
        assert answer.paid, answer

    def pay(self, amount_minor: int, *, at: Shop | None = None, key: UUID | None = None) -> Receipt:
        self.paid = wallet.pay(
            self.tx,
            person_id=self.resident,
            merchant_id=(at or self.bodega).id,
            amount_minor=amount_minor,
            client="phone",
            key=key or self.keys(),
        )
        return self.paid

    def set_cash_aside(self, amount_minor: int, *, key: UUID | None = None) -> NewCashCode:
        """The resident makes a cash code; their telephone is proven to reach them."""
        if not identity.list_phones_reaching(self.tx, person_id=self.resident):
            identity.reach.add_contact(self.tx, person_id=self.resident, phone=THEIR_PHONE, reason="asked")
            identity.reach.verify_contact(self.tx, person_id=self.resident, phone=THEIR_PHONE)
        self.cash = wallet.make_cash_code(
            self.tx,
            ring=ring(),
            person_id=self.resident,
            amount_minor=amount_minor,
            client="phone",
            key=key or self.keys(),
        )
        return self.cash

    def hand_over(self, code: str | None = None, *, at: Shop | None = None) -> PaidOut | AyniError:
        """The agent is told telephone and code."""
        return wallet.pay_out(
            self.tx,
            ring=ring(),
            agent_id=(at or self.agent).id,
            phone=THEIR_PHONE,
            code=code or self.cash.code,
        )

    def pay_bill(self, amount_minor: int) -> None:
        """The resident pays a bill of a company."""
        company = wallet.open_biller(
            self.tx, keeper_id=self.bodega.keeper_id, code="LUZ1", display_name="Luz de Prueba"
        )
        bill = wallet.bills.note_bill(
            self.tx,
            shop_id=company.id,
            customer="12345678",
            bill=wallet.OpenBill("N1", "R. Q.", amount_minor, None),
        )
        wallet.bills.pay_bill(self.tx, bill_id=bill.id, person_id=self.resident)
        self.bill = bill.id

    def refuse_bill(self) -> None:
        """The company does not take the payment."""
        (payment,) = wallet.bills.list_payments(self.tx, bill_id=self.bill)
        wallet.bills.take_answer(self.tx, payment=payment, answer=wallet.BillAnswer(False, "closed"))

    def save(self, amount_minor: int) -> None:
        """Into the resident's goal, or out of it when below zero."""
        mine = wallet.goals.list_goals(self.tx, person_id=self.resident)
        goal = mine[0] if mine else wallet.goals.open_goal(self.tx, person_id=self.resident, name="School")
        move = wallet.goals.save if amount_minor > 0 else wallet.goals.take_back
        move(
            self.tx,
            goal_id=goal.id,
            person_id=self.resident,
            amount_minor=abs(amount_minor),
            client="phone",
            key=self.keys(),
        )

    def earn(self) -> None:
        """The agent is paid for the day, on the next one."""
        on, at = self.tx.today, self.tx.now + timedelta(days=1)
        set_clock(self.tx, at=at)
        wallet.trade.pay_commission(replace(self.tx, now=at), shop_id=self.agent.id, on=on)

    def settle(self, amount_minor: int) -> None:
        """The bodega asks for so much at its bank."""
        wallet.trade.set_bank_account(
            self.tx, shop_id=self.bodega.id, bank_account=BANK_ACCOUNT, creditor="Julia Rojas"
        )
        self.payout = wallet.trade.settle(
            self.tx, shop_id=self.bodega.id, amount_minor=amount_minor, client="till", key=self.keys()
        )

    def close(self) -> None:
        """The resident closes the wallet."""
        wallet.closings.close_wallet(
            self.tx, person_id=self.resident, bank_account=BANK_ACCOUNT, creditor="Rosa Quispe"
        )

    def bank_says(self, what: str) -> None:
        """The bank's file tells what became of the payout, or of a charge."""
        bank_says(self.tx, what, self.payout)

    def give_cash_back(self) -> None:
        """The resident does not want the cash after all."""
        wallet.cancel_cash_code(self.tx, code_id=self.cash.cash_code.id, person_id=self.resident)

    def refund(
        self, amount_minor: int | None = None, *, of: Receipt | None = None, key: UUID | None = None
    ) -> wallet.Refund:
        """The bodega gives back the last payment, or another, or so much of it."""
        payment_id = (of or self.paid).payment_id
        assert payment_id is not None
        return wallet.refund(
            self.tx,
            merchant_id=self.bodega.id,
            payment_id=payment_id,
            amount_minor=amount_minor,
            client="till",
            key=key or self.keys(),
        )

    def cash_out(self, amount_minor: int, *, key: UUID | None = None) -> Receipt:
        return wallet.cash_out(
            self.tx,
            person_id=self.resident,
            agent_id=self.agent.id,
            amount_minor=amount_minor,
            client="phone",
            key=key or self.keys(),
        )

    def cash_in(self, amount_minor: int, *, key: UUID | None = None) -> Receipt:
        return wallet.cash_in(
            self.tx,
            person_id=self.resident,
            agent_id=self.agent.id,
            amount_minor=amount_minor,
            client="phone",
            key=key or self.keys(),
        )

    def neighbour(self, phone: str, *, wallet_too: bool = True) -> PersonId:
        """Somebody whom a telephone is proven to reach, with a wallet."""
        (person_id,) = register(self.tx)
        identity.reach.add_contact(self.tx, person_id=person_id, phone=phone, reason="asked")
        identity.reach.verify_contact(self.tx, person_id=person_id, phone=phone)
        if wallet_too:
            wallet.open_wallets(self.tx, person_ids=[person_id])
            wallet.take_into_use(self.tx, person_ids=[person_id])
        return person_id

    def newcomer(self) -> PersonId:
        """Somebody for whom a wallet was opened, and who has not taken it into use."""
        (self.late,) = register(self.tx)
        wallet.open_wallets(self.tx, person_ids=[self.late])
        return self.late

    def send(
        self, amount_minor: int, phone: str, *, key: UUID | None = None, payee_id: PersonId | None = None
    ) -> Receipt:
        return wallet.send(
            self.tx,
            person_id=self.resident,
            phone=phone,
            amount_minor=amount_minor,
            client="phone",
            key=key or self.keys(),
            payee_id=payee_id,
        )

    def take(self, phone: str) -> Receipt:
        """The first person whom the telephone reaches takes the first parcel that waits for it."""
        (person_id, *_) = identity.list_people_reached(self.tx, phone=phone)
        (parcel, *_) = wallet.list_parcels_for(self.tx, person_id=person_id)
        return wallet.take_parcel(self.tx, parcel_id=parcel.id, person_id=person_id)

    def take_back(self) -> None:
        """The resident asks for the newest parcel back."""
        (parcel, *_) = wallet.list_parcels_of(self.tx, person_id=self.resident)
        wallet.return_parcel(self.tx, parcel_id=parcel.id, person_id=self.resident)

    def with_fees(self, kind: str, fixed_minor: int, share: str = "0") -> City:
        """The same city under another tariff."""
        country = Tariff(self.tx.country, ((kind, fixed_minor, Decimal(share)),))
        return replace(self, tx=replace(self.tx, country=country))

    def violations(self) -> list[object]:
        """What breaks the invariants of payments, wallet and ledger."""
        found: list[object] = [*ledger.list_violations(self.tx)]
        for invariant in (*payments.INVARIANTS, *wallet.INVARIANTS):
            found += invariant.check(self.tx)
        return found

    def balance(self, person_id: PersonId | None = None) -> wallet.Balance:
        return wallet.balance(self.tx, person_id=person_id or self.resident)

    def amounts(self) -> Sequence[int]:
        return [line.amount_minor for line in wallet.statement(self.tx, person_id=self.resident).entries]


def build(tx: Tx) -> City:
    """A city with 1,000,000.00 in its programme, and 2,000.00 in the agent's float."""
    payments.set_up_books(tx)
    wallet.set_up_tiers(tx)
    wallet.define_purpose(tx, name="food")
    wallet.define_purpose(tx, name="school")
    programme = payments.open_programme_book(
        tx, programme_id=ProgrammeId(new_id(tx.now)), name="Canasta Solidaria"
    )
    resident, keeper = register(tx, 2)
    opened = wallet.open_wallets(tx, person_ids=[resident])
    wallet.take_into_use(tx, person_ids=[resident])
    assert opened.opened == (resident,)
    bodega = wallet.open_merchant(
        tx,
        keeper_id=keeper,
        code="BODEGA01",
        display_name="Bodega Doña Julia",
        category="grocery",
        accepts=["food"],
    )
    pharmacy = wallet.open_merchant(
        tx, keeper_id=keeper, code="BOTICA01", display_name="Botica El Sol", category="pharmacy"
    )
    agent = wallet.open_agent(tx, keeper_id=keeper, code="AGENTE01", display_name="Agente Don Pepe")
    city = City(tx, programme, bodega, pharmacy, agent, resident)
    city.deposit(100_000_000, programme.emoney_account_id)
    city.deposit(200_000, agent.account_id)
    return city


@pytest.fixture
def city(tx: Tx) -> City:
    return build(tx)
