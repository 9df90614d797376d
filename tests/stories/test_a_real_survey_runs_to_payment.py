"""A published survey of 6,771 real people, dressed with made-up identities, runs from its file to payment."""

from __future__ import annotations

from pathlib import Path

import pytest

from ayni import identity, ledger, payments, programmes, registry, wallet
from ayni.app import load_city_profile
from ayni.foundation.db import Database
from ayni.foundation.tabular import load_mapping
from ayni.identity import NewPerson, OfficerRole
from ayni.sandbox import city
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import show_id
from tests.programmes.town import ACTOR, ON

ROOT = Path(__file__).parents[2]
SURVEY = ROOT.parent / "shared" / "data" / "household_survey.csv"

pytestmark = pytest.mark.skipif(not SURVEY.exists(), reason="the survey is not part of the project")


def test_the_survey_runs_to_payment(own_database: Database, tmp_path: Path) -> None:
    mapping = load_mapping(ROOT / "examples" / "household_survey.mapping.yaml")
    padron = tmp_path / "survey.csv"
    dressed = city.dress(
        survey=SURVEY, mapping=mapping, seed=11, profile=load_city_profile("peru"), out=padron, on=ON
    )
    assert (dressed.people, dressed.households) == (6_771, 2_102)
    # What the survey contradicts itself in is told, and not repaired.
    assert dressed.doubts
    with own_database.transaction(ACTOR) as tx:
        registry.declare_mapping(tx, mapping=mapping)
    report = registry.import_padron(own_database, path=padron, source="survey", on=ON, actor=ACTOR)
    assert report.people_added + report.refused == 6_771
    assert report.flagged > 0
    again = registry.import_padron(own_database, path=padron, source="survey", on=ON, actor=ACTOR)
    assert (again.people_added, again.unchanged) == (0, report.people_added)
    identity.verify_all_documents(own_database, SandboxIdentityRegister(), actor=ACTOR)
    with own_database.transaction(ACTOR) as tx:
        payments.set_up_books(tx)
        wallet.set_up_tiers(tx)
        officers = [
            identity.register_officer(
                tx,
                login=role,
                roles=[role],
                person_id=identity.register_person(tx, person=NewPerson(role, synthetic=True)).id,
            ).id
            for role in (OfficerRole.PROGRAMME_OFFICER, OfficerRole.APPROVER)
        ]
        text = (ROOT / "examples" / "programmes" / "apoyo_vivienda.yaml").read_text(encoding="utf-8")
        programme = programmes.define_programme(tx, text=text)
        account = payments.get_programme_book(tx, programme_id=programme.id).emoney_account_id
        bank, since = PretendBank(tx), tx.now
        bank.receive(amount_minor=50_000_000, narrative=show_id("acc", account), at=tx.now)
    payments.collect_deposits(own_database, bank=bank, since=since)
    with own_database.transaction(ACTOR) as tx:
        assessment = programmes.assess(tx, programme=programme.code, as_of=ON)
        programmes.enrol(tx, assessment_id=assessment.id)
        cycle = programmes.open_cycle(tx, assessment_id=assessment.id, name="2025-06", officer_id=officers[0])
    with own_database.transaction(ACTOR) as tx:
        programmes.approve_cycle(tx, cycle_id=cycle.id, officer_id=officers[1], warnings_read=True)
    with own_database.transaction(ACTOR) as tx:
        wallet.open_wallets(tx, person_ids=programmes.list_recipients(tx, cycle.id))
        wallet.take_into_use(tx, person_ids=programmes.list_recipients(tx, cycle.id))
    done = programmes.disburse_cycle(own_database, cycle_id=cycle.id, actor=ACTOR)
    assert assessment.eligible > 100
    assert done.paid + done.unpaid == cycle.entitlements == assessment.eligible
    assert done.paid > 100
    with own_database.transaction(ACTOR) as tx:
        assert payments.trust_balance(tx) == payments.emoney_outstanding(tx) == 50_000_000
        assert payments.mirror_differences(tx) == []
        assert ledger.list_violations(tx) == []
