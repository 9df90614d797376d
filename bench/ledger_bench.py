"""The ledger against the physical limit (COPY of the same rows into the same table) and against TPC-B."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg

from ayni import ledger
from ayni.foundation.db import Actor, Database, begin
from ayni.foundation.embedded import EmbeddedServer
from ayni.ledger import Counts, NewAccount, Transfer, TransferCode
from ayni.values.ids import AccountId, EventId, OwnerRef, TransferId, new_id
from bench.measure import in_turn, rate

ACCOUNTS = 10_000
PLENTY = 10**12
CODE = TransferCode.SEND
CONTEXT = '{"actor": "bench", "channel": "bench"}'
ROWS = (
    "seq, id, event_id, debit_account_id, credit_account_id, amount_minor, event_at, created_at, "
    "debit_version, credit_version, debit_balance, credit_balance, debit_previous_seq, "
    "credit_previous_seq, timeout_seconds, book, code, kind, balancing, requested_minor, pending_id, "
    "reference, context"
)


def _present() -> datetime:
    return datetime.now(UTC)


class Bench:
    """A database with accounts under limits, all rules on, and ways to post to it."""

    def __init__(self, server: EmbeddedServer, database: Database) -> None:
        self.server = server
        self.database = database
        # The first digits are zeros so that pgbench can name an account by its number.
        self.accounts = [
            AccountId(UUID(f"00000000-0000-7000-8000-{number:012d}")) for number in range(ACCOUNTS)
        ]
        self.poor = [AccountId(new_id(_present())) for _ in range(100)]
        self.random = random.Random(20250602)
        self._set_up()
        self.name = database.url.split("dbname=")[1].split(" ")[0]
        self._url = server.url(self.name)
        self.connection = psycopg.connect(database.url, autocommit=True)
        self.owner = psycopg.connect(self._url, autocommit=True)
        self.owner.execute("CREATE TABLE IF NOT EXISTS raw (LIKE ledger.transfers INCLUDING ALL)")
        self.owner.execute("VACUUM ANALYZE ledger.accounts")

    def _set_up(self) -> None:
        with self.database.transaction(Actor("bench", "bench")) as tx:
            entity = OwnerRef(new_id(tx.now))
            ledger.open_book(tx, book=1, name="bench", currency="PEN", entity_ref=entity)
            ledger.define_limit_class(tx, limit_class=1, name="bench", time_zone="America/Lima")
            for kind in ("single", "conversions_month", "total_month", "balance"):
                ledger.add_limit(
                    tx,
                    limit_class=1,
                    kind=kind,
                    valid_from=date(2020, 1, 1),
                    valid_until=None,
                    maximum_minor=10**15,
                    source="bench",
                )
            counts = {CODE: Counts.DEBIT_SINGLE | Counts.DEBIT_TOTAL}
            ledger.add_limit_codes(tx, limit_class=1, counts=counts, valid_from=date(2020, 1, 1))
            everyone = [*self.accounts, *self.poor]
            owners = {account: OwnerRef(new_id(tx.now)) for account in everyone}
            ledger.open_owners(tx, owner_refs=list(owners.values()), limit_class=1)
            ledger.open_accounts(
                tx,
                accounts=[
                    NewAccount(
                        id=account,
                        book=1,
                        code=2010,
                        owner_ref=owners[account],
                        credit_limit_minor=0 if account in set(self.poor) else PLENTY,
                    )
                    for account in everyone
                ],
            )

    def transfers(self, count: int, *, hot: bool = False, overdrafts: int = 0) -> list[Transfer]:
        """Random transfers; `hot`: one account is debited by all; `overdrafts` of them are refused."""
        at = _present()
        made = []
        for place in range(count):
            debit, credit = self.random.sample(self.accounts, 2)
            if hot:
                debit, credit = self.accounts[0], self.random.choice(self.accounts[1:])
            if place < overdrafts:
                debit = self.random.choice(self.poor)
            made.append(
                Transfer(
                    id=TransferId(new_id(at)),
                    event_id=EventId(debit),
                    book=1,
                    debit_account_id=debit,
                    credit_account_id=credit,
                    amount_minor=100,
                    code=CODE,
                    context=CONTEXT,
                )
            )
        return made

    def post(self, transfers: list[Transfer], *, ordered: bool = False) -> None:
        """One batch, one commit."""
        with self.connection.transaction():
            tx = begin(self.connection, self.database.country, Actor("bench", "bench"))
            ledger.post(tx, transfers, ordered=ordered)

    def batches_of(self, size: int) -> float:
        """Transfers per second of four batches of `size`."""
        made = [self.transfers(size) for _ in range(4)]
        return rate(size * 4, lambda: [self.post(batch) for batch in made])

    def copy(self, count: int) -> Callable[[], None]:
        """COPY of the newest `count` transfers into a table of the same shape: the rows are fetched here."""
        query = f"SELECT {ROWS} FROM ledger.transfers ORDER BY seq DESC LIMIT {count}"
        with self.owner.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as source:
            data = b"".join(bytes(part) for part in source)

        def run() -> None:
            with self.owner.cursor().copy(f"COPY raw ({ROWS}) FROM STDIN (FORMAT binary)") as target:
                target.write(data)

        return run

    def insert(self, count: int) -> Callable[[], None]:
        """INSERT of the newest `count` transfers into a table of the same shape, from rows that lie ready."""
        self.owner.execute("DROP TABLE IF EXISTS staged")
        self.owner.execute(
            f"CREATE UNLOGGED TABLE staged AS SELECT {ROWS} FROM ledger.transfers "
            f"ORDER BY seq DESC LIMIT {count}"
        )
        query = f"INSERT INTO raw ({ROWS}) SELECT {ROWS} FROM staged ORDER BY seq"
        return lambda: void(self.owner.execute(query))

    def batches(self, size: int) -> dict[str, list[float]]:
        """Transfers per second of each way to post a batch of `size`, in turn with COPY."""
        repeats = max(1, min(300, 4_000 // size))

        def timed(**how: object) -> Callable[[], float]:
            ordered = bool(how.pop("ordered", False))

            def run() -> float:
                made = [self.transfers(size, **how) for _ in range(repeats)]  # type: ignore[arg-type]
                return rate(size * repeats, lambda: [self.post(batch, ordered=ordered) for batch in made])

            return run

        def written(way: Callable[[int], Callable[[], None]]) -> float:
            run = way(size)
            self.owner.execute("TRUNCATE raw")
            return rate(size, run)

        subjects = {
            "COPY": lambda: written(self.copy),
            "INSERT": lambda: written(self.insert),
            "set path": timed(),
            "hot account": timed(hot=True),
            "ordered path": timed(ordered=True),
            "1 % overdrafts": timed(overdrafts=max(1, size // 100)),
        }
        return in_turn(subjects)


def void(_: object) -> None:
    """Forget an answer."""


def pgbench(server: EmbeddedServer, database: str, clients: int, seconds: int, script: str | None) -> float:
    """Transactions per second of PostgreSQL's own load generator."""
    url = psycopg.conninfo.conninfo_to_dict(server.url(database))
    command = [str(server.binary("pgbench")), "-h", str(url["host"]), "-p", str(url["port"])]
    command += [
        "-U",
        str(url["user"]),
        "-M",
        "prepared",
        "-n",
        "-c",
        str(clients),
        "-j",
        "2",
        "-T",
        str(seconds),
    ]
    if script is not None:
        command += ["-f", script]
    done = subprocess.run([*command, database], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split("=")[1].split("(")[0])


