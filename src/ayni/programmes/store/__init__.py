"""The SQL of programmes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from ayni.foundation import arrays, outbox
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.queries import load_queries
from ayni.programmes.errors import (
    AlreadyApproved,
    CycleExists,
    CyclePartlyPaid,
    CycleStateRefused,
    HeldMeanwhile,
    OverpaymentDecided,
    OwnBenefit,
    PaidMeanwhile,
    SameHuman,
    UnknownCycle,
    UnknownProgramme,
    WarningsUnread,
)
from ayni.programmes.errors.delivering import AlreadyHandedOver, AnsweredAlready, UnknownVerification
from ayni.programmes.errors.grievances import DecidedBefore, GrievanceDecided
from ayni.programmes.model import (
    CycleState,
    Definition,
    HeldBack,
    Payable,
    PaymentCounts,
    Programme,
    from_stored,
)
from ayni.values.ids import CycleId, EntitlementId, PersonId, ProgrammeId, TransferId
from ayni.wallet import BenefitAnswer

QUERIES = load_queries("programmes")
_NAMED = {
    "AY301": CycleStateRefused,
    "AY302": CycleStateRefused,
    "AY303": SameHuman,
    "AY304": OwnBenefit,
    "AY305": CycleStateRefused,
    "AY306": CyclePartlyPaid,
    "AY308": HeldMeanwhile,
    "AY309": WarningsUnread,
    "AY310": CycleStateRefused,
    "AY311": CycleStateRefused,
    "AY312": AlreadyApproved,
    "AY313": DecidedBefore,
}

_BY_CONSTRAINT: dict[str | None, type[AyniError]] = {
    "paid_once": PaidMeanwhile,
    "handed_over_once": AlreadyHandedOver,
    "grievance_decided_once": GrievanceDecided,
    "overpayment_decided_once": OverpaymentDecided,
    "answered_once": AnsweredAlready,
    "answers_are_to_a_question": UnknownVerification,
}
_CYCLE_IS_THERE = ("cycle_name_is_unique", "one_cycle_per_assessment", "one_regular_cycle_per_period")


@contextlib.contextmanager
def named() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate in _NAMED:
            raise _NAMED[error.sqlstate] from error
        if error.diag.constraint_name in _CYCLE_IS_THERE:
            raise CycleExists from error
        if error.diag.constraint_name in _BY_CONSTRAINT:
            raise _BY_CONSTRAINT[error.diag.constraint_name] from error
        raise


def run(tx: Tx, query: str, **values: Any) -> psycopg.Cursor[Any]:
    """Run a named statement; the database's own refusals become named errors."""
    with named():
        return tx.execute(QUERIES[query], values)


def run_whole(tx: Tx, query: str, **values: Any) -> psycopg.Cursor[Any]:
    """`run` for a statement over whole tables: joined by hash or merge, never by a loop over a table that was
    filled a moment ago and looks empty to the planner.
    """
    tx.connection.execute("SET LOCAL enable_nestloop = off")
    done = run(tx, query, **values)
    tx.connection.execute("SET LOCAL enable_nestloop = on")
    return done


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


def list_codes(tx: Tx) -> list[str]:
    """The codes of all programmes, in their order."""
    return [row[0] for row in run(tx, "programme_codes")]


def get_code(tx: Tx, programme_id: ProgrammeId) -> str:
    """A programme's code."""
    row = run(tx, "programme_code", programme_id=programme_id).fetchone()
    if row is None:
        raise UnknownProgramme(programme=programme_id)
    return str(row[0])


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


def tell(tx: Tx, *, person_id: PersonId, kind: str, numbers: dict[str, Any]) -> None:
    """Write a message to the newest telephone that reaches a person, if there is one."""
    row = run(tx, "phone_of", person_id=person_id).fetchone()
    if row is not None:
        outbox.put(tx, recipient=row[0], kind=kind, numbers=numbers, language=row[1])


_HOW_PAID = ("paid", "waiting", "voucher")


def insert_payments(tx: Tx, sent: Sequence[tuple[Payable, TransferId, str]]) -> None:
    """Record that these are paid, or wait for their wallets or as vouchers, before the ledger is asked.

    Raises PaidMeanwhile.
    """
    if sent:
        arrays.register(tx.connection)
        run(
            tx,
            "insert_payments",
            entitlement_ids=arrays.pack_uuids([payable.id for payable, _, _ in sent]),
            attempts=arrays.pack_int4_or_nulls([payable.attempt for payable, _, _ in sent]),
            transfer_ids=arrays.pack_uuids([transfer_id for _, transfer_id, _ in sent]),
            how=arrays.pack_int4_or_nulls([1 + _HOW_PAID.index(how) for _, _, how in sent]),
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


def get_claim_days(tx: Tx, assessment_id: UUID) -> int | None:
    """For how long a cycle's money waits for wallets, as its programme says; None: as the country does."""
    row = run(tx, "claim_days", assessment_id=assessment_id).fetchone()
    assert row is not None
    return None if row[0] is None else int(row[0])


def list_open_totals(tx: Tx) -> dict[ProgrammeId, int]:
    """By programme: what its approved and distributed cycles still owe, in minor units."""
    return {ProgrammeId(row[0]): row[1] for row in run(tx, "open_totals")}


def count_payments(tx: Tx, cycle_id: CycleId) -> PaymentCounts:
    """How a cycle's entitlements stand: how many, and how much in minor units."""
    row = run(tx, "count_payments", cycle_id=cycle_id).fetchone()
    assert row is not None
    return PaymentCounts(*row)


def sum_used(tx: Tx, cycle_id: CycleId) -> tuple[int, int]:
    """From how many wallets money of a cycle has left by now, and how much in minor units."""
    row = run(tx, "used_by_now", cycle_id=cycle_id).fetchone()
    assert row is not None
    return row[0], row[1]
