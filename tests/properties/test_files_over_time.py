"""Whatever officers do to a file in whatever order, it says what a simple model says, of every day."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ayni.foundation.db import Database, Tx, begin
from ayni.foundation.errors import AyniError
from ayni.identity import OfficerRole, lives, privacy
from ayni.identity.model import Person
from tests.conftest import TEST_ACTOR
from tests.identity.cast import acting, after, officer, register

LIVES = 2_000 if os.environ.get("AYNI_TEST_SOAK") else 60
WHY: dict[str, Any] = {"reason": "so", "source": "DNI"}

NAMES = st.sampled_from(["Rosa", "Ruth", "Luz"])
STEPS = st.one_of(
    st.tuples(st.just("given_names"), NAMES),
    st.tuples(st.just("second_surname"), st.one_of(st.none(), NAMES)),
    st.tuples(st.just("birth_on"), st.sampled_from([None, date(1980, 2, 29), date(1981, 1, 1)])),
    st.tuples(st.just("language"), st.sampled_from([None, "qu", "es"])),
    st.tuples(st.sampled_from(["die", "live", "restrict", "lift"]), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 3)),
)


@dataclass
class Model:
    """What a file should say: the particulars by day, whether they live, whether anybody may look."""

    now: dict[str, Any]
    by_day: dict[date, dict[str, Any]] = field(default_factory=dict)
    died: bool = False
    restricted: bool = False

    def expects(self, what: str, value: Any) -> str | None:
        """The code of the refusal that a step should meet, or None; and what it changes."""
        if what == "lift":
            refusal = None if self.restricted else "not_restricted"
            self.restricted = False
            return refusal
        if self.restricted:
            return "person_is_restricted"
        if what == "restrict":
            self.restricted = True
        elif what == "die":
            if self.died:
                return "person_has_died"
            self.died = True
        elif what == "live":
            if not self.died:
                return "not_recorded_dead"
            self.died = False
        elif self.now[what] == value:
            return "nothing_to_correct"
        else:
            self.now = self.now | {what: value}
        return None


def _do(tx: Tx, person: Person, what: str, value: Any) -> None:
    if what == "die":
        lives.record_death(tx, person_id=person.id, died_on=tx.today, **WHY)
    elif what == "live":
        lives.reverse_death(tx, person_id=person.id, **WHY)
    elif what == "restrict":
        privacy.restrict_person(tx, person_id=person.id, reason="asked")
    elif what == "lift":
        privacy.lift_restriction(tx, person_id=person.id, reason="asked")
    else:
        lives.correct_person(tx, person_id=person.id, particulars={what: value}, **WHY)


def _compare(tx: Tx, person: Person, model: Model) -> None:
    file = privacy.open_file(tx, person_id=person.id, purpose="compare")
    told = {name: getattr(file.person, name) for name in model.now}
    assert told == model.now
    assert (file.person.died_on is not None, file.person.restricted) == (model.died, model.restricted)
    for day, held in model.by_day.items():
        known = file.known_on(day, tx.country.timezone)
        assert known is not None
        assert {name: getattr(known, name) for name in held} == held
    assert sum(one.lifted_at is None for one in file.restrictions) == model.restricted
    seen = tx.connection.execute(
        "SELECT count(*) FROM identity_api.particulars WHERE person_id = %s", [person.id]
    ).fetchone()
    assert seen == (0 if model.restricted else 1,)


def test_a_file_says_what_was_done_to_it_in_whatever_order(database: Database) -> None:
    @settings(max_examples=LIVES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(STEPS, max_size=20))
    def lived(steps: list[tuple[str, Any]]) -> None:
        with database.connection() as connection, connection.transaction(force_rollback=True):
            tx = begin(connection, database.country, TEST_ACTOR)
            person = register(tx, "Rosa", date(1980, 2, 29))
            account = officer(tx, "ana", OfficerRole.REGISTRAR)
            tx = acting(tx, account)
            fields = ("given_names", "second_surname", "birth_on", "language")
            model = Model({name: getattr(person, name) for name in fields})
            for what, value in steps:
                if what == "wait":
                    model.by_day[tx.today] = model.now
                    tx = after(tx, days=value)
                    continue
                try:
                    _do(tx, person, what, value)
                    refusal = None
                except AyniError as refused:
                    refusal = refused.code
                assert refusal == model.expects(what, value)
            model.by_day[tx.today] = model.now
            model.by_day[tx.today + timedelta(days=1)] = model.now
            _compare(tx, person, model)

    lived()
