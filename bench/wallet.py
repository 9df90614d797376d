"""Orders a second by operation, in one process: each caller is a thread with an answer of its own."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from ayni import identity, payments, wallet
from ayni.app import MODULES, load_country
from ayni.foundation.db import Actor, Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.errors import AyniError
from ayni.foundation.migrate import migrate
from ayni.identity import NewPerson
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import PersonId, new_id
from ayni.wallet import Order, OrderKind
from bench.measure import figure, in_turn, rate, ratio

RESIDENTS, SHOPS = 2_000, 40
ACTOR = Actor("bench", "bench")
KINDS = (OrderKind.PAY, OrderKind.SEND, OrderKind.CASH_OUT, OrderKind.CASH_IN)
EACH = {1: 300, 64: 25, 512: 4}
"""Orders of each caller in a round."""


class Town:
    """Residents with money, merchants and agents."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.random = random.Random(7)
        with database.transaction(ACTOR) as tx:
            payments.set_up_books(tx)
            wallet.set_up_tiers(tx)
            self.people = [PersonId(new_id(tx.now)) for _ in range(RESIDENTS)]
            kind = tx.country.document_kinds[0]
            identity.register_people(
                tx,
                people=[
                    NewPerson(
                        given_names=f"N{number}",
                        synthetic=True,
                        document=(kind, f"{10_000_000 + number * 10}"),
                        person_id=person_id,
                    )
                    for number, person_id in enumerate(self.people)
                ],
            )
            identity.verify_documents(tx, SandboxIdentityRegister(), person_ids=self.people)
            wallet.open_wallets(tx, person_ids=self.people)
            wallet.take_into_use(tx, person_ids=self.people)
            self.shops = [
                wallet.open_merchant(
                    tx, keeper_id=one, code=f"SHOP{number:03d}", display_name="B", category="grocery"
                ).id
                for number, one in enumerate(self.people[:SHOPS])
            ]
            agents = [
                wallet.open_agent(tx, keeper_id=one, code=f"AGENT{number:03d}", display_name="A")
                for number, one in enumerate(self.people[:SHOPS])
            ]
            self.agents = [agent.id for agent in agents]
        for agent in agents:
            with database.transaction(ACTOR) as tx:
                payments.confirm_deposit(
                    tx,
                    bank_reference=f"F-{agent.code}",
                    amount_minor=10**9,
                    for_account=agent.account_id,
                    received_at=tx.now,
                )
        orders = [self.order(OrderKind.CASH_IN, person, 100_000) for person in self.people]
        for start in range(0, len(orders), 1_000):
            with database.transaction(ACTOR) as tx:
                answers = wallet.carry_out(tx, orders=orders[start : start + 1_000])
            # A keeper may meet their own shop; everybody else has money now.
            assert sum(isinstance(one, AyniError) for one in answers) < SHOPS

    def order(self, kind: OrderKind, person: PersonId | None = None, amount_minor: int = 10) -> Order:
        """An order of somebody with somebody else."""
        choose = self.random.choice
        who = person or choose(self.people[SHOPS:])
        others = {OrderKind.PAY: self.shops, OrderKind.SEND: self.people[:SHOPS]}
        other = choose(others.get(kind, self.agents))
        return Order(kind, who, other, amount_minor, "bench", new_id(datetime.now(UTC)))

    def run(self, kind: OrderKind, callers: int, waits: list[float]) -> float:
        """Orders a second of so many callers at once, through one poster."""
        each = EACH[callers]
        made = [[self.order(kind) for _ in range(each)] for _ in range(callers)]

        with wallet.Desk(self.database) as desk:

            def call(mine: list[Order]) -> None:
                for order in mine:
                    start = time.perf_counter()
                    desk.carry_out(order, actor=ACTOR)
                    waits.append(time.perf_counter() - start)

            def all_of_them() -> None:
                threads = [threading.Thread(target=call, args=(mine,)) for mine in made]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

            return rate(callers * each, all_of_them)

    def bulk(self, kind: OrderKind) -> float:
        """Orders a second of one caller who hands over a thousand at a time."""
        orders = [self.order(kind) for _ in range(1_000)]

        def carry_out() -> None:
            with self.database.transaction(ACTOR) as tx:
                wallet.carry_out(tx, orders=orders)

        return rate(1_000, carry_out)


def wallet_section(server: EmbeddedServer, tpcb: Callable[[], float]) -> list[str]:
    """The section of the document; `tpcb` is PostgreSQL's own load with 32 clients on the same server."""
    server.create_database("wallet")
    migrate(server.url("wallet"), MODULES, simulated_at=datetime(2025, 6, 2, 15, tzinfo=UTC))
    lines = [
        "## The wallet, by operation",
        "",
        "Orders a second in one Python process. Each caller is a thread that hands its order to the desk and",
        "waits for its receipt after the commit; the desk carries out together what has queued. A thousand",
        "at once: one caller, one call, one commit. Beside TPC-B at scale 32 with 32 clients (other",
        "processes, in C), in turn.",
        "",
        "| callers | operation | orders/s | p99 ms | ÷ TPC-B |",
        "|---:|---|---:|---:|---:|",
    ]
    with Database(server.url("wallet"), load_country("peru")) as database:
        town = Town(database)
        for callers in EACH:
            waits: dict[str, list[float]] = {kind.value: [] for kind in KINDS}
            subjects: dict[str, Callable[[], float]] = {"TPC-B": tpcb}
            for kind in KINDS:
                told = waits[kind.value]
                subjects[kind.value] = lambda kind=kind, callers=callers, told=told: town.run(
                    kind, callers, told
                )
            rates = in_turn(subjects, rounds=5)
            for kind in KINDS:
                mine = rates[kind.value]
                p99 = statistics.quantiles(waits[kind.value], n=100)[98] * 1000
                against = ratio(mine, rates["TPC-B"])
                lines.append(f"| {callers} | {kind.value} | {figure(mine)} | {p99:.0f} | {against:.2f} |")
        rates = in_turn(
            {"TPC-B": tpcb, **{kind.value: lambda kind=kind: town.bulk(kind) for kind in KINDS}}, rounds=5
        )
        for kind in KINDS:
            mine = rates[kind.value]
            against = ratio(mine, rates["TPC-B"])
            lines.append(f"| 1,000 at once | {kind.value} | {figure(mine)} |  | {against:.2f} |")
    return [*lines, ""]
