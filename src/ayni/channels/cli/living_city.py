"""A living city from nothing: people, two programmes, wallets, shops, and a day of buying.

The steps of `ayni demo`. Nothing is pretended but the outside world: the people are made up, the bank and the
civil register are the sandbox's, and everything else goes through the same front doors as a real day.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from ayni import identity, ledger, payments, programmes, registry, wallet
from ayni.channels.cli.living_month import LivingMonth, Month, MonthBank
from ayni.channels.cli.living_next import NextMonth, look_ahead
from ayni.channels.cli.living_tills import Serve, open_tills
from ayni.foundation import invariants
from ayni.foundation.db import Actor, Database
from ayni.identity import IdentityRegister, NewPerson, OfficerRole
from ayni.payments import BankCredit
from ayni.values.ids import OfficerId, PersonId, new_id, show_id
from ayni.wallet import Order, OrderKind, Receipt, Shop

ACTOR = Actor("demo", "cli")
FOOD = "food"
SHARE_SPENT = 60
"""Per cent of a benefit that a household spends on the first day."""


class PretendBank(Protocol):
    """The sandbox's bank: a bank into which somebody can be made to pay."""

    name: str

    def receive(self, *, amount_minor: int, narrative: str, at: Any) -> BankCredit: ...
    def list_credits(self, *, since: Any) -> Sequence[BankCredit]: ...
    def get_balance(self) -> payments.BankBalance: ...


Say = Callable[[str, int, int], None]
"""Told what is being done, how much is done and how much there is (0 where that is not known)."""


@dataclass
class Figures:
    """What the city came to. Money in minor units."""

    people: int = 0
    households: int = 0
    refused_rows: int = 0
    eligible: int = 0
    wallets: int = 0
    paid: int = 0
    paid_minor: int = 0
    unpaid: int = 0
    waiting: int = 0
    """Of those unpaid: how many wait for an officer's verdict on a likely duplicate."""
    spent_minor: int = 0
    cashed_out_minor: int = 0
    refused_orders: int = 0
    http_orders: int = 0
    """Of all orders: how many came over the HTTP API, while a cycle was being paid."""
    month: Month = field(default_factory=Month)
    next_month: NextMonth = field(default_factory=NextMonth)
    trust_minor: int = 0
    emoney_minor: int = 0
    invariants_held: int = 0
    violations: list[str] = field(default_factory=list)
    statement: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass
