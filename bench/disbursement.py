"""A whole cycle: from frozen entitlements to credited wallets and readable statements."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ayni import identity, ledger, payments, programmes, registry, wallet
from ayni.app import MODULES, load_country
from ayni.foundation.db import Actor, Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.identity import NewPerson, OfficerRole
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import show_id

ACTOR = Actor("bench", "bench")
PROGRAMME = """
code: bench
name: Bench
target: household
legal_basis: a measurement
valid_from: 2025-05-01
budget_minor: 100000000000
amount_minor: 1000
criteria:
  - name: lives
    sql: household.size > 0
    sentences: {es: hay alguien, qu: pipas kanmi, en: somebody is there}
    source: a measurement
"""
_SYLLABLES = (
    "ma",
    "qui",
    "lo",
    "ra",
    "te",
    "ni",
    "chu",
    "pa",
    "so",
    "del",
    "bri",
    "fe",
    "gon",
    "ya",
    "mur",
    "ti",
)
Timed = Callable[[str, float], None]
"""Notes that a stage has ended, and when it began."""
_HEADER = "household_code,relationship,document_kind,document_number,first_surname,given_names,sex,birth_on,"


@dataclass(frozen=True)
class Stages:
    """Seconds of each stage, what was paid, and the most memory that this process has held."""

    entitlements: int
    paid: int
    seconds: dict[str, float]
    violations: int
    peak_mib: int


def _padron(path: Path, count: int, first: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write(_HEADER + "person.synthetic_identity\n")
        number, written = first, 0
        while written < count:
            number += 1
            # The pretend register knows nobody whose number ends in 97, 98 or 99.
            if number % 100 < 97:
                surname, given, born = _particulars(number)
                out.write(f"H{number},head,DNI,{number},{surname},{given},female,{born},yes\n")
                written += 1


def _particulars(number: int) -> tuple[str, str, date]:
    """A surname, a given name and a birthday: hardly two are alike, for such two would have to wait."""
    mixed = number * 2_654_435_761 % 2**32
    syllables = [_SYLLABLES[mixed >> (4 * place) & 15] for place in range(7)]
    surname, given = "".join(syllables[:4]).capitalize(), "".join(syllables[4:7]).capitalize()
    return surname, given, date(1940, 1, 1) + timedelta(days=mixed % 25_000)


def disbursement(server: EmbeddedServer, count: int) -> Stages:
    """Pay `count` entitlements, one to each of as many households."""
    name = f"pay_{count}"
    server.create_database(name)
    migrate(server.url(name), MODULES, simulated_at=datetime(2025, 6, 2, 15, tzinfo=UTC))
    seconds: dict[str, float] = {}
    with Database(server.url(name), load_country("peru")) as database:

        def timed(stage: str, start: float) -> None:
            seconds[stage] = time.perf_counter() - start

        cycle = approved_cycle(database, server.folder, count, timed)
        start = time.perf_counter()
        done = programmes.disburse_cycle(database, cycle_id=cycle.id, actor=ACTOR)
        timed("disburse", start)
        start = time.perf_counter()
        with database.transaction(ACTOR) as tx:
            for person in programmes.list_recipients_after(tx, cycle.id, after=None, most=100).values():
                assert wallet.statement(tx, person_id=person).entries[0].amount_minor == 1_000
        timed("read 100 statements", start)
        with database.transaction(ACTOR) as tx:
            violations = len(ledger.list_violations(tx))
    server.drop_database(name)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Stages(count, done.paid, seconds, violations, peak_mib)


def approved_cycle(
    database: Database, folder: Path, count: int, timed: Timed, *, first: int = 10_000_000
) -> programmes.Cycle:
    """A city of so many households, documents from `first` on, whose wallets wait for a cycle."""
    padron = folder / "padron.csv"
    _padron(padron, count, first)
    start = time.perf_counter()
    registry.import_padron(database, path=padron, source="bench", actor=ACTOR)
    timed("import the padrón", start)
    start = time.perf_counter()
    identity.verify_all_documents(database, SandboxIdentityRegister(), actor=ACTOR)
    timed("verify documents", start)
    cycle = _cycle(database, timed)
    start = time.perf_counter()
    after = None
    while True:
        with database.transaction(ACTOR) as tx:
            people = programmes.list_recipients_after(tx, cycle.id, after=after, most=ledger.BULK_BATCH)
            if not people:
                break
            wallet.open_wallets(tx, person_ids=list(people.values()))
            wallet.take_into_use(tx, person_ids=list(people.values()))
        after = max(people)
    timed("open wallets", start)
    return cycle


def _cycle(database: Database, timed: Timed) -> programmes.Cycle:
    with database.transaction(ACTOR) as tx:
        payments.set_up_books(tx)
        wallet.set_up_tiers(tx)
        programme = programmes.define_programme(tx, text=PROGRAMME)
        account = payments.get_programme_book(tx, programme_id=programme.id).emoney_account_id
        bank, since, today = PretendBank(tx), tx.now, tx.today
        bank.receive(
            amount_minor=programme.definition.budget_minor, narrative=show_id("acc", account), at=tx.now
        )
        officers = []
        for number, role in enumerate(
            (OfficerRole.PROGRAMME_OFFICER, OfficerRole.APPROVER, OfficerRole.APPROVER)
        ):
            person = identity.register_person(tx, person=NewPerson(role, synthetic=True))
            login = f"{role}{number}"
            officers.append(identity.register_officer(tx, login=login, roles=[role], person_id=person.id).id)
    payments.collect_deposits(database, bank=bank, since=since)
    start = time.perf_counter()
    with database.transaction(ACTOR) as tx:
        assessment = programmes.assess(tx, programme="bench", as_of=today)
        programmes.enrol(tx, assessment_id=assessment.id)
        cycle = programmes.open_cycle(tx, assessment_id=assessment.id, name="bench", officer_id=officers[0])
    for officer_id in officers[1 : 1 + cycle.approvals_needed]:
        with database.transaction(ACTOR) as tx:
            cycle = programmes.approve_cycle(tx, cycle_id=cycle.id, officer_id=officer_id, warnings_read=True)
    timed("assess, enrol, open, approve", start)
    return cycle
