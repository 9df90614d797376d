"""The ledger and its reference model are driven side by side, and must agree after every step.

Every batch is posted three ways: one chain at a time, all through the ordered path, and the way the ledger
chooses. All three must give the model's answers and leave the model's counters.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.rows import dict_row

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, begin
from ayni.ledger import AccountFlag, Counts, Kind, NewAccount, Posted, Result, Transfer
from ayni.values.ids import AccountId, EventId, OwnerRef, TransferId, new_id
from tests.conftest import START, TEST_ACTOR
from tests.properties.reference_ledger import ReferenceLedger
from tests.properties.reference_state import RefAccount, RefClass, RefMaximum, RefOwner, month

SOAK = bool(os.environ.get("AYNI_TEST_SOAK"))
NO_ACCOUNT = AccountId(UUID("00000000-0000-7000-8000-00000000dead"))
EVENT = EventId(UUID("00000000-0000-7000-8000-0000000000e1"))

SINCE = date(2025, 1, 1)

TIGHT, FREE, HALF = 1, 2, 3
MAXIMA: dict[int, tuple[dict[str, int | None], dict[int, Counts]]] = {
    TIGHT: (
        {"single": 40, "conversions_month": 60, "total_month": 90, "balance": 100},
        {
            1: Counts.DEBIT_SINGLE | Counts.DEBIT_TOTAL | Counts.CREDIT_TOTAL,
            2: Counts.DEBIT_CONVERSIONS | Counts.CREDIT_CONVERSIONS | Counts.CREDIT_SINGLE,
            3: Counts.NONE,
        },
    ),
    FREE: (
        {"single": None, "conversions_month": None, "total_month": None, "balance": None},
        {1: Counts(63), 2: Counts.NONE, 3: Counts.NONE},
    ),
    HALF: ({"single": 40}, {1: Counts.DEBIT_TOTAL, 3: Counts.NONE}),
}

# name: (owner, class, flags of the account)
POOL: dict[str, tuple[str, int | None, dict[str, object]]] = {
    "rosa": ("rosa", TIGHT, {}),
    "rosa_goal": ("rosa", TIGHT, {}),
    "rosa_food": ("rosa", TIGHT, {"purpose": 7}),
    "luis": ("luis", TIGHT, {}),
    "ana": ("ana", TIGHT, {"credit_limit": 30}),
    "capped": ("capped", FREE, {"ceiling": 50}),
    "shop": ("shop", FREE, {"accepts": (7,)}),
    "programme": ("programme", FREE, {"credit_limit": None}),
    "bank": ("bank", FREE, {"debit_normal": True, "credit_limit": None}),
    "asset": ("asset", FREE, {"debit_normal": True, "ceiling": 200}),
    "half": ("half", HALF, {"credit_limit": None}),
    "nobody": ("nobody", None, {"credit_limit": None}),
    "abroad": ("abroad", FREE, {"book": 2, "credit_limit": None}),
}
NAMES = sorted(POOL)
KINDS = [Kind.SINGLE] * 5 + [Kind.PENDING] * 3 + [Kind.POST, Kind.VOID, Kind.RETURN] * 2
AMOUNTS = st.one_of(st.integers(1, 60), st.sampled_from([0, -1, 10**14, 10**14 + 1, 2**63 - 1, -(2**63)]))


class LedgerMachine(RuleBasedStateMachine):
    """One example is one transaction on a database of its own, rolled back at the end."""

    database: Database

    @initialize()
    def set_up(self) -> None:
        self.made = 0
        self.sent: list[Transfer] = []
        self.connection = psycopg.connect(self.database.url)
        self.tx = begin(self.connection, self.database.country, TEST_ACTOR)
        self.model = ReferenceLedger(START)
        self.ids: dict[str, AccountId] = {}
        entity = OwnerRef(new_id(START))
        for book in (1, 2):
            ledger.open_book(self.tx, book=book, name=f"book {book}", currency="PEN", entity_ref=entity)
        for number, (maxima, counts) in MAXIMA.items():
            ledger.define_limit_class(self.tx, limit_class=number, name=str(number), time_zone="America/Lima")
            self.model.classes[number] = RefClass({}, {})
            for kind, maximum in maxima.items():
                self._add_limit(number, kind, RefMaximum(SINCE, None, maximum))
            self._add_codes(number, counts, SINCE)
        self.owners = {owner: OwnerRef(new_id(START)) for owner, _, _ in POOL.values()}
        for name, (owner, limit_class, given) in POOL.items():
            self._open(name, owner, limit_class, given)
        self.names = {account: name for name, account in self.ids.items()}

    def _open(self, name: str, owner: str, limit_class: int | None, given: dict[str, object]) -> None:
        ref = self.owners[owner]
        account = RefAccount(owner=ref, **{"book": 1, **given})  # type: ignore[arg-type]
        self.ids[name] = AccountId(new_id(START))
        self.model.owners[ref] = RefOwner(limit_class)
        self.model.accounts[self.ids[name]] = account
        ledger.open_owners(self.tx, owner_refs=[ref], limit_class=limit_class)
        ledger.open_accounts(
            self.tx,
            accounts=[
                NewAccount(
                    id=self.ids[name],
                    book=account.book,
                    code=2010,
                    owner_ref=ref,
                    debit_normal=account.debit_normal,
                    credit_limit_minor=account.credit_limit,
                    balance_ceiling_minor=account.ceiling,
                    purpose=account.purpose,
                    accepts=account.accepts or None,
                )
            ],
        )

    def _add_limit(self, number: int, kind: str, row: RefMaximum) -> None:
        self.model.classes[number].maxima.setdefault(kind, []).append(row)
        ledger.add_limit(
            self.tx,
            limit_class=number,
            kind=kind,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            maximum_minor=row.maximum,
            source="test",
        )

    def _add_codes(self, number: int, counts: dict[int, Counts], first: date) -> None:
        for code, bits in counts.items():
            self.model.classes[number].counts.setdefault(code, {})[first] = bits
        ledger.add_limit_codes(self.tx, limit_class=number, counts=counts, valid_from=first)

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.rollback()
            self.connection.close()

    # -- drawing ---------------------------------------------------------------------------------

    def _account(self, draw: st.DrawFn, *, optional: bool) -> AccountId | None:
        if optional and draw(st.integers(0, 3)):
            return None
        if draw(st.integers(0, 30)) == 0:
            return draw(st.sampled_from([NO_ACCOUNT, None]))
        return self.ids[draw(st.sampled_from(NAMES))]

    def _fresh(self, draw: st.DrawFn, batch: list[Transfer]) -> Transfer:
        self.made += 1
        kind = draw(st.sampled_from(KINDS))
        resolving = kind in (Kind.POST, Kind.VOID, Kind.RETURN)
        wanted = (Kind.SINGLE, Kind.POST) if kind == Kind.RETURN else (Kind.PENDING,)
        named = [t.id for t in [*self.sent, *batch] if t.kind in wanted or draw(st.integers(0, 99)) == 0]
        pending = draw(st.sampled_from(named)) if resolving and named else None
        if draw(st.integers(0, 40)) == 0:
            pending = TransferId(new_id(START))
        timeout = draw(st.sampled_from([None, None, 60, 3600, 86400])) if kind == Kind.PENDING else None
        if draw(st.integers(0, 40)) == 0:
            timeout = draw(st.sampled_from([0, -1, 5]))
        amount = draw(st.sampled_from([0, 0, 5])) if resolving else draw(AMOUNTS)
        nasty = draw(st.integers(0, 60))
        return Transfer(
            id=TransferId(UUID(int=0)) if nasty == 1 else TransferId(new_id(self.model.now)),
            event_id=EVENT,
            book=2 if nasty == 2 else 1,
            debit_account_id=self._account(draw, optional=resolving),
            credit_account_id=self._account(draw, optional=resolving),
            amount_minor=amount,
            code=draw(st.sampled_from([1, 1, 1, 2, 2, 3, 9])),
            kind=Kind.EXPIRE if nasty == 3 else kind,
            pending_id=pending,
            timeout_seconds=timeout,
            linked=draw(st.integers(0, 4)) == 0,
            balancing=draw(st.integers(0, 6)) == 0,
            reference=draw(st.sampled_from([None, EVENT])),
            event_at=draw(st.sampled_from([None, None, START])),
        )

    def _again(self, draw: st.DrawFn, batch: list[Transfer]) -> Transfer:
        old = draw(st.sampled_from([*self.sent, *batch]))
        change = draw(st.integers(0, 11))
        changes: list[dict[str, object]] = [
            {"amount_minor": 7},
            {"code": 3},
            {"debit_account_id": self.ids["luis"]},
            {"credit_account_id": self.ids["shop"]},
            {"reference": new_id(START)},
            {"event_at": START + timedelta(days=1)},
            {"timeout_seconds": 77},
        ]
        linked = draw(st.integers(0, 4)) == 0
        if change < len(changes):
            return replace(old, linked=linked, **changes[change])  # type: ignore[arg-type]
        return replace(old, linked=linked)

    # -- steps -----------------------------------------------------------------------------------

    @rule(data=st.data(), size=st.integers(1, 10))
    def post(self, data: st.DataObject, size: int) -> None:
        batch: list[Transfer] = []

        @st.composite
        def transfer(draw: st.DrawFn) -> Transfer:
            if (self.sent or batch) and draw(st.integers(0, 5)) == 0:
                return self._again(draw, batch)
            return self._fresh(draw, batch)

        while len(batch) < size:
            batch.append(data.draw(transfer()))
        self._post_and_compare(batch)

    @rule(
        pairs=st.lists(
            st.tuples(st.sampled_from(["luis", "capped", "shop"]), st.integers(1, 5)), max_size=12
        ),
        kind=st.sampled_from([Kind.SINGLE, Kind.PENDING]),
    )
    def post_a_plain_batch(self, pairs: list[tuple[str, int]], kind: Kind) -> None:
        """Mostly what a programme pays: the set path is likely to take it."""
        batch = [
            Transfer(
                id=TransferId(new_id(self.model.now)),
                event_id=EVENT,
                book=1,
                debit_account_id=self.ids["programme"],
                credit_account_id=self.ids[name],
                amount_minor=amount,
                code=3,
                kind=kind,
            )
            for name, amount in pairs
        ]
        if batch:
            self._post_and_compare(batch)

    def _post_and_compare(self, batch: list[Transfer]) -> None:
        expected = self.model.post(batch)
        ways: dict[str, list[Posted]] = {}
        states: dict[str, dict[str, tuple[object, ...]]] = {}
        for way in ("one by one", "ordered", "chosen"):
            self.connection.execute("SAVEPOINT way")
            ways[way] = self._send(batch, way)
            states[way] = self._state()
            if way != "chosen":
                self.connection.execute("ROLLBACK TO SAVEPOINT way")
        for way, answers in ways.items():
            for transfer, answer, wanted in zip(batch, answers, expected, strict=True):
                assert answer == wanted, (way, answer, wanted, transfer)
        for way, state in states.items():
            assert state == self._expected_state(), way
        self.sent += [transfer for transfer in batch if transfer.id.int]

    def _send(self, batch: list[Transfer], way: str) -> list[Posted]:
        if way != "one by one":
            return ledger.post(self.tx, batch, ordered=way == "ordered")
        answers: list[Posted] = []
        chain: list[Transfer] = []
        for place, transfer in enumerate(batch):
            chain.append(transfer)
            if not transfer.linked or place == len(batch) - 1:
                answers += ledger.post(self.tx, chain)
                chain = []
        return answers

    @rule(seconds=st.sampled_from([1, 59, 60, 3600, 86400, 20 * 86400]))
    def time_passes(self, seconds: int) -> None:
        self.model.now += timedelta(seconds=seconds)
        set_clock(self.tx, at=self.model.now)

    @rule(name=st.sampled_from(["rosa", "luis", "shop"]), flag=st.sampled_from([1, 2, 4]), on=st.booleans())
    def flag_an_account(self, name: str, flag: int, on: bool) -> None:
        account = self.model.accounts[self.ids[name]]
        account.flags = account.flags | flag if on else account.flags & ~flag
        ledger.flag_account(self.tx, account_id=self.ids[name], flags=AccountFlag(flag), on=on)

    @rule(name=st.sampled_from(["rosa", "luis"]), flag=st.sampled_from([1, 2, 4]), on=st.booleans())
    def flag_an_owner(self, name: str, flag: int, on: bool) -> None:
        owner = self.model.owners[self.owners[name]]
        owner.flags = owner.flags | flag if on else owner.flags & ~flag
        ledger.flag_owner(self.tx, owner_ref=self.owners[name], flags=AccountFlag(flag), on=on)

    @rule(name=st.sampled_from(["luis", "ana"]), limit_class=st.sampled_from([TIGHT, FREE, HALF]))
    def change_the_class(self, name: str, limit_class: int) -> None:
        self.model.owners[self.owners[name]].limit_class = limit_class
        ledger.set_limit_class(self.tx, owner_ref=self.owners[name], limit_class=limit_class)

    @precondition(lambda self: self.sent)
    @rule()
    def the_job_expires_holds(self) -> None:
        assert ledger.expire_holds(self.tx, most=1000) == self.model.expire(1000)

    @rule()
    def close_what_is_empty(self) -> None:
        account = self.model.accounts[self.ids["capped"]]
        empty = account.cpost == account.dpost and not account.cpend and not account.dpend
        if empty and not account.closed and self.made > 25:
            account.closed = True
            ledger.close_account(self.tx, account_id=self.ids["capped"])

    # -- comparing -------------------------------------------------------------------------------

    def _state(self) -> dict[str, tuple[object, ...]]:
        query = """SELECT a.id, debits_pending, debits_posted, credits_pending, credits_posted, version,
            CASE WHEN used_month = c.month THEN conversions_used ELSE 0 END AS conversions,
            CASE WHEN used_month = c.month THEN total_used ELSE 0 END AS total
            FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class"""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return {
                self.names[row.pop("id")]: tuple(row.values()) for row in cursor.execute(query).fetchall()
            }

    def _expected_state(self) -> dict[str, tuple[object, ...]]:
        now = month(self.model.now)
        return {
            self.names[AccountId(key)]: (
                account.dpend,
                account.dpost,
                account.cpend,
                account.cpost,
                account.version,
                self.model.used.get((key, "conversions", now), 0),
                self.model.used.get((key, "total", now), 0),
            )
            for key, account in self.model.accounts.items()
        }

    @invariant()
    def the_books_hold(self) -> None:
        if hasattr(self, "tx"):
            assert ledger.list_violations(self.tx) == []

    @invariant()
    def statements_agree(self) -> None:
        if not hasattr(self, "tx"):
            return
        for name in NAMES:
            lines = ledger.list_statement(self.tx, self.ids[name], most=5)
            wanted = self.model.accounts[self.ids[name]].lines[::-1][:5]
            assert [(line.seq, line.balance_minor) for line in lines] == wanted


def test_the_ledger_and_its_reference_model_agree(database: Database) -> None:
    """Answers, amounts, order, counters, usage of limits, statements and invariants, after every step."""
    LedgerMachine.database = database
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=1500 if SOAK else 30,
            stateful_step_count=40 if SOAK else 18,
            deadline=None,
            # Shrinking takes minutes: the soak run does it, the gate only says that something is wrong.
            phases=list(Phase) if SOAK else [Phase.explicit, Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            derandomize=not SOAK,
            print_blob=True,
        ),
    )


@pytest.mark.parametrize("result", list(Result), ids=lambda result: result.name)
def test_success_is_created_or_exists(result: Result) -> None:
    assert result.ok == (result.name in ("CREATED", "EXISTS"))


def test_the_present_of_a_test_database_is_where_every_parameter_exists() -> None:
    assert datetime(2025, 5, 1, tzinfo=UTC) <= START <= datetime(2026, 4, 30, tzinfo=UTC)
