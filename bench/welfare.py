"""A generated city and its programmes: assess three, a cycle with its diff, approve, pay, reconcile."""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from ayni import identity, ledger, payments, programmes, registry, wallet
from ayni.app import MODULES, load_city_profile, load_country, load_sample_programmes
from ayni.foundation.db import Actor, Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.identity import NewPerson, OfficerRole
from ayni.sandbox import city
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import CycleId, OfficerId, PersonId, new_id, show_id

WELFARE = "## A city's programmes"
ACTOR = Actor("bench", "bench")
ON, NEXT = date(2025, 6, 2), date(2025, 7, 2)
STAGES = (
    "assess",
    "enrol",
    "open",
    "approve",
    "wallets",
    "disburse",
    "reconcile",
    "tell",
    "open with diff",
    "simulate",
)
PENSION = """
code: pension
name: Pensión
target: person
legal_basis: a measurement
valid_from: 2025-05-01
budget_minor: 100000000000
amount_minor: 15000
criteria:
  - name: old
    sql: person.age_years >= 65
    sentences: {es: tiene 65 años o más, qu: yuyaqmi, en: is 65 or more}
    source: a measurement
"""
EVERYBODY = """
code: todos
name: Todos
target: household
legal_basis: a measurement
valid_from: 2025-05-01
budget_minor: 1000000000000
amount_minor: 1000 + 500 * household.children_under_6
criteria:
  - name: somebody
    sql: household.size > 0 OR household.elders_65 > 0
    sentences: {es: hay alguien, qu: pipas kanmi, en: somebody is there}
    source: a measurement
"""
CHANGED = EVERYBODY.replace("household.size > 0", "household.size < 6").replace(
    "children_under_6\n", "children_under_6 + 200 * household.elders_65\n"
)
"""The next month: some households get more, and some large ones nothing."""


