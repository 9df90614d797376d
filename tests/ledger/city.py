"""A small table language: ledger tests are tables with named columns.

Accounts: `name | book | owner | limit | ceiling | class | purpose | accepts | side`. Transfers: `id | kind |
debit | credit | amount | code | flags | pending | timeout | answer | moved`, where flags are L (linked) and B
(balancing). A dash is "the usual".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import Counts, Kind, NewAccount, Posted, Result, Transfer
from ayni.values.ids import AccountId, EventId, OwnerRef, TransferId, derived_id

EVENT = EventId(UUID("00000000-0000-7000-8000-0000000000e1"))
UNKNOWN = AccountId(UUID("00000000-0000-7000-8000-00000000dead"))


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a table with a header line, cells parted by `|`."""
    lines = [line.strip() for line in table.strip().splitlines() if line.strip()]
    names = [cell.strip() for cell in lines[0].split("|")]
    return [dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True)) for line in lines[1:]]


@dataclass
class City:
    """Accounts by name in one transaction, and `post` for tables of transfers."""

    tx: Tx
    ordered: bool = False
    accounts: dict[str, AccountId] = field(default_factory=dict)
    owners: dict[str, OwnerRef] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entity = OwnerRef(self._id("entity"))
        for book in (1, 2):
            ledger.open_book(self.tx, book=book, name=f"book {book}", currency="PEN", entity_ref=entity)
        self._class(1, "free", dict.fromkeys(KINDS), {1: Counts(63), 2: Counts.NONE})
        tight = {"single": 50, "conversions_month": 80, "total_month": 90, "balance": 100}
        self._class(2, "tight", tight, {1: Counts(63), 2: Counts.NONE, 3: Counts(18), 4: Counts(36)})
        self._class(3, "half", {"single": 50}, {1: Counts.DEBIT_SINGLE | Counts.CREDIT_SINGLE, 4: Counts(4)})

    def _id(self, name: str) -> UUID:
        return derived_id(self.tx.now, "test", name)

    def _class(
        self, number: int, name: str, maxima: dict[str, int | None], counts: dict[int, Counts]
    ) -> None:
        ledger.define_limit_class(self.tx, limit_class=number, name=name, time_zone="America/Lima")
        for kind, maximum in maxima.items():
            ledger.add_limit(
                self.tx,
                limit_class=number,
                kind=kind,
                valid_from=date(2025, 1, 1),
                valid_until=None,
                maximum_minor=maximum,
                source="test",
            )
        ledger.add_limit_codes(self.tx, limit_class=number, counts=counts, valid_from=date(2025, 1, 1))

    def open(self, table: str) -> City:
        """Open the accounts of a table."""
        classes = {"-": 1, "free": 1, "tight": 2, "half": 3, "none": None}
        for row in rows(table):
            name = row["name"]
            owner = row.get("owner", "-").replace("-", "") or name
            self.owners[owner] = OwnerRef(self._id(f"owner {owner}"))
            self.accounts[name] = AccountId(self._id(name))
            limit = row.get("limit", "-")
            ledger.open_owners(
                self.tx, owner_refs=[self.owners[owner]], limit_class=classes[row.get("class", "-")]
            )
            new = NewAccount(
                id=self.accounts[name],
                book=int(row.get("book", "-").replace("-", "1")),
                code=2010,
                owner_ref=self.owners[owner],
                debit_normal=row.get("side", "-") == "debit",
                credit_limit_minor=None if limit == "none" else int(limit.replace("-", "0")),
                balance_ceiling_minor=_number(row.get("ceiling", "-")),
                purpose=_number(row.get("purpose", "-")),
                accepts=(int(row["accepts"]),) if row.get("accepts", "-") != "-" else None,
            )
            ledger.open_accounts(self.tx, accounts=[new])
        return self

    def transfer(self, row: dict[str, str]) -> Transfer:
        """The request that a row describes."""
        pending = row.get("pending", "-")
        flags = row.get("flags", "-")
        return Transfer(
            id=TransferId(UUID(int=0)) if row["id"] == "nil" else self.id_of(row["id"]),
            event_id=EVENT,
            book=int(row.get("book", "-").replace("-", "1")),
            debit_account_id=self._account(row.get("debit", "-")),
            credit_account_id=self._account(row.get("credit", "-")),
            amount_minor=int(row["amount"]),
            code=int(row.get("code", "-").replace("-", "1")),
            kind=Kind[row.get("kind", "-").replace("-", "single").upper()],
            pending_id=None if pending == "-" else self.id_of(pending),
            timeout_seconds=_number(row.get("timeout", "-")),
            linked="L" in flags,
            balancing="B" in flags,
        )

    def _account(self, name: str) -> AccountId | None:
        return None if name == "-" else self.accounts.get(name, UNKNOWN)

    def post(self, table: str, *, ordered: bool = False) -> list[Posted]:
        """Post a table as one batch and hold the answers (and moved amounts) to what it says."""
        asked = rows(table)
        answers = ledger.post(self.tx, [self.transfer(row) for row in asked], ordered=ordered or self.ordered)
        wanted = [Result[row["answer"].upper()] for row in asked]
        assert [answer.result for answer in answers] == wanted, [answer.result.name for answer in answers]
        for row, answer in zip(asked, answers, strict=True):
            if row.get("moved", "-") != "-":
                assert answer.amount_minor == int(row["moved"]), row
        return answers

    def id_of(self, name: str) -> TransferId:
        """The id of the transfer that a table calls `name`."""
        return TransferId(self._id(f"transfer {name}"))

    def used(self, owner: str, *, book: int = 1) -> dict[str, int]:
        """What an owner has used of each limit that has a row for the day."""
        return {use.kind: use.used_minor for use in ledger.limit_use(self.tx, self.owners[owner], book=book)}

    def balances(self) -> dict[str, int]:
        """Posted balances by name."""
        found = ledger.find_accounts(self.tx, list(self.accounts.values()))
        return {name: found[account].balance_minor for name, account in self.accounts.items()}


KINDS = ("single", "conversions_month", "total_month", "balance")


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)