ONE_TRANSFER = f"""\\set a random(0, {ACCOUNTS // 2 - 1})
\\set b random({ACCOUNTS // 2}, {ACCOUNTS - 1})
SELECT first_seq FROM ledger.post(ARRAY[uuidv7()], ARRAY[uuidv7()], '{{1}}',
    ARRAY[('00000000-0000-7000-8000-' || lpad(:a::text, 12, '0'))::uuid],
    ARRAY[('00000000-0000-7000-8000-' || lpad(:b::text, 12, '0'))::uuid],
    '{{100}}', '{{{int(CODE)}}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""


def group_commit(bench: Bench, callers: int, each: int) -> tuple[float, float]:
    """Transfers per second, and the 99th percentile in milliseconds, of callers with one transfer each."""
    made = [[bench.transfers(1) for _ in range(each)] for _ in range(callers)]
    waits: list[float] = []

    async def call(poster: ledger.Poster, mine: list[list[Transfer]]) -> None:
        for one in mine:
            start = time.perf_counter()
            await poster.post_async(one)
            waits.append(time.perf_counter() - start)

    async def all_of_them(poster: ledger.Poster) -> None:
        await asyncio.gather(*(call(poster, mine) for mine in made))

    with ledger.Poster(bench.database) as poster:
        poster.post(bench.transfers(1))
        speed = rate(callers * each, lambda: asyncio.run(all_of_them(poster)))
    return speed, sorted(waits)[int(len(waits) * 0.99)] * 1000
