"""Suspected duplicates: the queue, verdicts, merges, and what nobody may decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest

from ayni import identity, registry
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.identity import errors as identity_errors
from ayni.registry import NewPair, VerdictKind, duplicates, errors
from ayni.values.ids import PersonId
from tests.registry.duplicating import acting, live_in, people, person, suspected, unresolved

LAST_YEAR = date(2024, 1, 1)


def test_same_merges_the_files_and_frees_the_payments(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    ana, pair = acting(tx, "ana"), suspected(tx, other, one)
    assert unresolved(tx) == {one, other}
    duplicates.decide(ana, pair=pair, verdict=VerdictKind.SAME, reason="one document")
    assert unresolved(tx) == set()
    assert identity.get_canonical_id(tx, person_id=other) == one
    assert identity.list_same_human(tx, person_id=other) == [one, other]
    rows = tx.connection.execute("SELECT person_id, canonical_id FROM identity_api.canonical").fetchall()
    assert dict(rows)[other] == one == dict(rows)[one]
    assert registry.list_pairs(tx) == []


def test_a_pair_that_was_decided_is_never_asked_again(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    ana, pair = acting(tx, "ana"), suspected(tx, one, other)
    duplicates.decide(ana, pair=pair, verdict=VerdictKind.DIFFERENT, reason="two humans came")
    again = [NewPair(other, one, 999, {"birth": "same"}, "exact", "another rule")]
    assert duplicates.record_pairs(tx, pairs=again) == 0
    assert registry.get_pair(tx, one_id=one, other_id=other) == pair
    assert duplicates.next_case(ana) is None
    assert unresolved(tx) == set()


def test_unsure_goes_to_the_end_of_the_queue_and_still_holds_up_payments(tx: Tx) -> None:
    files = people(tx, "Rosa", "Roza", "Rossa")
    ana = acting(tx, "ana")
    likely = suspected(tx, files[0], files[1], 990)
    other = suspected(tx, files[0], files[2], 950)
    assert [pair.score_per_mille for pair in registry.list_pairs(tx)] == [990, 950]
    case = duplicates.next_case(ana)
    assert case is not None
    assert case.pair == likely
    assert [file.person.id for file in case.files] == files[:2]
    duplicates.decide(ana, pair=likely, verdict=VerdictKind.UNSURE, reason="no photograph")
    assert registry.list_pairs(tx) == [other, likely]
    assert unresolved(tx) == set(files)
    assert registry.count_pairs(tx) == (2, 2)


def test_an_unlikely_pair_holds_up_nothing(tx: Tx) -> None:
    pair = suspected(tx, person(tx), person(tx, "Roza"), 899)
    assert not pair.blocks
    assert unresolved(tx) == set()
    assert registry.count_pairs(tx) == (1, 0)


def test_two_officers_get_different_pairs_and_each_keeps_theirs(tx: Tx) -> None:
    files = people(tx, "Rosa", "Roza", "Rossa")
    suspected(tx, files[0], files[1], 990)
    suspected(tx, files[0], files[2], 950)
    ana, luz = acting(tx, "ana"), acting(tx, "luz")
    first, second = duplicates.next_case(ana), duplicates.next_case(luz)
    assert first is not None
    assert second is not None
    assert (first.pair.score_per_mille, second.pair.score_per_mille) == (990, 950)
    again = duplicates.next_case(ana)
    assert again is not None
    assert again.pair == first.pair
    assert duplicates.next_case(acting(tx, "eva")) is None
    later = replace(luz, now=tx.now + timedelta(minutes=duplicates.LEASE_MINUTES))
    duplicates.decide(later, pair=second.pair, verdict=VerdictKind.UNSURE, reason="?")
    taken = duplicates.next_case(later)
    assert taken is not None
    assert taken.pair == first.pair


def test_reading_both_files_is_kept(tx: Tx) -> None:
    one = person(tx)
    suspected(tx, one, person(tx, "Roza"))
    ana = acting(tx, "ana")
    duplicates.next_case(ana)
    assert [read.read_by for read in identity.list_reads(tx, person_id=one)] == [ana.actor.who]


def test_a_second_verdict_is_told_who_decided_what(tx: Tx) -> None:
    pair = suspected(tx, person(tx), person(tx, "Roza"))
    ana, luz = acting(tx, "ana"), acting(tx, "luz")
    duplicates.decide(ana, pair=pair, verdict=VerdictKind.DIFFERENT, reason="two humans came")
    with pytest.raises(errors.AlreadyDecided, match=f"{ana.actor.who} decided on 2025-06-02.*different"):
        duplicates.decide(luz, pair=pair, verdict=VerdictKind.SAME, reason="one document")


def test_nobody_judges_themselves_or_their_household(tx: Tx) -> None:
    me, twin, child, other = (person(tx, name) for name in ("Rosa", "Roza", "Luz", "Lus"))
    live_in(tx, "H1", {me: "head", child: "child"})
    ana = acting(tx, "ana", person_id=me)
    mine, theirs = suspected(tx, me, twin), suspected(tx, child, other)
    assert duplicates.next_case(ana) is None
    for pair in (mine, theirs):
        for attempt in (
            lambda pair=pair: duplicates.decide(ana, pair=pair, verdict=VerdictKind.SAME, reason="x"),
            lambda pair=pair: duplicates.undo(ana, pair=pair, reason="x"),
            lambda pair=pair: duplicates.open_case(ana, pair=pair),
        ):
            with pytest.raises(identity.OwnCase):
                attempt()
    with pytest.raises(identity.OwnCase):
        duplicates.put_forward(ana, one_id=child, other_id=twin, reason="x")
    # By way of a merge the twin is the officer, and so is whoever lives with the twin.
    live_in(tx, "H2", {other: "head"})
    boss = acting(tx, "boss")
    duplicates.decide(boss, pair=mine, verdict=VerdictKind.SAME, reason="one document")
    again = suspected(tx, twin, other)
    with pytest.raises(identity.OwnCase):
        duplicates.decide(ana, pair=again, verdict=VerdictKind.SAME, reason="x")


def test_only_a_registrar_judges(tx: Tx) -> None:
    pair = suspected(tx, person(tx), person(tx, "Roza"))
    for who in (tx, acting(tx, "eva", OfficerRole.AUDITOR)):
        with pytest.raises(identity_errors.RoleNotGranted):
            duplicates.decide(who, pair=pair, verdict=VerdictKind.SAME, reason="x")
        with pytest.raises(identity_errors.RoleNotGranted):
            duplicates.next_case(who)


def test_what_is_refused(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    ana = acting(tx, "ana")
    with pytest.raises(errors.UnknownPair):
        registry.get_pair(tx, one_id=one, other_id=other)
    for pair in (
        NewPair(one, one, 900, {}, "exact", "x"),
        NewPair(one, other, 1001, {}, "exact", "x"),
        NewPair(one, other, 900, {}, "guess", "x"),
        NewPair(one, other, 900, {}, "exact", ""),
    ):
        with pytest.raises(errors.PairRefused):
            duplicates.record_pairs(tx, pairs=[pair])
    pair = suspected(tx, one, other)
    for reason in ("", "x" * 501, "a\0"):
        with pytest.raises(errors.PairRefused):
            duplicates.decide(ana, pair=pair, verdict=VerdictKind.DIFFERENT, reason=reason)
    with pytest.raises(errors.NothingDecided):
        duplicates.undo(ana, pair=pair, reason="x")
    assert registry.list_pairs(tx) == [pair]


def test_verdicts_that_cannot_all_be_true_are_refused(tx: Tx) -> None:
    a, b, c = people(tx, "Rosa", "Roza", "Rossa")
    ana = acting(tx, "ana")
    ab, bc, ac = suspected(tx, a, b), suspected(tx, b, c), suspected(tx, a, c)
    duplicates.decide(ana, pair=ab, verdict=VerdictKind.SAME, reason="x")
    duplicates.decide(ana, pair=ac, verdict=VerdictKind.DIFFERENT, reason="x")
    with pytest.raises(errors.ContradictsVerdict):
        duplicates.decide(ana, pair=bc, verdict=VerdictKind.SAME, reason="x")
    duplicates.undo(ana, pair=ac, reason="mistaken")
    duplicates.decide(ana, pair=bc, verdict=VerdictKind.SAME, reason="x")
    # Whoever is one human by way of a third is no question any more.
    assert registry.list_pairs(tx) == []
    with pytest.raises(errors.ContradictsVerdict):
        duplicates.decide(ana, pair=ac, verdict=VerdictKind.DIFFERENT, reason="x")


def test_after_a_merge_a_human_has_one_household_and_after_its_undoing_two(tx: Tx) -> None:
    (one, other), child = people(tx, "Rosa", "Roza"), person(tx, "Luz")
    live_in(tx, "H1", {one: "head"}, LAST_YEAR)
    live_in(tx, "H2", {other: "head", child: "child"}, LAST_YEAR)
    ana, pair = acting(tx, "ana"), suspected(tx, one, other)
    duplicates.decide(ana, pair=pair, verdict=VerdictKind.SAME, reason="one document")
    assert registry.find_membership(tx, person_id=other) is None
    before = registry.find_membership(tx, person_id=other, on=tx.today - timedelta(days=1))
    assert before is not None
    assert before.valid_until == tx.today - timedelta(days=1)
    flags = [flag.reason for flag in registry.list_flags(tx, household_id=before.household_id)]
    assert "no_head" in flags
    duplicates.undo(ana, pair=pair, reason="two humans came")
    now = registry.find_membership(tx, person_id=other)
    assert now is not None
    assert (now.household_id, now.role, now.valid_from) == (before.household_id, "head", tx.today)
    assert registry.find_membership(tx, person_id=one) is not None


def test_the_kept_file_may_be_chosen_and_its_household_stays(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    live_in(tx, "H1", {one: "head"})
    live_in(tx, "H2", {other: "head"})
    ana, pair = acting(tx, "ana"), suspected(tx, one, other)
    duplicates.decide(ana, pair=pair, verdict=VerdictKind.SAME, reason="x", keep=other)
    assert identity.get_canonical_id(tx, person_id=one) == other
    assert registry.find_membership(tx, person_id=one) is None
    # Begun today, and so never in force.
    duplicates.undo(ana, pair=pair, reason="x")
    assert registry.find_membership(tx, person_id=one) is not None


def test_a_head_whose_place_was_taken_comes_back_as_a_relative(tx: Tx) -> None:
    (one, other), child = people(tx, "Rosa", "Roza"), person(tx, "Luz")
    live_in(tx, "H1", {one: "head"}, LAST_YEAR)
    live_in(tx, "H2", {other: "head", child: "child"}, LAST_YEAR)
    ana, pair = acting(tx, "ana"), suspected(tx, one, other)
    duplicates.decide(ana, pair=pair, verdict=VerdictKind.SAME, reason="x")
    household = registry.find_household(tx, source="city", code="H2")
    assert household is not None
    registry.add_member(tx, household_id=household.id, person_id=person(tx, "Eva"), role="head")
    duplicates.undo(ana, pair=pair, reason="x")
    back = registry.find_membership(tx, person_id=other)
    assert back is not None
    assert back.role == "other_relative"


def test_undoing_keeps_what_other_verdicts_hold_together(tx: Tx) -> None:
    a, b, c = people(tx, "Rosa", "Roza", "Rossa")
    ana = acting(tx, "ana")
    ab, bc = suspected(tx, a, b), suspected(tx, b, c)
    for pair in (ab, bc):
        duplicates.decide(ana, pair=pair, verdict=VerdictKind.SAME, reason="x")
    assert identity.list_same_human(tx, person_id=c) == [a, b, c]
    duplicates.undo(ana, pair=ab, reason="x")
    assert identity.list_same_human(tx, person_id=a) == [a]
    assert identity.list_same_human(tx, person_id=c) == [b, c]


def test_edits_made_while_merged_stay_where_they_were_made(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    ana, pair = acting(tx, "ana"), suspected(tx, one, other)
    duplicates.decide(ana, pair=pair, verdict=VerdictKind.SAME, reason="x")
    for file, name in ((one, "Ticona"), (other, "Mamani")):
        identity.lives.correct_person(
            tx, person_id=file, particulars={"first_surname": name}, reason="x", source="DNI"
        )
    duplicates.undo(ana, pair=pair, reason="x")
    assert identity.get_person(tx, person_id=one).first_surname == "Ticona"
    assert identity.get_person(tx, person_id=other).first_surname == "Mamani"


def test_households_with_an_open_pair_need_adjudication(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    live_in(tx, "H1", {one: "head"})
    pair = suspected(tx, one, other)
    asked = "SELECT needs_adjudication FROM registry_api.households_on(%s) WHERE code = 'H1'"
    assert tx.connection.execute(asked, [tx.today]).fetchone() == (True,)
    duplicates.decide(acting(tx, "ana"), pair=pair, verdict=VerdictKind.DIFFERENT, reason="x")
    assert tx.connection.execute(asked, [tx.today]).fetchone() == (False,)


def test_restricted_people_are_not_put_before_officers(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    pair = suspected(tx, one, other)
    ana = acting(tx, "ana")
    identity.privacy.restrict_person(ana, person_id=one, reason="asked for")
    assert duplicates.next_case(ana) is None
    with pytest.raises(identity.PersonIsRestricted):
        duplicates.open_case(replace(ana, actor=acting(tx, "luz").actor), pair=pair)
    with pytest.raises(identity.PersonIsRestricted):
        duplicates.put_forward(ana, one_id=one, other_id=other, reason="x")


def test_an_officer_may_put_a_pair_forward(tx: Tx) -> None:
    one, other = people(tx, "Rosa", "Roza")
    ana = acting(tx, "ana")
    pair = duplicates.put_forward(ana, one_id=other, other_id=one, reason="a neighbour says so")
    assert (pair.low_id, pair.high_id, pair.found_by, pair.blocks) == (one, other, "officer", True)
    assert duplicates.put_forward(ana, one_id=one, other_id=other, reason="again") == pair
    with pytest.raises(identity_errors.UnknownPerson):
        duplicates.put_forward(ana, one_id=one, other_id=PersonId(UUID(int=1)), reason="x")


def test_nobody_changes_pairs_and_verdicts(tx: Tx) -> None:
    pair = suspected(tx, person(tx), person(tx, "Roza"))
    duplicates.decide(acting(tx, "ana"), pair=pair, verdict=VerdictKind.SAME, reason="x")
    for attempt in (
        "UPDATE registry.pairs SET score_per_mille = 1",
        "DELETE FROM registry.verdicts",
        "UPDATE identity.merges SET kept_id = merged_id",
        "DELETE FROM identity.merges",
        "TRUNCATE registry.merge_closings CASCADE",
    ):
        with pytest.raises(psycopg.DatabaseError), tx.connection.transaction():
            tx.connection.execute(attempt)
