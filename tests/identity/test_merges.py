"""Files of one human: what may be merged, and what is refused."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from ayni import identity
from ayni.foundation.db import Tx
from ayni.identity import NewPerson, OfficerRole, errors
from ayni.identity.operations import merging
from ayni.identity.queries.merges import list_merges
from ayni.values.ids import PersonId, show_id


@pytest.fixture
def files(tx: Tx) -> list[PersonId]:
    return [identity.register_person(tx, person=NewPerson(name)).id for name in ("Ana", "Eva", "Luz", "Ida")]


def test_a_merge_of_a_merged_is_refused_and_tells_which_file_to_use(tx: Tx, files: list[PersonId]) -> None:
    a, b, c, _ = files
    merging.merge_people(tx, kept_id=a, merged_id=b, reason="x")
    for kept, merged in ((b, c), (c, b), (b, a)):
        with pytest.raises(errors.AlreadyMerged, match=show_id("per", a)):
            merging.merge_people(tx, kept_id=kept, merged_id=merged, reason="x")
    merging.merge_people(tx, kept_id=c, merged_id=a, reason="x")
    assert identity.get_canonical_id(tx, person_id=b) == c
    with pytest.raises(errors.AlreadyMerged, match=show_id("per", c)):
        merging.merge_people(tx, kept_id=b, merged_id=files[3], reason="x")


def test_the_database_itself_refuses_a_circle(tx: Tx, files: list[PersonId]) -> None:
    a, b, *_ = files
    merging.merge_people(tx, kept_id=a, merged_id=b, reason="x")
    with pytest.raises(psycopg.errors.CheckViolation), tx.connection.transaction():
        tx.connection.execute(
            "INSERT INTO identity.merges (kept_id, merged_id, reason, decided_by, decided_at)"
            " VALUES (%s, %s, 'x', 'x', now())",
            [b, a],
        )


def test_a_merge_is_undone_once_and_both_rows_stay_readable(tx: Tx, files: list[PersonId]) -> None:
    a, b, *_ = files
    merge = merging.merge_people(tx, kept_id=a, merged_id=b, reason="one document")
    undone = merging.undo_merge(tx, number=merge.number, reason="two humans came")
    assert (undone.reason, undone.undone_reason, undone.undone_by) == (
        "one document",
        "two humans came",
        "tester",
    )
    assert identity.get_canonical_id(tx, person_id=b) == b
    with pytest.raises(errors.MergeAlreadyUndone):
        merging.undo_merge(tx, number=merge.number, reason="x")
    merging.merge_people(tx, kept_id=b, merged_id=a, reason="x")
    assert [one.undone_at is None for one in list_merges(tx, person_id=a)] == [False, True]


def test_what_is_refused(tx: Tx, files: list[PersonId]) -> None:
    a, b, *_ = files
    with pytest.raises(errors.UnknownPerson):
        merging.merge_people(tx, kept_id=a, merged_id=PersonId(UUID(int=1)), reason="x")
    with pytest.raises(errors.PersonRefused):
        merging.merge_people(tx, kept_id=a, merged_id=a, reason="x")
    with pytest.raises(errors.PersonRefused):
        merging.merge_people(tx, kept_id=a, merged_id=b, reason=" ")
    with pytest.raises(errors.UnknownMerge):
        merging.undo_merge(tx, number=0, reason="x")


def test_two_accounts_of_merged_files_are_of_one_human(tx: Tx, files: list[PersonId]) -> None:
    a, b, *_ = files
    one, other = (
        identity.register_officer(tx, login=f"officer{n}", roles=[OfficerRole.REGISTRAR], person_id=file)
        for n, file in enumerate((a, b))
    )
    assert not identity.are_same_human(tx, first=one.id, second=other.id)
    merging.merge_people(tx, kept_id=a, merged_id=b, reason="x")
    assert identity.are_same_human(tx, first=one.id, second=other.id)
    with pytest.raises(identity.OwnCase):
        identity.check_may_decide(tx, officer_id=one.id, person_ids=[b])
