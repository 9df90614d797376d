"""The SQL of programmes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from ayni.foundation import arrays
from ayni.foundation.db import Tx
from ayni.foundation.queries import load_queries
from ayni.programmes.errors import (
    CriteriaFailed,
    CycleExists,
    CyclePartlyPaid,
    CycleStateRefused,
    HeldMeanwhile,
    OwnBenefit,
    PaidMeanwhile,
    SameHuman,
    UnknownCycle,
    UnknownProgramme,
)
from ayni.programmes.model import (
    Compiled,
    Cycle,
    CycleState,
    Definition,
    HeldBack,
    Payable,
    Programme,
    fact_sql,
    from_stored,
)
from ayni.values.ids import CycleId, EntitlementId, OfficerId, PersonId, ProgrammeId, TransferId
from ayni.wallet import BenefitAnswer

_QUERIES = load_queries("programmes")
_NAMED = {
    "AY301": CycleStateRefused,
    "AY302": CycleStateRefused,
    "AY303": SameHuman,
    "AY304": OwnBenefit,
    "AY305": CycleStateRefused,
    "AY306": CyclePartlyPaid,
    "AY308": HeldMeanwhile,
}


@contextlib.contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate in _NAMED:
            raise _NAMED[error.sqlstate] from error
        if error.diag.constraint_name in ("cycle_name_is_unique", "one_cycle_per_assessment"):
            raise CycleExists from error
        if error.diag.constraint_name == "paid_once":
            raise PaidMeanwhile from error
        raise


def run(tx: Tx, query: str, **values: Any) -> psycopg.Cursor[Any]:
    """Run a named statement; the database's own refusals become named errors."""
    with _named():
        return tx.execute(_QUERIES[query], values)


def known_facts(tx: Tx) -> dict[str, str]:
    """ "household.cse" → "text", for every fact that the registry names."""
    return {f"{subject}.{name}": kind for subject, name, kind in run(tx, "facts")}


def find_programme(tx: Tx, code: str) -> Programme | None:
    """A programme with its newest definition."""
    row = run(tx, "find_programme", code=code).fetchone()
    if row is None:
        return None
    newest = run(tx, "newest_version", programme_id=row[0]).fetchone()
    assert newest is not None  # a programme is added together with its first version
    version, definition, _ = newest
    return Programme(ProgrammeId(row[0]), row[1], row[2], version, from_stored(definition))


def get_programme(tx: Tx, code: str) -> Programme:
    """The same, or UnknownProgramme."""
    found = find_programme(tx, code)
    if found is None:
        raise UnknownProgramme(programme=code[:60])
    return found


def get_definition(tx: Tx, programme_id: ProgrammeId, version: int) -> Definition:
    """One version of a definition."""
    row = run(tx, "get_version", programme_id=programme_id, version=version).fetchone()
    if row is None:
        raise UnknownProgramme(programme=version)
    return from_stored(row[1])


def insert_version(tx: Tx, programme_id: ProgrammeId, version: int, definition: Definition) -> None:
    """Add a version."""
    run(
        tx,
        "insert_version",
        programme_id=programme_id,
        version=version,
        definition=Jsonb(definition.as_dict()),
        digest=definition.digest,
        at=tx.now,
        by=tx.actor.who,
    )


def assess(
    tx: Tx,
    *,
    assessment_id: UUID,
    target: str,
    as_of: date,
    criteria: Sequence[Compiled],
    amount: Compiled,
    types: dict[str, str],
) -> None:
    """Judge every subject in one statement. The compiled texts come from the model's white list only."""
    facts = sorted({fact for compiled in (*criteria, amount) for fact in compiled.facts})
    pairs = [
        part for fact in facts for part in (sql.Literal(fact), _compiled(fact_sql(fact, types.get(fact, ""))))
    ]
    template: LiteralString = _QUERIES["assess_households" if target == "household" else "assess_people"]
    statement = sql.SQL(template).format(
        facts=sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs)),
        criteria=sql.SQL("ARRAY[{}]::boolean[]").format(
            sql.SQL(", ").join([_compiled(compiled.sql) for compiled in criteria])
        ),
        amount=_compiled(amount.sql),
    )
    try:
        tx.connection.execute(statement, {"assessment_id": assessment_id, "as_of": as_of})
    except psycopg.DataError as error:
        raise CriteriaFailed from error


def find_amount_fault(tx: Tx, amount: Compiled) -> str | None:
    """Why a formula that reads no facts gives no amount that can be paid, or None."""
    template: LiteralString = _QUERIES["amount_fault"]
    row = tx.connection.execute(sql.SQL(template).format(amount=_compiled(amount.sql)), {}).fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


def _compiled(text: str) -> sql.Composable:
    # Written by the model, never by a user. Doubled: the statement also carries psycopg's own placeholders.
    return sql.SQL(text.replace("%", "%%"))


