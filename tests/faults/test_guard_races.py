"""Accounts are frozen, closed and limited while many pay through both doors: no guard that stands is passed.

Each change of a guard is noted with the newest seq at that moment, which nobody can move while the lock is
held. Afterwards every transfer is held against the guards that stood when it was posted.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from psycopg.rows import dict_row

from ayni import ledger
from ayni.foundation.country import Country
from ayni.foundation.db import Database, Tx
from ayni.ledger import AccountFlag, Kind, Poster, Result, Transfer
from ayni.ledger.errors import AccountNotEmpty, LimitBelowUse
from ayni.values.ids import AccountId, OwnerRef, TransferId, new_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import EVENT, City

FREE, TIGHT, TIGHT_SINGLE = 1, 2, 50
NAMES = {
    "frozen": ["f0", "f1", "f2"],
    "owner frozen": ["o0", "o1"],
    "limited": ["l0", "l1", "l2"],
    "classed": ["k0", "k1"],
    "closed": [f"c{number}" for number in range(8)],
}
EVERYBODY = [name for names in NAMES.values() for name in names]
ACCOUNTS = "name | limit\n source | none\n" + "\n".join(
    # Who is put into a class of limits is to be kept from spending by nothing else.
    f"{name} | {'none' if name.startswith('k') else '-'}"
    for name in EVERYBODY
)
TURNS = 30


@dataclass(frozen=True)
class Guard:
    """What stood on an account after one seq and until another."""

    name: str
    what: str
    after: int
    until: int
    value: int = 0


@dataclass
class Town:
    """The accounts, who pays, what stood when, and every answer that was given."""

    database: Database
    city: City
    poster: Poster
    guards: list[Guard] = field(default_factory=list)
    answers: list[Result] = field(default_factory=list)
    holds: list[TransferId] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def account(self, name: str) -> AccountId:
        return self.city.accounts[name]

    def change(self, work: Callable[[Tx], object]) -> int:
        """Do it and give the newest seq of that moment: the lock is held until the commit."""
        with self.database.transaction(TEST_ACTOR) as tx:
            work(tx)
            row = tx.execute("SELECT coalesce(max(seq), 0) FROM ledger.transfers").fetchone()
            assert row is not None
            return int(row[0])

    def pay(self, seed: int) -> None:
        """Send batches until the guards have had their turns: every other payer by the poster."""
        chance = random.Random(seed)
        while not self.over.is_set():
            batch = [self._transfer(chance) for _ in range(chance.choice([1, 1, 4, 25]))]
            if seed % 2:
                posted = self.poster.post(batch, timeout_seconds=120)
            else:
                with self.database.transaction(TEST_ACTOR) as tx:
                    posted = ledger.post(tx, batch, ordered=chance.random() < 0.3)
            self.answers += [answer.result for answer in posted]
            self.holds += [one.id for one in batch if one.kind is Kind.PENDING]

    def _transfer(self, chance: random.Random) -> Transfer:
        one = TransferId(new_id(START))
        if self.holds and chance.random() < 0.3:
            kind = chance.choice([Kind.POST, Kind.VOID])
            return Transfer(one, EVENT, 1, None, None, 0, 1, kind, chance.choice(self.holds[-40:]))
        debit, credit = chance.sample(["source", "source", *EVERYBODY], 2)
        if debit == credit:
            credit = chance.choice(EVERYBODY)
        drain = chance.random() < 0.3
        kind = Kind.PENDING if not drain and chance.random() < 0.2 else Kind.SINGLE
        amount = 10**6 if drain and debit != "source" else chance.randint(1, 80)
        return Transfer(
            one,
            EVENT,
            1,
            self.account(debit),
            self.account("source" if drain and debit != "source" else credit),
            amount,
            1,
            kind,
            balancing=drain and debit != "source",
        )

    def freeze(self, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(TURNS):
            name = chance.choice(NAMES["frozen"])
            self._flag(name, "frozen", chance)

    def freeze_owners(self, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(TURNS):
            self._flag(chance.choice(NAMES["owner frozen"]), "owner frozen", chance)

    def _flag(self, name: str, what: str, chance: random.Random) -> None:
        flag = chance.choice([AccountFlag.FROZEN, AccountFlag.DORMANT, AccountFlag.LEGAL_HOLD])

        def turn(*, on: bool) -> Callable[[Tx], object]:
            if what == "frozen":
                return lambda tx: ledger.flag_account(tx, account_id=self.account(name), flags=flag, on=on)
            owner: OwnerRef = self.city.owners[name]
            return lambda tx: ledger.flag_owner(tx, owner_ref=owner, flags=flag, on=on)

        after = self.change(turn(on=True))
        self._let_them_pay(after)
        self.guards.append(Guard(name, what, after, self.change(turn(on=False))))

    def limit(self, seed: int) -> None:
        chance = random.Random(seed)
        stands: dict[str, tuple[int, int]] = {}
        for _ in range(2 * TURNS):
            name, ceiling = chance.choice(NAMES["limited"]), chance.randint(10, 200)
            with contextlib.suppress(LimitBelowUse):
                after = self.change(
                    lambda tx, name=name, ceiling=ceiling: ledger.set_account_limits(
                        tx,
                        account_id=self.account(name),
                        credit_limit_minor=ceiling,
                        balance_ceiling_minor=ceiling,
                    )
                )
                if name in stands:
                    self.guards.append(Guard(name, "limited", stands[name][0], after, stands[name][1]))
                stands[name] = after, ceiling
                self._let_them_pay(after)

    def classify(self, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(TURNS):
            name = chance.choice(NAMES["classed"])
            owner: OwnerRef = self.city.owners[name]

            def move(limit_class: int, owner: OwnerRef = owner) -> Callable[[Tx], object]:
                return lambda tx: ledger.set_limit_class(tx, owner_ref=owner, limit_class=limit_class)

            after = self.change(move(TIGHT))
            self._let_them_pay(after)
            self.guards.append(Guard(name, "classed", after, self.change(move(FREE)), TIGHT_SINGLE))

    def close(self, seed: int) -> None:
        chance = random.Random(seed)
        still_open = [*NAMES["closed"]]
        for _ in range(40 * TURNS):
            if not still_open:
                break
            name = chance.choice(still_open)
            with contextlib.suppress(AccountNotEmpty):
                after = self.change(
                    lambda tx, name=name: ledger.close_account(tx, account_id=self.account(name))
                )
                self.guards.append(Guard(name, "closed", after, 2**62))
                still_open.remove(name)
                self._let_them_pay(after)

    def _let_them_pay(self, after: int) -> None:
        """Until something was posted past this seq, so that a guard stands in somebody's way."""
        while True:
            with self.database.transaction(TEST_ACTOR) as tx:
                row = tx.execute("SELECT coalesce(max(seq), 0) FROM ledger.transfers").fetchone()
            if row is not None and row[0] > after + 5:
                return


