"""A few households, two officers and a funded programme: what the tests of programmes stand on."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ayni import identity, ledger, payments, programmes, registry, wallet
from ayni.foundation.db import Actor, Database
from ayni.identity import NewPerson, OfficerRole
from ayni.programmes import Cycle
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import OfficerId, PersonId, show_id

ACTOR = Actor("tester", "test")
ON = date(2025, 6, 2)
PADRON = """household_code,relationship,document_kind,document_number,first_surname,second_surname,\
given_names,birth_on,sex,ubigeo,person.synthetic_identity,household.cse,household.cse_on
H1,head,DNI,40000001,Quispe,Huamán,Rosa,1990-01-01,female,150132,yes,pobre,2024-01-01
H1,child,,,Quispe,Flores,Luz,2022-01-01,female,150132,yes,pobre,2024-01-01
H2,head,DNI,40000002,Mamani,Soto,Luis,1950-01-01,male,150132,yes,pobre_extremo,2024-01-01
H3,head,DNI,40000003,Díaz,Rojas,Ana,1980-01-01,female,150122,yes,no_pobre,2024-01-01
H4,head,DNI,40000004,Condori,Apaza,José,1945-01-01,male,150132,yes,,
H5,head,,,Choque,Ccori,María,1948-01-01,female,150132,yes,pobre,2024-01-01
"""
PROGRAMME = """
code: canasta
name: Canasta
target: household
legal_basis: a test
valid_from: 2025-05-01
budget_minor: 100000
amount_minor: 6000 + 4000 * household.children_under_6
criteria:
  - name: poor
    sql: household.cse IN ('pobre', 'pobre_extremo')
    sentences: {es: el hogar es pobre, qu: wasi ayllum wakcha, en: the household is poor}
    source: a test
  - name: young_or_old
    sql: household.children_under_6 > 0 OR household.elders_65 > 0
    sentences:
      {es: hay un niño o un adulto mayor, qu: wawayuqmi utaq yuyaqniyuqmi, en: there is a child or an elder}
    source: a test
"""


@dataclass
class Town:
    """Commits to a database of its own."""

    database: Database
    folder: Path
    deposit_minor: int = 100_000
    text: str = PROGRAMME
    padron: str = PADRON
    elders: int = 0
    """So many more poor households of one elder each, who get 6,000."""
    people: dict[str, PersonId] = field(default_factory=dict)

    def __post_init__(self) -> None:
        padron = self.folder / "padron.csv"
        valid = (number for number in range(41_000_000, 42_000_000) if number % 100 < 97)
        numbers = list(itertools.islice(valid, self.elders))
        # Each with a birthday of her own: of one name and one birthday they would wait for an officer.
        born = [date(1940, 1, 1) + timedelta(days=37 * place) for place in range(len(numbers))]
        more = "".join(
            f"E{number},head,DNI,{number},Vega,Ríos,Elsa,{on},female,150132,yes,pobre,2024-01-01\n"
            for number, on in zip(numbers, born, strict=True)
        )
        padron.write_text(self.padron + more, encoding="utf-8")
        registry.import_padron(self.database, path=padron, source="test", on=ON, actor=ACTOR)
        identity.verify_all_documents(self.database, SandboxIdentityRegister(), actor=ACTOR)
        with self.database.transaction(ACTOR) as tx:
            payments.set_up_books(tx)
            wallet.set_up_tiers(tx)
            for number, name in enumerate(("rosa", "luis", "ana", "jose"), 1):
                self.people[name] = identity.find_person(tx, kind="DNI", number=f"4000000{number}").id
            self.maker = self.officer(tx, "maker", [OfficerRole.PROGRAMME_OFFICER, OfficerRole.APPROVER])
            self.checker = self.officer(tx, "checker", [OfficerRole.APPROVER])
            self.programme = programmes.define_programme(tx, text=self.text)
            self.bank = PretendBank(tx)
            book = payments.get_programme_book(tx, programme_id=self.programme.id)
            narrative = f"for {show_id('acc', book.emoney_account_id)}"
            self.bank.receive(amount_minor=self.deposit_minor, narrative=narrative, at=tx.now)
            since = tx.now
        payments.collect_deposits(self.database, bank=self.bank, since=since)

    def officer(self, tx, login: str, roles: list[OfficerRole]) -> OfficerId:  # type: ignore[no-untyped-def]
        person = identity.register_person(tx, person=NewPerson(given_names=login, synthetic=True))
        return identity.register_officer(tx, login=login, roles=roles, person_id=person.id).id

    def assess(self, on: date = ON) -> programmes.Assessment:
        with self.database.transaction(ACTOR) as tx:
            assessment = programmes.assess(tx, programme="canasta", as_of=on)
            programmes.enrol(tx, assessment_id=assessment.id)
            return assessment

    def open(self, assessment: programmes.Assessment, name: str = "2025-06") -> Cycle:
        with self.database.transaction(ACTOR) as tx:
            return programmes.open_cycle(tx, assessment_id=assessment.id, name=name, officer_id=self.maker)

    def cycle(self, name: str = "2025-06") -> Cycle:
        return self.open(self.assess(), name)

    def open_wallets(self, cycle: Cycle) -> None:
        with self.database.transaction(ACTOR) as tx:
            wallet.open_wallets(tx, person_ids=programmes.list_recipients(tx, cycle.id))
            wallet.take_into_use(tx, person_ids=programmes.list_recipients(tx, cycle.id))

    def disburse(self, cycle: Cycle, **how: Any) -> programmes.Disbursed:
        return programmes.disburse_cycle(self.database, cycle_id=cycle.id, actor=ACTOR, **how)

    def violations(self) -> list[object]:
        """What breaks the invariants of the ledger, of payments and of the wallet."""
        with self.database.transaction(ACTOR) as tx:
            found: list[object] = [*ledger.list_violations(tx)]
            for invariant in (*payments.INVARIANTS, *wallet.INVARIANTS, *programmes.INVARIANTS):
                found += invariant.check(tx)
            return found

    def approve(self, cycle: Cycle, officer: OfficerId | None = None) -> Cycle:
        with self.database.transaction(ACTOR) as tx:
            return programmes.approve_cycle(
                tx, cycle_id=cycle.id, officer_id=officer or self.checker, warnings_read=True
            )
