"""Two officers at once on one pair, on one queue, and on files that meet in a third."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ayni import identity, registry
from ayni.foundation.db import Actor, Database
from ayni.registry import Pair, VerdictKind, duplicates
from ayni.registry.errors import AlreadyDecided
from tests.registry.duplicating import acting, people, suspected


@pytest.fixture
def pairs(own_database: Database) -> list[Pair]:
    """The three pairs of three files, and two registrars."""
    with own_database.transaction() as tx:
        a, b, c = people(tx, "Rosa", "Roza", "Rossa")
        return [suspected(tx, *two, score) for two, score in (((a, b), 990), ((b, c), 980), ((a, c), 970))]


@pytest.fixture
def officers(own_database: Database) -> list[Actor]:
    with own_database.transaction() as tx:
        return [acting(tx, login).actor for login in ("ana", "luz")]


@pytest.mark.parametrize("verdict", list(VerdictKind))
def test_of_two_verdicts_at_once_one_is_kept_and_the_other_is_told_of_it(
    own_database: Database, pairs: list[Pair], officers: list[Actor], verdict: VerdictKind
) -> None:
    together = Barrier(2)

    def judge(actor: Actor) -> str:
        with own_database.transaction(actor) as tx:
            together.wait(10)
            try:
                return duplicates.decide(tx, pair=pairs[0], verdict=verdict, reason="x").decided_by
            except AlreadyDecided as refused:
                return f"refused for {refused.numbers['who']}"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(judge, officers))
    with own_database.transaction() as tx:
        kept = registry.queries.duplicates.list_verdicts(tx, pair=pairs[0])
    if verdict == VerdictKind.UNSURE:
        # Nobody is wrong to be unsure after another was.
        assert sorted(one.decided_by for one in kept) == sorted(said)
        return
    assert [one.decided_by for one in kept] == [said[0]]
    assert said[1] == f"refused for {said[0]}"


def test_officers_who_ask_at_once_get_different_pairs(
    own_database: Database, pairs: list[Pair], officers: list[Actor]
) -> None:
    together = Barrier(2)

    def ask(actor: Actor) -> Pair | None:
        together.wait(10)
        with own_database.transaction(actor) as tx:
            case = duplicates.next_case(tx)
            return None if case is None else case.pair

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(ask, officers)
    assert first is not None
    assert second is not None
    assert first != second


def test_files_that_meet_in_a_third_are_of_one_human_whoever_merges_first(
    own_database: Database, pairs: list[Pair], officers: list[Actor]
) -> None:
    together = Barrier(2)

    def judge(work: tuple[Actor, Pair]) -> None:
        actor, pair = work
        with own_database.transaction(actor) as tx:
            together.wait(10)
            duplicates.decide(tx, pair=pair, verdict=VerdictKind.SAME, reason="x")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(judge, zip(officers, pairs[:2], strict=True)))
    with own_database.transaction() as tx:
        assert len(identity.list_same_human(tx, person_id=pairs[0].low_id)) == 3
        assert registry.list_pairs(tx) == []