def measure(people: int) -> dict[str, Any]:
    """Seconds of each stage for one city, in this process."""
    folder = Path(tempfile.mkdtemp(prefix="ayni-bench-"))
    folder.chmod(0o755)
    padron = folder / "padron.csv"
    city.generate(people=people, seed=7, profile=load_city_profile("peru"), out=padron, on=ON)
    told: dict[str, Any] = {"people": people}
    with EmbeddedServer(folder / "postgres") as server:
        server.create_database("welfare")
        migrate(server.url("welfare"), MODULES, simulated_at=datetime(2025, 6, 2, 15, tzinfo=UTC))
        with Database(server.url("welfare"), load_country("peru")) as database:
            registry.import_padron(database, path=padron, source="city", on=ON, actor=ACTOR)
            identity.verify_all_documents(database, SandboxIdentityRegister(), actor=ACTOR)
            _Welfare(database, server.url("welfare"), told).run()
    told["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return told


class _Welfare:
    def __init__(self, database: Database, url: str, told: dict[str, Any]) -> None:
        self.database = database
        self.url = url
        self.told = told

    def run(self) -> None:
        texts = [load_sample_programmes("peru")["canasta_familiar"], PENSION, EVERYBODY]
        officers = self.set_up(texts)
        codes = ("canasta_familiar", "pension", "todos")
        judged = self.timed("assess", lambda: [self.assess(code, ON) for code in codes])
        self.timed("enrol", lambda: [self.enrol(one) for one in judged])
        todos = judged[-1]
        self.told["eligible"] = [one.eligible for one in judged]
        cycle = self.timed("open", lambda: self.open(todos, "2025-06", officers[0]))
        self.told["entitlements"] = cycle.entitlements
        self.timed("approve", lambda: self.approve(cycle.id, officers[1 : 1 + cycle.approvals_needed]))
        self.timed("wallets", lambda: self.open_wallets(cycle.id))
        done = self.disburse(cycle.id)
        self.told["paid"] = done.paid
        found = self.timed("reconcile", lambda: self.reconcile(cycle.id))
        assert found.work_list == (), found.work_list[:3]
        self.timed("tell", lambda: programmes.tell_recipients(self.database, cycle_id=cycle.id, actor=ACTOR))
        self.go_on()
        with self.database.transaction(ACTOR) as tx:
            programmes.define_programme(tx, text=CHANGED)
        later = self.assess("todos", NEXT)
        self.enrol(later)
        july = self.timed("open with diff", lambda: self.open(later, "2025-07", officers[0]))
        with self.database.transaction(ACTOR) as tx:
            self.told["differ"] = sum(one.count for one in programmes.get_diff(tx, july.id).counts)
        question = programmes.Question(
            as_of=NEXT,
            truth="household.cse IN ('pobre', 'pobre_extremo')",
            income="person.monthly_income_minor",
        )
        self.timed("simulate", lambda: self.simulate(question))
        with self.database.transaction(ACTOR) as tx:
            assert ledger.list_violations(tx) == []

    def timed(self, name: str, run: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        answer = run()
        self.told[name] = time.perf_counter() - start
        return answer

    def set_up(self, texts: list[str]) -> list[OfficerId]:
        with self.database.transaction(ACTOR) as tx:
            payments.set_up_books(tx)
            wallet.set_up_tiers(tx)
            wallet.define_purpose(tx, name="food")
            defined = [programmes.define_programme(tx, text=text) for text in texts]
            bank, since = PretendBank(tx), tx.now
            book = payments.get_programme_book(tx, programme_id=defined[-1].id)
            bank.receive(amount_minor=10**12, narrative=show_id("acc", book.emoney_account_id), at=tx.now)
            officers = []
            for number, role in enumerate(
                (OfficerRole.PROGRAMME_OFFICER, OfficerRole.APPROVER, OfficerRole.APPROVER)
            ):
                person = identity.register_person(tx, person=NewPerson(f"O{number}", synthetic=True))
                officers.append(
                    identity.register_officer(tx, login=f"o{number}", roles=[role], person_id=person.id).id
                )
        payments.collect_deposits(self.database, bank=bank, since=since)
        return officers

    def assess(self, code: str, on: date) -> programmes.Assessment:
        with self.database.transaction(ACTOR) as tx:
            return programmes.assess(tx, programme=code, as_of=on)

    def enrol(self, assessment: programmes.Assessment) -> None:
        with self.database.transaction(ACTOR) as tx:
            programmes.enrol(tx, assessment_id=assessment.id)

    def open(self, assessment: programmes.Assessment, name: str, officer: OfficerId) -> programmes.Cycle:
        with self.database.transaction(ACTOR) as tx:
            return programmes.open_cycle(tx, assessment_id=assessment.id, name=name, officer_id=officer)

    def approve(self, cycle_id: CycleId, officers: list[OfficerId]) -> None:
        for officer in officers:
            with self.database.transaction(ACTOR) as tx:
                programmes.approve_cycle(tx, cycle_id=cycle_id, officer_id=officer, warnings_read=True)

    def open_wallets(self, cycle_id: CycleId) -> None:
        after = None
        while True:
            with self.database.transaction(ACTOR) as tx:
                owed = programmes.list_recipients_after(tx, cycle_id, after=after, most=1_000)
                if not owed:
                    return
                opened = wallet.open_wallets(tx, person_ids=list(owed.values())).opened
                # Nine in ten have taken theirs into use; the money of the others waits.
                wallet.take_into_use(tx, person_ids=[one for place, one in enumerate(opened) if place % 10])
            after = max(owed)

    def disburse(self, cycle_id: CycleId) -> programmes.Disbursed:
        with self.database.transaction(ACTOR) as tx:
            first = programmes.list_recipients_after(tx, cycle_id, after=None, most=500)
        tills = _Tills(self.database, self.url, list(first.values()))
        with tills.measuring() as alone:
            time.sleep(8)
        with tills.measuring() as waits:
            done: programmes.Disbursed = self.timed(
                "disburse",
                lambda: programmes.disburse_cycle(self.database, cycle_id=cycle_id, actor=ACTOR),
            )
        if waits:
            self.told["till"] = [statistics.median(alone), statistics.median(waits), len(waits)]
        return done

    def reconcile(self, cycle_id: CycleId) -> programmes.Reconciliation:
        with self.database.transaction(ACTOR) as tx:
            return programmes.reconcile(tx, cycle_id=cycle_id)

    def go_on(self) -> None:
        with self.database.transaction(ACTOR) as tx:
            later = tx.now + timedelta(days=30)
            tx.connection.execute("SELECT foundation.set_clock(%s)", [later])

    def simulate(self, question: programmes.Question) -> None:
        with self.database.transaction(ACTOR) as tx:
            programmes.simulate(
                tx, against="todos", texts=[EVERYBODY.replace("1000 +", "900 +")], question=question
            )


class _Tills:
    """A resident who pays one céntimo to a neighbour's shop, again and again."""

    def __init__(self, database: Database, url: str, people: list[PersonId]) -> None:
        self.url = url
        with database.transaction(ACTOR) as tx:
            self.people = [one for one in people if wallet.find_wallet(tx, person_id=one) is not None]
            keeper = self.people[-1]
            agent = wallet.open_agent(tx, keeper_id=keeper, code="AGENTE01", display_name="A")
            self.shop = wallet.open_merchant(
                tx, keeper_id=keeper, code="BODEGA01", display_name="B", category="grocery"
            ).id
            bank, since = PretendBank(tx, prefix="till"), tx.now
            bank.receive(amount_minor=1_000_000, narrative=show_id("acc", agent.account_id), at=tx.now)
        payments.collect_deposits(database, bank=bank, since=since)
        with database.transaction(ACTOR) as tx:
            for person_id in self.people[:20]:
                wallet.cash_in(
                    tx,
                    person_id=person_id,
                    agent_id=agent.id,
                    amount_minor=10_000,
                    client="bench",
                    key=new_id(tx.now),
                )

    @contextmanager
    def measuring(self) -> Iterator[list[float]]:
        """Milliseconds of each payment meanwhile, paid by a program of its own as a till would."""
        waits: list[float] = []
        context = multiprocessing.get_context("spawn")
        stop, ready, told = context.Event(), context.Event(), context.Queue()
        till = context.Process(
            target=_pay_until, args=(self.url, self.people[:20], self.shop, (stop, ready), told)
        )
        till.start()
        ready.wait()
        try:
            yield waits
        finally:
            stop.set()
            waits += told.get()
            till.join()


def _pay_until(url: str, people: list[PersonId], shop: UUID, signals: tuple[Any, Any], told: Any) -> None:
    stop, ready = signals
    waits = []
    with Database(url, load_country("peru")) as database:
        ready.set()
        while not stop.wait(0.05):
            start = time.perf_counter()
            with database.transaction(ACTOR) as tx:
                wallet.pay(
                    tx,
                    person_id=random.choice(people),
                    merchant_id=shop,
                    amount_minor=1,
                    client="bench",
                    key=new_id(tx.now),
                )
            waits.append((time.perf_counter() - start) * 1_000)
    told.put(waits[5:])


def welfare_section(sizes: list[int]) -> list[str]:
    """The section of the document."""
    lines = [
        WELFARE,
        "",
        "A generated city, each size in a process of its own, one run. Seconds: three programmes assessed,",
        "and enrolled in (two for households, one for people); a cycle for every household opened, approved,",
        "its wallets opened, paid (nine in ten wallets are in use, the money of the others waits), held",
        "against the ledger, residents told; the next month's cycle opened with its diff; one variant",
        "simulated. A resident at a till: median milliseconds of a payment alone, and while the cycle is",
        "paid. Goals for a million people: an assessment in seconds, the cycle with its diff under 60 s, the",
        "payment under 120 s, tills slower by less than 2 ×, under 4 GiB.",
        "",
        f"| people | entitlements | {' | '.join(STAGES)} | till alone | till meanwhile | MiB |",
        "|" + "---:|" * (len(STAGES) + 5),
    ]
    for size in sizes:
        command = [sys.executable, "-m", "bench.welfare", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        told = json.loads(done.splitlines()[-1])
        alone, meanwhile, _ = told.get("till", [0, 0, 0])
        seconds = " | ".join(f"{told[stage]:.1f}" for stage in STAGES)
        lines.append(
            f"| {told['people']:,} | {told['entitlements']:,} | {seconds} | {alone:.1f} | {meanwhile:.1f} |"
            f" {told['peak_mib']:,} |"
        )
    return [*lines, ""]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