def find_cycle(tx: Tx, cycle_id: CycleId) -> Cycle:
    """One cycle, or UnknownCycle."""
    row = run(tx, "find_cycle", id=cycle_id).fetchone()
    if row is None:
        raise UnknownCycle
    return Cycle(
        id=CycleId(row[0]),
        programme_id=ProgrammeId(row[1]),
        programme=row[2],
        name=row[3],
        assessment_id=row[4],
        state=CycleState(row[5]),
        entitlements=row[6],
        total_minor=row[7],
        digest=row[8],
        opened_by=OfficerId(row[9]),
        opened_at=row[10],
        approved_by=None if row[11] is None else OfficerId(row[11]),
    )


def insert_entitlements(tx: Tx, **values: Any) -> tuple[int, int]:
    """Freeze what a cycle owes; how many entitlements, and their sum in minor units."""
    row = run(tx, "insert_entitlements", **values).fetchone()
    assert row is not None
    return row[0], int(row[1])


def lock_cycle(tx: Tx, cycle_id: CycleId, *, to_change: bool = True) -> CycleState:
    """The state of a cycle, which nobody else can change until this transaction ends. Raises UnknownCycle.

    Not `to_change`, several transactions may keep it so at once.
    """
    row = run(tx, "lock_cycle" if to_change else "keep_cycle", id=cycle_id).fetchone()
    if row is None:
        raise UnknownCycle
    return CycleState(row[0])


def list_payable(tx: Tx, cycle_id: CycleId, after: UUID, most: int) -> list[Payable]:
    """Unpaid entitlements after an id, in order."""
    rows = run(tx, "list_payable", cycle_id=cycle_id, after=after, most=most)
    return [Payable(EntitlementId(row[0]), PersonId(row[1]), row[2], row[3], row[4]) for row in rows]


def list_held_back(tx: Tx, ids: Sequence[EntitlementId]) -> dict[EntitlementId, HeldBack]:
    """Which of some entitlements may not be paid now, and why."""
    return {EntitlementId(row[0]): HeldBack(row[1]) for row in run(tx, "held_back", ids=list(ids))}


def count_held_back(tx: Tx, cycle_id: CycleId) -> dict[HeldBack, int]:
    """How many unpaid entitlements of a cycle may not be paid now, by reason."""
    return {HeldBack(row[0]): row[1] for row in run(tx, "count_held_back", cycle_id=cycle_id)}


def insert_payments(tx: Tx, sent: Sequence[tuple[Payable, TransferId]]) -> None:
    """Record that these are paid, before the ledger is asked. Raises PaidMeanwhile."""
    if sent:
        arrays.register(tx.connection)
        run(
            tx,
            "insert_payments",
            entitlement_ids=arrays.pack_uuids([payable.id for payable, _ in sent]),
            attempts=arrays.pack_int4_or_nulls([payable.attempt for payable, _ in sent]),
            transfer_ids=arrays.pack_uuids([transfer_id for _, transfer_id in sent]),
            at=tx.now,
        )


def insert_unsent(tx: Tx, tried: Sequence[tuple[Payable, BenefitAnswer]]) -> None:
    """Record what could not even be sent to the ledger."""
    if tried:
        run(tx, "insert_unsent", at=tx.now, **_columns(tried))


def amend_payments(tx: Tx, refused: Sequence[tuple[Payable, BenefitAnswer]]) -> None:
    """Put right what this transaction recorded as paid and the ledger has refused."""
    if refused:
        run(tx, "amend_payments", sent=[answer.sent for _, answer in refused], **_columns(refused))


def _columns(tried: Sequence[tuple[Payable, BenefitAnswer]]) -> dict[str, list[Any]]:
    return {
        "entitlement_ids": [payable.id for payable, _ in tried],
        "attempts": [payable.attempt for payable, _ in tried],
        "transfer_ids": [answer.transfer_id for _, answer in tried],
        "codes": [answer.code for _, answer in tried],
        "reasons": [answer.reason for _, answer in tried],
    }


def find_open_cycle(tx: Tx, assessment_id: UUID) -> bool:
    """Whether a cycle that was not cancelled pays an assessment."""
    return run(tx, "open_cycle_of", assessment_id=assessment_id).fetchone() is not None


def find_newer(tx: Tx, assessment_id: UUID) -> tuple[int, bool]:
    """The newest version of an assessment's programme, and whether an assessment was made after it."""
    row = run(tx, "what_is_newer", id=assessment_id).fetchone()
    assert row is not None
    return row[0], row[1]


def list_open_totals(tx: Tx) -> dict[ProgrammeId, int]:
    """By programme: what its approved and distributed cycles still owe, in minor units."""
    return {ProgrammeId(row[0]): row[1] for row in run(tx, "open_totals")}


def count_payments(tx: Tx, cycle_id: CycleId) -> tuple[int, int, int]:
    """Of a cycle: how many are paid, their sum in minor units, and how many are not."""
    row = run(tx, "count_payments", cycle_id=cycle_id).fetchone()
    assert row is not None
    return row[0], row[1], row[2]
