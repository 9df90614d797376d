"""The ledger and its reference model are driven side by side, and must agree after every step.

Every batch is posted three ways: one chain at a time, all through the ordered path, and the way the ledger
chooses. All three must give the model's answers and leave the model's counters.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from psycopg.rows import dict_row

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, begin
from ayni.ledger import AccountFlag, Counts, Kind, NewAccount, Posted, Result, Transfer
from ayni.ledger.errors import DayAlreadyBegun, LimitAlreadySet
from ayni.values.ids import AccountId, OwnerRef, TransferId, new_id
from tests.conftest import START, TEST_ACTOR
from tests.properties.cast import (
    FREE,
    FUNDS,
    HALF,
    KINDS,
    MAXIMA,
    NAMES,
    PAYEES,
    PAYERS,
    POOL,
    SINCE,
    TIGHT,
)
from tests.properties.drawn_transfers import EVENT, Drawing, next_transfers
from tests.properties.reference_ledger import ReferenceLedger
from tests.properties.reference_state import ZONE, RefAccount, RefClass, RefMaximum, RefOwner, month

SOAK = bool(os.environ.get("AYNI_TEST_SOAK"))


class LedgerMachine(RuleBasedStateMachine):
    """One example is one transaction on a database of its own, rolled back at the end."""

    database: Database

    @initialize()
    def set_up(self) -> None:
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
        self.drawing = Drawing(self.model, self.ids, PAYERS, PAYEES)
        self._post_and_compare([self._paid("programme", name, amount) for name, amount in FUNDS.items()])

    def _paid(self, payer: str, payee: str, amount: int, kind: Kind = Kind.SINGLE) -> Transfer:
        return Transfer(
            id=TransferId(new_id(self.model.now)),
            event_id=EVENT,
            book=1,
            debit_account_id=self.ids[payer],
            credit_account_id=self.ids[payee],
            amount_minor=amount,
            code=3,
            kind=kind,
        )

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
        self._tell_limit(number, kind, row)

    def _tell_limit(self, number: int, kind: str, row: RefMaximum) -> None:
        with self.tx.connection.transaction():
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

    # -- steps -----------------------------------------------------------------------------------

    # One kind of step is as likely as another: what posts has several, all else shares three.

    @rule(data=st.data(), size=st.integers(1, 10))
    def post(self, data: st.DataObject, size: int) -> None:
        batch: list[Transfer] = []
        while len(batch) < size:
            batch.append(data.draw(next_transfers(self.drawing, [*self.sent, *batch])))
        self._post_and_compare(batch)

    @rule(data=st.data(), size=st.integers(8, 16))
    def post_many(self, data: st.DataObject, size: int) -> None:
        self.post(data, size)

    @rule(data=st.data())
    def post_one(self, data: st.DataObject) -> None:
        self.post(data, 1)

    @rule(
        pairs=st.lists(
            st.tuples(st.sampled_from(["luis", "capped", "shop"]), st.integers(1, 5)), max_size=12
        ),
        kind=st.sampled_from([Kind.SINGLE, Kind.PENDING]),
    )
    def post_a_plain_batch(self, pairs: list[tuple[str, int]], kind: Kind) -> None:
        """Mostly what a programme pays: the set path is likely to take it."""
        batch = [self._paid("programme", name, amount, kind) for name, amount in pairs]
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

    @rule(
        what=st.sampled_from(["seconds", "seconds", "day", "month"]),
        seconds=st.sampled_from([1, 59, 60, 3600, 86400, 9 * 86400]),
        before=st.booleans(),
    )
    def time_passes(self, what: str, seconds: int, before: bool) -> None:
        """Some seconds; or until a day or a month begins in the city, or is one second from it."""
        if what == "seconds":
            self._set_clock(self.model.now + timedelta(seconds=seconds))
            return
        day = self.model.today
        month = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        first = month if what == "month" else day + timedelta(days=1)
        at = datetime.combine(first, time(), ZONE).astimezone(UTC)
        self._set_clock(max(self.model.now, at - timedelta(seconds=before)))

    def _set_clock(self, at: datetime) -> None:
        self.model.now = at
        set_clock(self.tx, at=at)

    @rule(data=st.data(), code=st.booleans(), number=st.sampled_from([TIGHT, TIGHT, HALF, FREE]))
    def the_law_changes(self, data: st.DataObject, code: bool, number: int) -> None:
        """From today, from tomorrow, or as it cannot."""
        if code:
            bits = data.draw(st.sampled_from([0, 2, 4, 16, 32, 36, 63]))
            begins = data.draw(st.integers(-1, 2))
            self._code_counts_otherwise(number, data.draw(st.sampled_from([1, 2, 3, 9])), bits, begins)
            return
        first = self.model.today + timedelta(days=data.draw(st.integers(0, 2)))
        lasts = data.draw(st.sampled_from([None, None, 0, 3]))
        maximum = data.draw(st.sampled_from([None, 10, 25, 60, 150]))
        kind = data.draw(st.sampled_from(KINDS))
        row = RefMaximum(first, None if lasts is None else first + timedelta(days=lasts), maximum)
        known = self.model.classes[number].row_of(kind, first)
        if known is None:
            self._add_limit(number, kind, row)
        elif self.model.classes[number].same(kind, known, row):
            self._tell_limit(number, kind, row)
        else:
            with pytest.raises(LimitAlreadySet):
                self._tell_limit(number, kind, row)

    def _code_counts_otherwise(self, number: int, code: int, bits: int, begins: int) -> None:
        first = self.model.today + timedelta(days=begins)
        rows = self.model.classes[number].counts.get(code, {})
        refused: type[Exception] | None = None
        if first in rows:
            refused = LimitAlreadySet if rows[first] != bits else None
        elif begins <= 0 and any(day < first for day in rows):
            refused = DayAlreadyBegun
        if refused is None:
            self._add_codes(number, {code: Counts(bits)}, first)
            return
        with pytest.raises(refused), self.tx.connection.transaction():
            ledger.add_limit_codes(self.tx, limit_class=number, counts={code: Counts(bits)}, valid_from=first)

    @rule(
        what=st.sampled_from(["account", "owner", "class", "close", "job", "job"]),
        name=st.sampled_from(["rosa", "luis", "ana"]),
        flag=st.sampled_from([1, 2, 4]),
        on=st.booleans(),
        limit_class=st.sampled_from([TIGHT, TIGHT, FREE, HALF]),
    )
    def guards_change(self, what: str, name: str, flag: int, on: bool, limit_class: int) -> None:
        if what == "account":
            account = self.model.accounts[self.ids[name]]
            account.flags = account.flags | flag if on else account.flags & ~flag
            ledger.flag_account(self.tx, account_id=self.ids[name], flags=AccountFlag(flag), on=on)
        elif what == "owner":
            owner = self.model.owners[self.owners[name]]
            owner.flags = owner.flags | flag if on else owner.flags & ~flag
            ledger.flag_owner(self.tx, owner_ref=self.owners[name], flags=AccountFlag(flag), on=on)
        elif what == "class":
            self.model.owners[self.owners[name]].limit_class = limit_class
            ledger.set_limit_class(self.tx, owner_ref=self.owners[name], limit_class=limit_class)
        elif what == "close":
            self._close_what_is_empty()
        else:
            assert ledger.expire_holds(self.tx, most=1000) == self.model.expire(1000)

    def _close_what_is_empty(self) -> None:
        account = self.model.accounts[self.ids["capped"]]
        empty = account.cpost == account.dpost and not account.cpend and not account.dpend
        if empty and not account.closed and len(self.sent) > 40:
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

    @invariant()
    def what_is_left_of_limits_agrees(self) -> None:
        if not hasattr(self, "tx"):
            return
        for name in ("rosa", "luis", "ana"):
            account = self.model.accounts[self.ids[name]]
            used = {
                "single": 0,
                "conversions_month": self.model.family_used(account, "conversions"),
                "total_month": self.model.family_used(account, "total"),
                "balance": self.model.holdings(account),
            }
            found = ledger.limit_use(self.tx, self.owners[name], book=1)
            assert {use.kind: (use.maximum_minor, use.used_minor) for use in found} == {
                kind: (maximum, used[kind]) for kind, maximum in self.model.maxima_of(account).items()
            }


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
