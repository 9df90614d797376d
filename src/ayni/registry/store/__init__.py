"""The registry's conversation with PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.foundation.queries import load_queries
from ayni.registry.errors import (
    AlreadyInHousehold,
    EndsBeforeItBegan,
    FactRefused,
    HouseholdCodeTaken,
    HouseholdHasHead,
    HouseholdRefused,
    UnknownHousehold,
)
from ayni.registry.model import Class, FactName, FactValue, Flag, Household, Membership, Record
from ayni.values.ids import HouseholdId, PersonId

QUERIES = load_queries("registry")

_NAMED = {
    "households_code_is_taken": HouseholdCodeTaken,
    "memberships_one_household_at_a_time": AlreadyInHousehold,
    "memberships_one_head_at_a_time": HouseholdHasHead,
    "memberships_are_of_a_household": UnknownHousehold,
    "memberships_end_after_they_begin": EndsBeforeItBegan,
}
_RULES = {
    "households_source_fits": "a source has 1 to 100 characters",
    "households_code_fits": "a household's code has 1 to 100 characters",
    "memberships_role_is_known": "the role does not exist",
    "records_source_fits": "a source has 1 to 100 characters",
    "classes_class_fits": "a class has 1 to 100 characters",
    "classes_source_fits": "a source has 1 to 100 characters",
    "imports_source_fits": "a source has 1 to 100 characters",
}

_T = TypeVar("_T")


@contextlib.contextmanager
def _named(tx: Tx) -> Iterator[None]:
    """Turns what the database refuses into our named errors; what was done in the block is undone."""
    try:
        with tx.connection.transaction():
            yield
    except psycopg.IntegrityError as error:
        constraint = error.diag.constraint_name or ""
        if constraint in _NAMED:
            raise _NAMED[constraint] from None
        if constraint in _RULES:
            raise HouseholdRefused(rule=_RULES[constraint]) from None
        raise
    except psycopg.DataError:
        # A NUL, or a text that is no UTF-8: the message would quote it, so it goes no further.
        raise HouseholdRefused(rule="a field holds characters that cannot be stored") from None
    except psycopg.Error as error:
        if error.sqlstate == "AY101":
            raise FactRefused(fact=error.diag.column_name) from None
        raise


def find_one(tx: Tx, kind: type[_T], name: str, parameters: Mapping[str, Any]) -> _T | None:
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(QUERIES[name], parameters).fetchone()


def find_all(tx: Tx, kind: type[_T], name: str, parameters: Mapping[str, Any]) -> list[_T]:
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(QUERIES[name], parameters).fetchall()


# Households, memberships, facts.


def declare_facts(tx: Tx, *, facts: Sequence[FactName]) -> None:
    """Add names of facts; those that exist stay as they are."""
    tx.execute(
        QUERIES["declare_facts"],
        {
            "subject_kinds": [fact.subject_kind for fact in facts],
            "names": [fact.name for fact in facts],
            "types": [fact.type for fact in facts],
            "meanings": [fact.meaning for fact in facts],
            "now": tx.now,
        },
    )


def list_fact_names(tx: Tx) -> list[FactName]:
    """Every declared fact."""
    return find_all(tx, FactName, "list_fact_names", {})


def insert_record(
    tx: Tx, *, subject_kind: str, subject_id: UUID, on: date, source: str, facts: Mapping[str, FactValue]
) -> None:
    """Add a record. Raises FactRefused, HouseholdRefused."""
    with _named(tx):
        tx.execute(
            QUERIES["insert_record"],
            {
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "on": on,
                "source": source,
                "facts": Jsonb(dict(facts)),
                "now": tx.now,
            },
        )


def flag_sources(tx: Tx, *, subject_id: UUID, on: date) -> None:
    """Ask for a look where two sources say different things of one day about a subject."""
    tx.execute(QUERIES["flag_sources"], {"subject_id": subject_id, "on": on, "now": tx.now})


def list_records(tx: Tx, *, subject_kind: str, subject_id: UUID) -> list[Record]:
    """Everything that was ever said of a subject."""
    return find_all(tx, Record, "list_records", {"subject_kind": subject_kind, "subject_id": subject_id})


def insert_household(tx: Tx, *, household_id: HouseholdId, source: str, code: str) -> None:
    """Add a household. Raises HouseholdCodeTaken, HouseholdRefused."""
    with _named(tx):
        tx.execute(
            QUERIES["insert_household"],
            {"household_id": household_id, "source": source, "code": code, "now": tx.now},
        )


def find_household(
    tx: Tx, *, household_id: HouseholdId | None = None, source: str | None = None, code: str | None = None
) -> Household | None:
    """A household by id, or by source and code; or None."""
    return find_one(
        tx, Household, "find_household", {"household_id": household_id, "source": source, "code": code}
    )


def insert_membership(tx: Tx, *, household_id: HouseholdId, person_id: PersonId, role: str, on: date) -> None:
    """Add a member. Raises AlreadyInHousehold, HouseholdHasHead, UnknownHousehold, HouseholdRefused."""
    with _named(tx):
        tx.execute(
            QUERIES["insert_membership"],
            {"household_id": household_id, "person_id": person_id, "role": role, "on": on, "now": tx.now},
        )


def run(tx: Tx, name: str, **parameters: Any) -> int:
    """Run a statement by name and say how many rows it touched; `now` is given to it."""
    with _named(tx):
        return tx.execute(QUERIES[name], {**parameters, "now": tx.now}).rowcount


def find_open_membership(tx: Tx, *, person_id: PersonId) -> Membership | None:
    """The membership of a person that has no end, or None."""
    return find_one(tx, Membership, "find_present_membership", {"person_id": person_id})


def find_overlapping_membership(tx: Tx, *, person_id: PersonId, on: date) -> Membership | None:
    """The first membership of a person in force on a day or later, or None."""
    return find_one(tx, Membership, "find_overlapping_membership", {"person_id": person_id, "on": on})


def list_open_members(tx: Tx, *, household_id: HouseholdId) -> list[Membership]:
    """Who belongs to a household without an end."""
    return find_all(tx, Membership, "list_present_members", {"household_id": household_id})


def list_history(tx: Tx, *, household_id: HouseholdId) -> list[Membership]:
    """Every membership of a household that was ever in force."""
    return find_all(tx, Membership, "list_household_history", {"household_id": household_id})


def list_open_flags(tx: Tx, *, most: int) -> list[Flag]:
    """What waits for adjudication anywhere."""
    return find_all(tx, Flag, "list_open_flags", {"most": most})


def list_classes(tx: Tx, *, household_id: HouseholdId) -> list[Class]:
    """Every evaluation of a household."""
    return find_all(tx, Class, "list_classes", {"household_id": household_id})


def list_lapsing_classes(tx: Tx, *, on: date, until: date, most: int) -> list[Class]:
    """Classes that hold on a day and no longer on another."""
    return find_all(tx, Class, "list_lapsing_classes", {"on": on, "until": until, "most": most})


def list_class_warnings(tx: Tx, *, households: Sequence[HouseholdId]) -> dict[HouseholdId, datetime]:
    """When each of these households was last warned."""
    rows = tx.execute(QUERIES["list_class_warnings"], {"households": list(households)}).fetchall()
    return {HouseholdId(row[0]): row[1] for row in rows}


def close_membership(tx: Tx, *, person_id: PersonId, last_day: date) -> HouseholdId | None:
    """End a present membership, and say of which household; or None. Raises EndsBeforeItBegan."""
    with _named(tx):
        row = tx.execute(
            QUERIES["close_membership"], {"person_id": person_id, "last_day": last_day}
        ).fetchone()
    return HouseholdId(row[0]) if row else None


def list_members(tx: Tx, *, household_id: HouseholdId, on: date) -> list[Membership]:
    """Who belonged to a household on a day."""
    return find_all(tx, Membership, "list_members", {"household_id": household_id, "on": on})


def find_membership(tx: Tx, *, person_id: PersonId, on: date) -> Membership | None:
    """Where a person belonged on a day, or None."""
    return find_one(tx, Membership, "find_membership", {"person_id": person_id, "on": on})


def list_memberships(tx: Tx, *, person_id: PersonId) -> list[dict[str, Any]]:
    """Every household that a person belongs or belonged to, with how its source calls it."""
    with tx.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(QUERIES["list_memberships"], {"person_id": person_id}).fetchall()


def list_flags(tx: Tx, *, household_id: HouseholdId) -> list[Flag]:
    """What waits for adjudication."""
    return find_all(tx, Flag, "list_flags", {"household_id": household_id})


# Imports. The stage is this session's own; it outlives transactions and dies with the connection.


def lock_imports(tx: Tx) -> bool:
    """Take the one place for an import, for this session; False when it is taken."""
    row = tx.execute(QUERIES["lock_imports"]).fetchone()
    return bool(row and row[0])


def open_stage(tx: Tx) -> None:
    """Make the stage."""
    tx.execute(QUERIES["open_import"])


def close_stage(tx: Tx) -> None:
    """Remove the stage and give the place back."""
    tx.execute(QUERIES["close_import"])
    tx.execute(QUERIES["unlock_imports"])


def stage(tx: Tx, *, rows: Iterable[Sequence[Any]], refusals: Iterable[Sequence[Any]]) -> None:
    """Take a chunk of what was read."""
    for name, chunk in (("copy_stage", rows), ("copy_refusals", refusals)):
        with tx.connection.cursor() as cursor, cursor.copy(QUERIES[name]) as copy:
            for row in chunk:
                copy.write_row(row)


def plan_batches(tx: Tx) -> list[int]:
    """The numbers of the batches, each of whole households."""
    tx.execute(QUERIES["plan_import"])
    return [row[0] for row in tx.execute(QUERIES["list_batches"]).fetchall()]


_JUDGE = (
    "empty_batch",
    "judge_batch",
    "refuse_restricted_people",
    "refuse_second_heads",
    "refuse_heads_beside_known_ones",
)


def judge_batch(tx: Tx, *, batch: int, source: str, on: date, largest: int) -> int:
    """Say of each row of a batch what is to happen, and make its new households; returns how many."""
    what = {"batch": batch, "source": source, "on": on, "now": tx.now, "largest": largest}
    for name in _JUDGE:
        tx.execute(QUERIES[name], what)
    added = tx.execute(QUERIES["insert_batch_households"], what).rowcount
    tx.execute(QUERIES["name_batch_households"], what)
    return added


def list_new_people(tx: Tx) -> list[tuple[Any, ...]]:
    """The people whom the batch in hand adds."""
    return tx.execute(QUERIES["list_new_people"]).fetchall()


def list_changed_people(tx: Tx) -> list[tuple[Any, ...]]:
    """The people whom the batch in hand updates."""
    return tx.execute(QUERIES["list_changed_people"]).fetchall()


_KEEP = (
    "insert_batch_memberships",
    "insert_batch_memory",
    "insert_batch_person_facts",
    "gather_batch_households",
    "gather_variants",
    "find_disagreements",
    "find_district_disagreements",
    "insert_batch_household_facts",
    "insert_batch_locations",
    "flag_batch_ages",
    "flag_ages_of_known",
    "flag_sources_of_batch",
    "report_batch",
    "raise_flags",
    "resolve_flags",
)


def keep_batch(tx: Tx, *, import_id: UUID, source: str, on: date) -> dict[str, int]:
    """Write the batch in hand, whose people are registered; returns the rows of each verdict."""
    what = {"import_id": import_id, "source": source, "on": on, "now": tx.now}
    for name in _KEEP:
        tx.execute(QUERIES[name], what)
    return dict(tx.execute(QUERIES["count_batch"]).fetchall())


def list_batch_classes(tx: Tx) -> list[tuple[str, date]]:
    """The classes that the batch in hand tells of, with the day from which each counts."""
    return [(row[0], row[1]) for row in tx.execute(QUERIES["list_batch_classes"])]


def insert_batch_classes(tx: Tx, *, source: str, classes: Sequence[tuple[str, date, date]]) -> int:
    """Add them to the households, each with its first and last day; how many are new."""
    words, first, last = zip(*classes, strict=True)
    values = {"classes": list(words), "from_days": list(first), "until_days": list(last)}
    return tx.execute(QUERIES["insert_batch_classes"], {**values, "source": source, "now": tx.now}).rowcount


def count_refusals(tx: Tx) -> tuple[dict[str, int], int, int]:
    """Notes by code, rows refused, and notes about what was imported but needs adjudication."""
    rows = tx.execute(QUERIES["count_refusals"]).fetchall()
    notes = {code: 0 for code, *_ in rows}
    for code, _, count, _ in rows:
        notes[code] += count
    return notes, rows[0][3] if rows else 0, sum(count for _, flagged, count, _ in rows if flagged)


def list_refusals(tx: Tx) -> Iterator[tuple[int, str | None, str, str | None, int | None]]:
    """The report's notes in the order of the file, a few at a time."""
    with tx.connection.cursor(name="refusals") as cursor:
        cursor.itersize = 5000
        cursor.execute(QUERIES["list_refusals"])
        yield from cursor


def insert_import(tx: Tx, *, import_id: UUID, source: str, digest: str, on: date) -> None:
    """Note that an import begins. Raises HouseholdRefused for an impossible source."""
    with _named(tx):
        tx.execute(
            QUERIES["insert_import"],
            {"import_id": import_id, "source": source, "digest": digest, "on": on, "now": tx.now},
        )


def insert_import_result(tx: Tx, *, import_id: UUID, counts: Mapping[str, int]) -> None:
    """Note what came of an import."""
    tx.execute(QUERIES["insert_import_result"], {**counts, "import_id": import_id, "now": tx.now})
