"""A month of a living city: residents, agents and merchants trade, and the bank settles.

Each day has its orders, its commissions, and on business days its files to and from the bank, by the same
front doors and jobs as in earnest.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from ayni import ledger, payments, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Actor, Database
from ayni.foundation.errors import AyniError
from ayni.ledger import TransferCode
from ayni.payments import BankFiles, TrustAccount
from ayni.values.ids import PersonId, new_id, show_id
from ayni.wallet import Order, OrderKind, Shop

DAYS = 30
_A_DAY = 300
"""Orders of a day, at most."""
_SHARES = (OrderKind.PAY,) * 6 + (OrderKind.SEND,) * 2 + (OrderKind.CASH_OUT,) * 2 + (OrderKind.CASH_IN,)
_ISSUER_MINOR = 1_000_000
"""The issuer's own money, from which agents are paid."""


class MonthBank(BankFiles, Protocol):
    """The sandbox's bank by files, whose day can be closed."""

    bank: Any

    def close_day(self, *, at: datetime) -> bytes: ...


@dataclass
class Month:
    """What came of it. Money in minor units."""

    days: int = 0
    orders: int = 0
    refused: int = 0
    settled_minor: int = 0
    commissions_minor: int = 0
    saved_minor: int = 0


@dataclass
class LivingMonth:
    """The days after the first. `accounts` are the trust account's number and a shop's."""

    database: Database
    files: MonthBank
    accounts: tuple[str, str]
    people: Sequence[PersonId]
    shops: Sequence[Shop]
    agents: Sequence[Shop]
    actor: Actor
    random: random.Random
    say: Callable[[str, int, int], None]

    def run(self) -> Month:
        """Thirty days, one after the other."""
        month = Month()
        self._prepare(month)
        for day in range(1, DAYS + 1):
            self._wake(day)
            self._trade(month)
            wallet.pay_standing(self.database)
            wallet.pay_commissions(self.database)
            if self._is_business_day():
                wallet.settle_merchants(self.database)
                payments.send_payouts(self.database, bank=self.files, actor=self.actor)
            self._bank_states()
            month.days = day
            self.say("a month of trading", day, DAYS)
        self._count(month)
        return month

    def _prepare(self, month: Month) -> None:
        """The bank, shops' accounts there, the issuer's own money, and goals of some residents."""
        with self.database.transaction(self.actor) as tx:
            payments.set_trust_account(
                tx, account=TrustAccount("Pretend bank", self.accounts[0], "Ayni trust")
            )
            for shop in self.shops:
                wallet.trade.set_bank_account(
                    tx, shop_id=shop.id, bank_account=self.accounts[1], creditor=shop.display_name
                )
            issuer = payments.get_institutions(tx).issuer_account_id
            self.files.bank.receive(
                amount_minor=_ISSUER_MINOR, narrative=f"own funds {show_id('acc', issuer)}", at=tx.now
            )
        for person_id in self.people[::20]:
            with self.database.transaction(self.actor) as tx:
                goal = wallet.goals.open_goal(tx, person_id=person_id, name="school", target_minor=10_000)
                wallet.standing.agree(
                    tx,
                    person_id=person_id,
                    amount_minor=500,
                    every=wallet.Rhythm.WEEK,
                    first_on=tx.today + timedelta(days=1),
                    client="demo",
                    key=new_id(tx.now),
                    goal_id=goal.id,
                )

    def _wake(self, day: int) -> None:
        with self.database.transaction(self.actor) as tx:
            at = tx.now + timedelta(days=1)
            set_clock(tx, at=at)
        self.files.bank.wait(until=at)

    def _is_business_day(self) -> bool:
        with self.database.transaction(self.actor) as tx:
            return tx.country.is_business_day(tx.today)

    def _trade(self, month: Month) -> None:
        with self.database.transaction(self.actor) as tx:
            orders = list(self._orders(tx.now))
        with self.database.transaction(self.actor) as tx:
            answers = wallet.carry_out(tx, orders=orders)
        month.orders += len(orders)
        month.refused += sum(isinstance(answer, AyniError) for answer in answers)

    def _orders(self, now: datetime) -> Iterator[Order]:
        if not self.people or not self.shops or not self.agents:
            return
        for _ in range(min(_A_DAY, len(self.people))):
            kind = self.random.choice(_SHARES)
            person = self.random.choice(self.people)
            other: Any = self.random.choice(self.agents).id
            if kind is OrderKind.PAY:
                other = self.random.choice(self.shops).id
            elif kind is OrderKind.SEND:
                other = self.random.choice(self.people)
            amount = 50 * self.random.randint(2, 40)
            yield Order(kind, person, other, amount, "demo", new_id(now))

    def _bank_states(self) -> None:
        with self.database.transaction(self.actor) as tx:
            now = tx.now
        payments.read_bank_file(self.database, content=self.files.close_day(at=now), actor=self.actor)

    def _count(self, month: Month) -> None:
        with self.database.transaction(self.actor) as tx:
            for row in ledger.list_trial_balance(tx, book=payments.TRUST_BOOK):
                if row.code == ledger.AccountCode.GOAL:
                    month.saved_minor += row.credits_posted - row.debits_posted
            for shop in (*self.shops, *self.agents):
                for payout in payments.list_payouts(tx, account_id=shop.account_id, most=100):
                    month.settled_minor += payout.amount_minor * (payout.state == payments.PayoutState.PAID)
            for agent in self.agents:
                lines = ledger.list_statement(tx, agent.account_id, most=500)
                month.commissions_minor += sum(
                    line.amount_minor for line in lines if line.code == TransferCode.COMMISSION
                )