@pytest.fixture
def town(own_database: Database, country: Country) -> object:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = City(tx).open(ACCOUNTS)
    with Database(own_database.url, country, pool_size=20) as many, Poster(many) as poster:
        yield Town(many, city, poster)


def _broken(guard: Guard, line: dict[str, object], account: AccountId) -> bool:
    """Whether a transfer between the guard's two seqs went past it."""
    new = line["kind"] in (Kind.SINGLE, Kind.PENDING)
    debited, credited = line["debit_account_id"] == account, line["credit_account_id"] == account
    if guard.what in ("frozen", "owner frozen"):
        return new and debited
    if guard.what == "closed":
        return debited or credited
    if guard.what == "classed":
        return new and (debited or credited) and int(str(line["amount_minor"])) > guard.value
    over = credited and int(str(line["credit_balance"])) > guard.value
    return new and (over or (debited and int(str(line["debit_balance"])) < -guard.value))


def test_no_guard_is_passed_by_whoever_races_with_it(town: Town) -> None:
    guards = [town.freeze, town.freeze_owners, town.limit, town.classify, town.close]
    with ThreadPoolExecutor(12) as pool:
        payers = [pool.submit(town.pay, seed) for seed in range(6)]
        try:
            for done in [pool.submit(guard, seed) for seed, guard in enumerate(guards)]:
                done.result(300)
        finally:
            town.over.set()
        for payer in payers:
            payer.result(120)
    with town.database.transaction(TEST_ACTOR) as tx:
        with tx.connection.cursor(row_factory=dict_row) as cursor:
            lines = cursor.execute("SELECT * FROM ledger.transfers ORDER BY seq").fetchall()
        broken = [
            (guard, line["seq"])
            for guard in town.guards
            for line in lines[guard.after : guard.until]
            if _broken(guard, line, town.account(guard.name))
        ]
        assert broken == []
        assert ledger.list_violations(tx) == []
        shut = {guard.name for guard in town.guards if guard.what == "closed"}
        for name in shut:
            account = ledger.get_account(tx, town.account(name))
            assert account.flags & AccountFlag.CLOSED
            assert account.balance_minor == account.debits_pending == account.credits_pending == 0
    # Every guard stood in somebody's way, or the race was none.
    assert {guard.what for guard in town.guards} == {*NAMES}
    for stopped in (
        {Result.DEBIT_ACCOUNT_FROZEN, Result.DEBIT_ACCOUNT_DORMANT, Result.DEBIT_ACCOUNT_LEGAL_HOLD},
        {Result.DEBIT_OWNER_FROZEN, Result.DEBIT_OWNER_DORMANT, Result.DEBIT_OWNER_LEGAL_HOLD},
        {Result.DEBIT_ACCOUNT_CLOSED, Result.CREDIT_ACCOUNT_CLOSED},
        {Result.CREDIT_CEILING_EXCEEDED},
        {Result.DEBIT_SINGLE_LIMIT_EXCEEDED, Result.CREDIT_SINGLE_LIMIT_EXCEEDED},
    ):
        assert stopped & {*town.answers}
