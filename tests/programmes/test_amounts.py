"""What a formula may come to: whole, above zero, payable; and a reason for each who gets none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ayni import payments, programmes
from ayni.foundation.db import Database, Tx
from ayni.programmes import queries
from ayni.programmes.errors import BadDefinition, CycleTooLarge
from ayni.programmes.model import MAX_AMOUNT_MINOR, Outcome, explain
from ayni.values.ids import new_id
from tests.programmes.town import ACTOR, PROGRAMME, Town

FORMULA = "6000 + 4000 * household.children_under_6"
PLAIN = PROGRAMME.replace("household.cse IN ('pobre', 'pobre_extremo')", "household.size > 0")
"""The same, of facts that need no registry."""


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("0", "zero"),
        ("-5", "negative"),
        ("100 - 100", "zero"),
        ("least(5, 3 - 4)", "negative"),
        ("60.50", "whole"),
        ("'60.50'", "whole"),
        ("999999999999999", "too large"),
        ("1000000000000000", "too large"),
        ("100000000000001", "too large"),
        ("999999999 * 999999999", "too large"),
        ("CASE WHEN false THEN 1 END", "unknown"),
        ("1e400", "whole"),
        (".inf", "whole"),
        (".nan", "whole"),
        ("9" * 5_000, "a day or number"),
    ],
)
def test_a_formula_that_can_pay_nobody_is_refused_when_it_is_read(tx: Tx, formula: str, why: str) -> None:
    with pytest.raises(BadDefinition) as refused:
        programmes.define_programme(tx, text=PLAIN.replace(FORMULA, formula))
    assert why in refused.value.sentence


@pytest.mark.parametrize(
    ("amount", "fault"),
    [
        ("NULL", "unknown"),
        ("-0.01", "negative"),
        ("0", "zero"),
        ("0.5", "fraction"),
        ("10.000", None),
        ("1", None),
        (str(MAX_AMOUNT_MINOR), None),
        (str(MAX_AMOUNT_MINOR + 1), "too_large"),
        ("'Infinity'", "too_large"),
        ("'-Infinity'", "negative"),
        ("'NaN'", "too_large"),
    ],
)
def test_the_database_tells_an_amount_from_what_is_none(tx: Tx, amount: str, fault: str | None) -> None:
    row = tx.connection.execute(f"SELECT programmes.amount_fault({amount}::numeric)".encode()).fetchone()
    assert row == (fault,)


def told(town: Town, name: str, language: str = "es") -> tuple[str, int | None, str]:
    """Outcome, amount and sentence."""
    with town.database.transaction(ACTOR) as tx:
        household = tx.connection.execute(
            "SELECT household_id FROM registry_api.people WHERE person_id = %s", [town.people[name]]
        ).fetchone()
        assert household is not None
        found = programmes.get_explanation(
            tx, programme="canasta", subject_id=household[0], language=language
        )
    return found.outcome.value, found.amount_minor, found.sentence


@pytest.mark.parametrize(
    ("formula", "outcome", "amount", "sentence"),
    [
        ("4000 * household.children_under_6", "not_eligible", 0, "Según la fórmula el monto es cero."),
        (
            "household.size - 2",
            "not_eligible",
            None,
            "Según la fórmula no corresponde ningún monto.",
        ),
        (
            "CASE WHEN household.cse = 'pobre' THEN 6000 END",
            "unknown",
            None,
            "No se sabe el monto: falta un dato. Esto lo cambiaría: que se registre lo que falta.",
        ),
        (
            "household.size * 99999999999999 * 99",
            "unknown",
            None,
            "El monto calculado es demasiado grande: hay un dato por corregir.",
        ),
    ],
)
def test_whoever_gets_no_amount_is_told_why(
    own_database: Database, tmp_path: Path, formula: str, outcome: str, amount: int | None, sentence: str
) -> None:
    """Luis meets every condition. Without the reason his sentence used to be empty."""
    town = Town(own_database, tmp_path, text=PROGRAMME.replace(FORMULA, formula))
    town.assess()
    assert told(town, "luis") == (outcome, amount, sentence)
    assert told(town, "luis", "qu")[2].startswith(f"{sentence} / ")
    # Ana meets no condition, and is told that and nothing of sums.
    assert told(town, "ana")[2] == (
        "No cumple: el hogar es pobre; hay un niño o un adulto mayor."
        " Esto lo cambiaría: el hogar es pobre; hay un niño o un adulto mayor."
    )


def test_every_reason_is_said_in_every_language(town_definition: programmes.Programme) -> None:
    for fault in ("unknown", "zero", "negative", "fraction", "too_large"):
        sentences = {
            explain(
                town_definition.definition, [True, True], Outcome.UNKNOWN, True, language, amount_fault=fault
            )
            for language in ("es", "en", "qu")
        }
        assert len(sentences) == 3
        assert all(sentences)


@pytest.fixture
def town_definition(tx: Tx) -> programmes.Programme:
    payments.set_up_books(tx)
    return programmes.define_programme(tx, text=PLAIN)


def test_a_cycle_beyond_what_one_transfer_can_reserve_is_not_opened(
    own_database: Database, tmp_path: Path
) -> None:
    """Each amount is payable, the sum is not: reserving it used to be refused as a lack of budget."""
    town = Town(own_database, tmp_path, text=PROGRAMME.replace(FORMULA, "40000000000000"))
    assessment = town.assess()
    assert assessment.total_minor == 3 * 40_000_000_000_000
    with pytest.raises(CycleTooLarge):
        town.open(assessment)


def test_a_sum_beyond_what_the_database_counts_in_is_still_told(
    own_database: Database, tmp_path: Path
) -> None:
    """A hundred thousand of the largest amounts are more than a bigint; counting them used to stop it all."""
    Town(own_database, tmp_path, text=PROGRAMME.replace(FORMULA, str(MAX_AMOUNT_MINOR)))
    with own_database.transaction(ACTOR) as tx:
        assessment = programmes.assess(tx, programme="canasta", as_of=tx.today)
        tx.connection.execute(
            """INSERT INTO programmes.assessment_rows
                (assessment_id, subject_id, recipient_id, facts, criteria, outcome, amount_minor)
                SELECT %s, uuidv7(), %s, '{}', '{t}', 'eligible', %s FROM generate_series(1, 100000)""",
            [assessment.id, new_id(tx.now), MAX_AMOUNT_MINOR],
        )
        found = queries.get_assessment(tx, assessment.id)
    assert found.total_minor == 100_003 * MAX_AMOUNT_MINOR


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("valid_from: 2025-05-01", "valid_from: 2025-13-45", "a day or number"),
        ("valid_from: 2025-05-01", "valid_from: 2025-05-01 10:00:00", "valid_from"),
        ("code: canasta", "code: CANASTA", "code"),
        ("code: canasta", "code: 1canasta", "code"),
        ("target: household", "target: household\npurpose: Food & drink", "purpose"),
        ("target: household", 'target: household\npurpose: "food\\nx"', "purpose"),
        ("target: household", "target: household\nassessment_days: 0", "assessment_days"),
        ("target: household", "target: household\nassessment_days: 1.5", "assessment_days"),
        ("name: Canasta", 'name: "Canasta \\ud800"', "name"),
        ("es: el hogar es pobre", 'es: "el hogar\\0"', "sentences"),
        ("es: el hogar es pobre", "es: " + "x" * 501, "sentences"),
        ("name: young_or_old", "name: poor", "criteria[2].name"),
        ("name: Canasta", "name: " + "[" * 20_000, "the file"),
    ],
)
def test_a_file_that_only_the_database_or_python_stumbled_over_is_refused_with_its_place(
    tx: Tx, old: str, new: str, place: str
) -> None:
    assert old in PLAIN
    with pytest.raises(BadDefinition) as refused:
        programmes.define_programme(tx, text=PLAIN.replace(old, new, 1))
    assert place in refused.value.sentence
