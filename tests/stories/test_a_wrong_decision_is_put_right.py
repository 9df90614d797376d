"""Promise 4: the resident reads why and appeals, somebody else answers in time, a new entry corrects it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ayni import programmes, registry, wallet
from ayni.foundation.db import Database
from ayni.identity import OfficerRole
from ayni.programmes import GrievanceOutcome
from ayni.programmes.errors.grievances import DecidedBefore
from tests.programmes.town import ACTOR, ON, PADRON, Town


def test_a_wrong_decision_is_put_right(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path)
    june = town.approve(town.cycle())
    town.open_wallets(june)
    town.disburse(june)
    ana = town.people["ana"]
    with town.database.transaction(ACTOR) as tx:
        household = registry.find_membership(tx, person_id=ana).household_id
        why = programmes.get_explanation(tx, programme="canasta", subject_id=household, language="es")
        assert why.sentence.startswith("No cumple: el hogar es pobre")
        appeal = programmes.grievances.appeal(
            tx, person_id=ana, programme="canasta", text="Perdí mi trabajo y nació mi hijo."
        )
        # The legal term, in business days.
        assert appeal.due_on == tx.country.add_business_days(ON, 30)
        judge = town.officer(tx, "judge", [OfficerRole.APPROVER])
    # A visit finds what she said: the registry learns it, and forgets nothing.
    visit = tmp_path / "visit.csv"
    head, *_ = PADRON.splitlines()
    visit.write_text(
        f"{head}\n"
        "H3,head,DNI,40000003,Díaz,Rojas,Ana,1980-01-01,female,150122,yes,pobre,2025-06-01\n"
        "H3,child,,,Díaz,,Teo,2025-05-20,male,150122,yes,pobre,2025-06-01\n",
        encoding="utf-8",
    )
    registry.import_padron(town.database, path=visit, source="test", on=ON, actor=ACTOR)
    answer = {
        "grievance_id": appeal.id,
        "outcome": GrievanceOutcome.UPHELD,
        "reasons": "La visita del 2 de junio.",
        "reassess": True,
    }
    for officer in (town.maker, town.checker):
        with town.database.transaction(ACTOR) as tx, pytest.raises(DecidedBefore):
            programmes.grievances.decide(tx, officer_id=officer, **answer)
    with town.database.transaction(ACTOR) as tx:
        decided = programmes.grievances.decide(tx, officer_id=judge, **answer)
        follow_up = programmes.cycles.open_follow_up(
            tx,
            parent_id=june.id,
            assessment_id=decided.made_assessment_id,
            name="2025-06 appeals",
            officer_id=town.maker,
        )
    town.approve(follow_up)
    town.open_wallets(follow_up)
    assert town.disburse(follow_up).newly == 1
    with town.database.transaction(ACTOR) as tx:
        assert wallet.balance(tx, person_id=ana).total_minor == 10_000
        # The first judgement is what it was, and can be made again from the facts that it kept.
        assert programmes.check_assessment(tx, june.assessment_id) == (5, 0)
        now = programmes.get_explanation(tx, programme="canasta", subject_id=household, language="es")
        assert (now.sentence, now.as_of) == ("Cumple todos los requisitos.", date(2025, 6, 2))
    assert town.violations() == []