class LivingCity:
    """The steps, in order. `texts` are the programmes' YAML by code."""

    database: Database
    bank: PretendBank
    files: MonthBank
    accounts: tuple[str, str]
    register: IdentityRegister
    texts: dict[str, str]
    on: date
    serve: Serve
    seed: int = 1
    say: Say = lambda what, done, total: None
    figures: Figures = field(default_factory=Figures)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - a made-up day, not a secret
        self.cycles: list[programmes.Cycle] = []
        self.shops: list[Shop] = []
        self.agents: list[Shop] = []
        self.served: set[PersonId] = set()

    def run(self, padron: Path) -> Figures:
        """Everything, from a padrón to an evening with the books closed."""
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("import", lambda: self.import_people(padron)),
            ("verify documents", self.verify),
            ("set up", self.set_up),
            ("assess, enrol, approve", self.decide),
            ("open wallets", self.open_wallets),
            ("disburse", lambda: self.disburse(self.cycles[:1])),
            ("shops and agents", self.open_shops),
            ("disburse, and trade over HTTP", self.disburse_beside_tills),
            ("spend", self.spend),
            ("a month of trading", self.live_on),
            ("the month after", self.look_ahead),
            ("check", self.check),
        )
        for name, step in steps:
            start = time.perf_counter()
            self.say(name, 0, 0)
            step()
            self.figures.seconds[name] = time.perf_counter() - start
        return self.figures

    def import_people(self, padron: Path) -> None:
        """The padrón becomes people and households; what cannot is told in its report."""
        report = registry.import_padron(
            self.database,
            path=padron,
            source="demo",
            on=self.on,
            actor=ACTOR,
            progress=lambda phase, rows: self.say(f"import: {phase}", rows, 0),
        )
        self.figures.people = report.people_added
        self.figures.households = report.households_added
        self.figures.refused_rows = report.refused

    def verify(self) -> None:
        """The civil register is asked about every document."""
        identity.verify_all_documents(self.database, self.register, actor=ACTOR)

    def set_up(self) -> None:
        """Books, tiers, purposes, officers, programmes, and their funds on the trust account."""
        with self.database.transaction(ACTOR) as tx:
            payments.set_up_books(tx)
            wallet.set_up_tiers(tx)
            wallet.define_purpose(tx, name=FOOD)
            self.maker = self._officer(tx, "registrar", [OfficerRole.PROGRAMME_OFFICER])
            self.checkers = [
                self._officer(tx, login, [OfficerRole.APPROVER]) for login in ("approver", "director")
            ]
            defined = [programmes.define_programme(tx, text=text) for text in self.texts.values()]
            for programme in defined:
                book = payments.get_programme_book(tx, programme_id=programme.id)
                self.bank.receive(
                    amount_minor=programme.definition.budget_minor,
                    narrative=f"municipal treasury for {show_id('acc', book.emoney_account_id)}",
                    at=tx.now,
                )
            since = tx.now
        payments.collect_deposits(self.database, bank=self.bank, since=since)

    def _officer(self, tx: Any, login: str, roles: list[OfficerRole]) -> OfficerId:
        person = identity.register_person(tx, person=NewPerson(given_names=login, synthetic=True))
        return identity.register_officer(tx, login=login, roles=roles, person_id=person.id).id

    def decide(self) -> None:
        """Each programme judges the whole registry; one officer opens the cycle, another approves it."""
        for code in self.texts:
            with self.database.transaction(ACTOR) as tx:
                assessment = programmes.assess(tx, programme=code, as_of=self.on)
                programmes.enrol(tx, assessment_id=assessment.id)
                cycle = programmes.open_cycle(
                    tx, assessment_id=assessment.id, name=f"{self.on:%Y-%m}", officer_id=self.maker
                )
            for officer_id in self.checkers[: cycle.approvals_needed]:
                with self.database.transaction(ACTOR) as tx:
                    approved = programmes.approve_cycle(
                        tx, cycle_id=cycle.id, officer_id=officer_id, warnings_read=True
                    )
            self.cycles.append(approved)
            self.figures.eligible += assessment.eligible
        # Those of the largest cycle go shopping while the others are paid.
        self.cycles.sort(key=lambda one: -one.entitlements)

    def open_wallets(self) -> None:
        """Everybody who is to receive something gets a wallet, if name and document allow it."""
        with self.database.transaction(ACTOR) as tx:
            people = {person for cycle in self.cycles for person in programmes.list_recipients(tx, cycle.id)}
        self.recipients = sorted(people)
        for part in _parts(self.recipients):
            with self.database.transaction(ACTOR) as tx:
                opened = wallet.open_wallets(tx, person_ids=part).opened
                # Each came to a desk with the document, and accepted it there.
                wallet.take_into_use(tx, person_ids=opened)
                self.figures.wallets += len(opened)

    def disburse(self, cycles: Sequence[programmes.Cycle]) -> None:
        """Each cycle is paid in batches."""
        for cycle in cycles:
            done = programmes.disburse_cycle(
                self.database,
                cycle_id=cycle.id,
                actor=ACTOR,
                progress=lambda count, total: self.say("disburse", count, total),
            )
            self.figures.paid += done.paid
            self.figures.paid_minor += done.paid_minor
            self.figures.unpaid += done.unpaid
            self.figures.waiting += done.reasons.get(programmes.HeldBack.WAITS_FOR_ADJUDICATION.sentence, 0)

    def disburse_beside_tills(self) -> None:
        """The other cycles are paid while those of the first go shopping, over the HTTP API."""
        has = self._recipients()
        first, *others = self.cycles
        elsewhere = {person for cycle in others for person in has[cycle.programme]}
        mine = [person for person in has[first.programme] if person not in elsewhere]
        with self.database.transaction(ACTOR) as tx:
            now = tx.now
        self.served = set(mine)
        orders = list(self._orders({first.programme: mine}, now))
        with open_tills(self.database, self.serve, ACTOR) as tills, ThreadPoolExecutor(1) as beside:
            trading = beside.submit(tills.carry_out, orders, [*self.shops, *self.agents])
            self.disburse(others)
            done = trading.result()
        self._count(orders, done)
        self.figures.http_orders = len(orders)

    def _recipients(self) -> dict[str, list[PersonId]]:
        with self.database.transaction(ACTOR) as tx:
            return {cycle.programme: programmes.list_recipients(tx, cycle.id) for cycle in self.cycles}

    def open_shops(self) -> None:
        """Neighbourhood shops that take food money, and agents who pay out cash."""
        keepers = self.recipients[: max(2, len(self.recipients) // 20)]
        with self.database.transaction(ACTOR) as tx:
            for number, keeper in enumerate(keepers):
                if number % 4 == 0:
                    self.agents.append(
                        wallet.open_agent(
                            tx, keeper_id=keeper, code=f"AG{number:05d}", display_name=f"Agent {number}"
                        )
                    )
                else:
                    self.shops.append(
                        wallet.open_merchant(
                            tx,
                            keeper_id=keeper,
                            code=f"SH{number:05d}",
                            display_name=f"Bodega {number}",
                            category="grocery",
                            accepts=[FOOD],
                        )
                    )

    def spend(self) -> None:
        """Each household that has not yet buys; whoever has money without a purpose fetches cash too."""
        has = {
            code: [person for person in people if person not in self.served]
            for code, people in self._recipients().items()
        }
        with self.database.transaction(ACTOR) as tx:
            now = tx.now
        orders = list(self._orders(has, now))
        for done, part in enumerate(_parts(orders)):
            with self.database.transaction(ACTOR) as tx:
                answers = wallet.carry_out(tx, orders=part)
            self._count(part, [isinstance(answer, Receipt) for answer in answers])
            self.say("spend", min(len(orders), (done + 1) * ledger.BULK_BATCH // 2), len(orders))

    def _orders(self, has: dict[str, list[PersonId]], now: Any) -> Iterator[Order]:
        for code, people in has.items():
            cash = "purpose: " not in self.texts[code]
            for person in people:
                keeper = self.random.choice(self.shops)
                amount = 100 * self.random.randint(5, SHARE_SPENT)
                yield Order(OrderKind.PAY, person, keeper.id, amount, "demo", new_id(now))
                if cash and self.agents:
                    agent = self.random.choice(self.agents)
                    amount = 1000 * self.random.randint(1, 5)
                    yield Order(OrderKind.CASH_OUT, person, agent.id, amount, "demo", new_id(now))

    def live_on(self) -> None:
        """The month after that day."""
        self.figures.month = LivingMonth(
            database=self.database,
            files=self.files,
            accounts=self.accounts,
            people=self._holders(),
            shops=self.shops,
            agents=self.agents,
            actor=ACTOR,
            random=self.random,
            say=self.say,
        ).run()

    def look_ahead(self) -> None:
        """Everybody is judged anew, and a change of the rules is tried."""
        self.figures.next_month = look_ahead(self.database, texts=self.texts, maker=self.maker, actor=ACTOR)

    def _holders(self) -> list[PersonId]:
        with self.database.transaction(ACTOR) as tx:
            return [one for one in self.recipients if wallet.find_wallet(tx, person_id=one) is not None]

    def _count(self, orders: Sequence[Order], done: Sequence[bool]) -> None:
        for order, was_done in zip(orders, done, strict=True):
            if not was_done:
                self.figures.refused_orders += 1
            elif order.kind is OrderKind.PAY:
                self.figures.spent_minor += order.amount_minor
            else:
                self.figures.cashed_out_minor += order.amount_minor

    def check(self) -> None:
        """The evening: every invariant, the two sides of the trust book, and one household's statement."""
        with self.database.transaction(ACTOR) as tx:
            self.figures.trust_minor = payments.trust_balance(tx)
            self.figures.emoney_minor = payments.emoney_outstanding(tx)
        # The same questions, in the same place, as the hourly job and `ayni check` ask.
        for result in invariants.check_all(self.database):
            self.figures.invariants_held += result.held
            if not result.held:
                self.figures.violations.append(f"{result.name}: {result.sentence}")


def _parts(items: Sequence[Any], size: int = ledger.BULK_BATCH // 2) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
