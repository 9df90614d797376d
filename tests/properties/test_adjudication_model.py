"""Whatever officers decide and take back, files are of one human just where verdicts in force join them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ayni import identity, registry
from ayni.foundation.db import Tx
from ayni.foundation.errors import Refused
from ayni.registry import VerdictKind, duplicates
from ayni.values.ids import PersonId
from tests.registry.duplicating import acting, live_in, people, suspected

_FILES = 5
_PAIRS = list(combinations(range(_FILES), 2))
_STEP = st.tuples(st.sampled_from(_PAIRS), st.sampled_from([*VerdictKind, None]))
"""A pair and a verdict, or None to take the last one back."""


class _Model:
    """What holds, by nothing but sets."""

    def __init__(self) -> None:
        self.verdicts: dict[tuple[int, int], VerdictKind] = {}

    def humans(self) -> dict[int, frozenset[int]]:
        groups = {one: {one} for one in range(_FILES)}
        for (one, other), verdict in self.verdicts.items():
            if verdict == VerdictKind.SAME and groups[one] is not groups[other]:
                groups[one] |= groups[other]
                for file in groups[other]:
                    groups[file] = groups[one]
        return {one: frozenset(group) for one, group in groups.items()}

    def accepts(self, pair: tuple[int, int], verdict: VerdictKind | None) -> bool:
        decided = self.verdicts.get(pair, VerdictKind.UNSURE) != VerdictKind.UNSURE
        if verdict is None:
            return decided
        if decided:
            return False
        one, other = (self.humans()[file] for file in pair)
        if verdict == VerdictKind.DIFFERENT:
            return one != other
        return verdict == VerdictKind.UNSURE or not any(
            said == VerdictKind.DIFFERENT and ((a in one and b in other) or (a in other and b in one))
            for (a, b), said in self.verdicts.items()
        )


class _Undone(Exception):
    pass


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, max_size=12))
def test_files_are_joined_exactly_by_the_verdicts_in_force(
    tx: Tx, steps: list[tuple[tuple[int, int], VerdictKind | None]]
) -> None:
    try:
        with tx.connection.transaction():
            _play(tx, steps)
            raise _Undone
    except _Undone:
        pass


def _play(tx: Tx, steps: list[tuple[tuple[int, int], VerdictKind | None]]) -> None:
    files = people(tx, *("Rosa" for _ in range(_FILES)))
    for number, file in enumerate(files):
        live_in(tx, f"H{number}", {file: "head"})
    ana, model = acting(tx, "ana"), _Model()
    known = {pair: suspected(tx, files[pair[0]], files[pair[1]]) for pair in _PAIRS}
    for pair, verdict in steps:
        expected = model.accepts(pair, verdict)
        try:
            if verdict is None:
                duplicates.undo(ana, pair=known[pair], reason="x")
            else:
                duplicates.decide(ana, pair=known[pair], verdict=verdict, reason="x")
            accepted = True
        except Refused:
            accepted = False
        assert accepted == expected
        if accepted:
            model.verdicts[pair] = VerdictKind.UNSURE if verdict is None else verdict
        _compare(tx, files, model)


def _compare(tx: Tx, files: list[PersonId], model: _Model) -> None:
    homes = []
    for number, group in model.humans().items():
        expected = sorted(files[one] for one in group)
        assert identity.list_same_human(tx, person_id=files[number]) == expected
        present = [one for one in expected if registry.find_membership(tx, person_id=one) is not None]
        assert len(present) == 1
        homes.append(present[0])
    assert set(homes) <= set(files)
    waiting = {(pair.low_id, pair.high_id) for pair in registry.list_pairs(tx)}
    assert waiting == {
        (files[one], files[other])
        for one, other in _PAIRS
        if model.verdicts.get((one, other), VerdictKind.UNSURE) == VerdictKind.UNSURE
        and model.humans()[one] != model.humans()[other]
    }
