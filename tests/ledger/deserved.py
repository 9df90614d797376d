"""Transfers that deserve a certain refusal, or two at once: made from what each refusal needs.

A refusal's needs are allowed values of the request and of its two accounts. Two refusals can stand on one
transfer when their needs agree; everything that neither of them needs is as usual, and the usual is created.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Tx
from ayni.ledger import AccountFlag, Counts, Kind, NewAccount, Result, Transfer
from ayni.ledger.model import MAX_AMOUNT_MINOR
from ayni.values.ids import AccountId, OwnerRef, TransferId, derived_id
from tests.ledger.city import EVENT, KINDS

R = Result
BIG = MAX_AMOUNT_MINOR + 1
HELD = 10
TINY = 5
MOST_COUNTER = 4 * 10**18
NEW = {Kind.SINGLE, Kind.PENDING}
ENDS = {Kind.POST, Kind.VOID}
NAMING = {*ENDS, Kind.RETURN}
HOLDS = {"open", "posted", "voided", "expired"}
MADE = {"paid", *HOLDS}
SOME = {HELD, BIG}

# Every choice there is; the first is the usual one.
CHOICES: dict[str, tuple[Any, ...]] = {
    "kind": (Kind.SINGLE, Kind.PENDING, Kind.POST, Kind.VOID, Kind.EXPIRE, Kind.RETURN),
    "balancing": (False, True),
    "timeout": (None, 0, 60),
    "pending": ("none", "unknown", "paid", "open", "posted", "voided", "expired"),
    "book": (1, 2),
    "debit": ("payer", "other"),
    "credit": ("payee", "other"),
    "amount": (HELD, 11, 9, -1, BIG),
    "same": (False, True),
    "near_the_end": (False, True),
}
SIDE: dict[str, tuple[Any, ...]] = {
    "known": (True, False),
    "book": (1, 2),
    "closed": (False, True),
    "flags": (AccountFlag(0), *(AccountFlag(1 << bit) for bit in range(6))),
    "purpose": (None, 7),
    "debit_normal": (False, True),
    "credit_limit": (None, 0),
    "ceiling": (None, TINY),
    "lacks_a_limit": (False, True),
    **dict.fromkeys(KINDS, (None, TINY)),
}
CHOICES |= {f"{side}_{name}": values for side in ("payer", "payee") for name, values in SIDE.items()}

Needs = Mapping[str, frozenset[Any]]


def needs_of(**given: Any) -> Needs:
    """One value, or a set of them, for each choice that matters."""
    return {name: frozenset(value if isinstance(value, set) else {value}) for name, value in given.items()}


def _between(**given: Any) -> Needs:
    return needs_of(**{"kind": NEW, "payer_known": True, "payee_known": True, **given})


def _limited(**given: Any) -> Needs:
    return _between(same=False, amount=SOME, **given)


def _kept(flag: AccountFlag) -> Needs:
    return _between(kind={*NEW, Kind.RETURN}, payer_flags=flag)


NEEDS: dict[Result, Needs] = {
    R.KIND_NOT_ALLOWED: needs_of(kind=Kind.EXPIRE),
    R.BALANCING_NOT_ALLOWED: needs_of(kind={*NAMING, Kind.EXPIRE}, balancing=True),
    R.TIMEOUT_NOT_ALLOWED: needs_of(kind={Kind.SINGLE, *NAMING, Kind.EXPIRE}, timeout={0, 60}),
    R.TIMEOUT_NOT_POSITIVE: needs_of(kind=Kind.PENDING, timeout=0),
    R.PENDING_ID_REQUIRED: needs_of(kind={*NAMING, Kind.EXPIRE}, pending="none"),
    R.PENDING_ID_NOT_ALLOWED: needs_of(kind=NEW, pending={"unknown", *MADE}),
    R.AMOUNT_NOT_POSITIVE: needs_of(amount=-1),
    R.AMOUNT_TOO_LARGE: needs_of(amount=BIG),
    R.PENDING_NOT_FOUND: needs_of(kind=ENDS, pending="unknown"),
    R.PENDING_HAS_DIFFERENT_BOOK: needs_of(kind=ENDS, pending=HOLDS, book=2),
    R.PENDING_HAS_DIFFERENT_DEBIT_ACCOUNT: needs_of(kind=ENDS, pending=HOLDS, debit="other"),
    R.PENDING_HAS_DIFFERENT_CREDIT_ACCOUNT: needs_of(kind=ENDS, pending=HOLDS, credit="other"),
    R.PENDING_ALREADY_POSTED: needs_of(kind=ENDS, pending="posted"),
    R.PENDING_ALREADY_VOIDED: needs_of(kind=ENDS, pending="voided"),
    R.PENDING_EXPIRED: needs_of(kind=ENDS, pending="expired"),
    R.AMOUNT_EXCEEDS_PENDING: needs_of(kind=Kind.POST, pending=HOLDS, amount={11, BIG}),
    R.VOID_AMOUNT_DIFFERS: needs_of(kind=Kind.VOID, pending=HOLDS, amount={11, 9, -1, BIG}),
    R.DEBIT_ACCOUNT_NOT_FOUND: needs_of(kind=NEW, payer_known=False),
    R.CREDIT_ACCOUNT_NOT_FOUND: needs_of(kind=NEW, payee_known=False),
    R.ACCOUNTS_MUST_DIFFER: _between(same=True),
    R.DEBIT_ACCOUNT_IN_OTHER_BOOK: _between(payer_book=2, book=1),
    R.CREDIT_ACCOUNT_IN_OTHER_BOOK: _between(payee_book=2, book=1),
    R.ORIGINAL_NOT_FOUND: needs_of(kind=Kind.RETURN, pending="unknown"),
    R.ORIGINAL_NOT_RETURNABLE: needs_of(kind=Kind.RETURN, pending=HOLDS),
    R.ORIGINAL_HAS_DIFFERENT_BOOK: needs_of(kind=Kind.RETURN, pending=MADE, book=2),
    R.ORIGINAL_HAS_DIFFERENT_ACCOUNTS: needs_of(kind=Kind.RETURN, pending=MADE, debit="other"),
    R.AMOUNT_EXCEEDS_ORIGINAL: needs_of(kind=Kind.RETURN, pending=MADE, amount={11, BIG}),
    R.DEBIT_ACCOUNT_CLOSED: _between(payer_closed=True),
    R.CREDIT_ACCOUNT_CLOSED: _between(payee_closed=True),
    R.DEBIT_ACCOUNT_FROZEN: _kept(AccountFlag.FROZEN),
    R.DEBIT_ACCOUNT_DORMANT: _kept(AccountFlag.DORMANT),
    R.DEBIT_ACCOUNT_LEGAL_HOLD: _kept(AccountFlag.LEGAL_HOLD),
    R.DEBIT_OWNER_FROZEN: _kept(AccountFlag.OWNER_FROZEN),
    R.DEBIT_OWNER_DORMANT: _kept(AccountFlag.OWNER_DORMANT),
    R.DEBIT_OWNER_LEGAL_HOLD: _kept(AccountFlag.OWNER_LEGAL_HOLD),
    R.PURPOSE_NOT_ACCEPTED: _between(payer_purpose=7),
    R.INSUFFICIENT_FUNDS: _between(payer_debit_normal=False, payer_credit_limit=0, amount=SOME),
    R.INSUFFICIENT_DEBIT_BALANCE: _between(payee_debit_normal=True, payee_credit_limit=0, amount=SOME),
    R.DEBIT_CEILING_EXCEEDED: _between(payer_debit_normal=True, payer_ceiling=TINY, amount=SOME),
    R.CREDIT_CEILING_EXCEEDED: _between(payee_debit_normal=False, payee_ceiling=TINY, amount=SOME),
    R.DEBIT_LIMIT_MISSING: _between(same=False, payer_lacks_a_limit=True),
    R.CREDIT_LIMIT_MISSING: _between(same=False, payee_lacks_a_limit=True),
    R.DEBIT_SINGLE_LIMIT_EXCEEDED: _limited(payer_single=TINY),
    R.DEBIT_CONVERSIONS_LIMIT_EXCEEDED: _limited(payer_conversions_month=TINY),
    R.DEBIT_TOTAL_LIMIT_EXCEEDED: _limited(payer_total_month=TINY),
    R.CREDIT_SINGLE_LIMIT_EXCEEDED: _limited(payee_single=TINY),
    R.CREDIT_CONVERSIONS_LIMIT_EXCEEDED: _limited(payee_conversions_month=TINY),
    R.CREDIT_TOTAL_LIMIT_EXCEEDED: _limited(payee_total_month=TINY),
    R.CREDIT_BALANCE_LIMIT_EXCEEDED: _limited(payee_balance=TINY, payee_debit_normal=False),
    R.OVERFLOW: _between(near_the_end=True, amount=SOME),
}
"""What each refusal needs, in the documented order."""

_FLAGS = ("payer_flags", "payee_flags")


def stack(earlier: Result, later: Result) -> Needs | None:
    """The needs of both, or None when no transfer meets them."""
    one, other = NEEDS[earlier], NEEDS[later]
    both = dict(one)
    for name, allowed in other.items():
        if name in _FLAGS and name in one:
            # An account can carry many flags at once.
            both[name] = frozenset({next(iter(one[name])) | next(iter(allowed))})
        else:
            both[name] = both.get(name, allowed) & allowed
    if frozenset({True}) == both.get("same") and not _one_account(both):
        return None
    return both if all(both.values()) else None


def _one_account(needs: Needs) -> bool:
    return all(
        needs.get(f"payer_{name}", needs.get(f"payee_{name}")) == needs.get(f"payee_{name}", allowed)
        for name in SIDE
        if (allowed := needs.get(f"payer_{name}", needs.get(f"payee_{name}"))) is not None
    )


@dataclass(frozen=True)
class Deserving:
    """A transfer that was made for certain needs, with its accounts."""

    transfer: Transfer
    chosen: Mapping[str, Any]
    payer: AccountId
    payee: AccountId


def choose(needs: Needs) -> dict[str, Any]:
    """One value for each choice: the usual one where the needs leave it open."""
    chosen = {
        name: next((value for value in values if value in needs.get(name, values)), None)
        for name, values in CHOICES.items()
    }
    for flags in _FLAGS:
        chosen[flags] = next(iter(needs.get(flags, {AccountFlag(0)})))
    if chosen["kind"] in ENDS and "pending" not in needs:
        chosen["pending"] = "open"
    if chosen["kind"] is Kind.RETURN and "pending" not in needs:
        chosen["pending"] = "paid"
    if chosen["same"]:
        for name in SIDE:
            if f"payer_{name}" not in needs:
                chosen[f"payer_{name}"] = chosen[f"payee_{name}"]
    return chosen


class Maker:
    """Makes, in one transaction, all that the transfers of a list need."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._classes: dict[tuple[Any, ...], int] = {}
        self._count = 0
        for book in (1, 2):
            ledger.open_book(
                tx, book=book, name=f"book {book}", currency="PEN", entity_ref=OwnerRef(self.new_id("entity"))
            )
        self.free = self._class((None,) * len(KINDS), lacks=False)
        self.other = self._open([{name: values[0] for name, values in SIDE.items()}])[0]

    def new_id(self, name: str) -> UUID:
        """An id that was never used."""
        self._count += 1
        return derived_id(self.tx.now, "deserved", name, self._count)

    def make(self, wanted: Iterable[Needs]) -> list[Deserving]:
        """Accounts, holds and requests for each of the needs."""
        chosen = [choose(needs) for needs in wanted]
        sides = [
            {name: choice[f"{side}_{name}"] for name in SIDE}
            for choice in chosen
            for side in ("payer", "payee")
        ]
        accounts = self._open(sides)
        made = []
        for place, choice in enumerate(chosen):
            payer = accounts[2 * place]
            payee = payer if choice["same"] else accounts[2 * place + 1]
            made.append(Deserving(self._transfer(choice, payer, payee), choice, payer, payee))
        self._hold(made)
        self._keep(made)
        return made

    def again(self, one: Deserving) -> Transfer:
        """The same request under an id of its own."""
        return self._transfer(one.chosen, one.payer, one.payee)

    def _transfer(self, choice: Mapping[str, Any], payer: AccountId, payee: AccountId) -> Transfer:
        ends = choice["kind"] in NAMING
        debit = {"payer": None if ends else payer, "other": self.other}[choice["debit"]]
        credit = {"payee": None if ends else payee, "other": self.other}[choice["credit"]]
        return Transfer(
            id=TransferId(self.new_id("transfer")),
            event_id=EVENT,
            book=choice["book"],
            debit_account_id=debit,
            credit_account_id=credit,
            amount_minor=choice["amount"],
            code=1,
            kind=choice["kind"],
            # What is named bears the payer's number, so that it can be named before it is posted.
            pending_id=None if choice["pending"] == "none" else TransferId(payer),
            timeout_seconds=choice["timeout"],
            balancing=choice["balancing"],
        )

    def _class(self, maxima: tuple[int | None, ...], *, lacks: bool) -> int:
        if (maxima, lacks) not in self._classes:
            number = len(self._classes) + 1
            self._classes[maxima, lacks] = number
            ledger.define_limit_class(
                self.tx, limit_class=number, name=f"class {number}", time_zone="America/Lima"
            )
            limits = dict(zip(KINDS, maxima, strict=True))
            if lacks:
                del limits[next(kind for kind in ("total_month", "single") if limits[kind] is None)]
            for kind, maximum in limits.items():
                ledger.add_limit(
                    self.tx,
                    limit_class=number,
                    kind=kind,
                    valid_from=date(2025, 1, 1),
                    valid_until=None,
                    maximum_minor=maximum,
                    source="test",
                )
            ledger.add_limit_codes(
                self.tx, limit_class=number, counts={1: Counts(63)}, valid_from=date(2025, 1, 1)
            )
        return self._classes[maxima, lacks]

    def _open(self, sides: list[dict[str, Any]]) -> list[AccountId]:
        ids = [AccountId(self.new_id("account")) for _ in sides]
        owners = [OwnerRef(self.new_id("owner")) for _ in sides]
        classes: dict[int, list[OwnerRef]] = {}
        opened = []
        for account, owner, side in zip(ids, owners, sides, strict=True):
            number = self._class(tuple(side[kind] for kind in KINDS), lacks=side["lacks_a_limit"])
            classes.setdefault(number, []).append(owner)
            if side["known"]:
                opened.append(
                    NewAccount(
                        id=account,
                        book=side["book"],
                        code=2010,
                        owner_ref=owner,
                        debit_normal=side["debit_normal"],
                        credit_limit_minor=side["credit_limit"],
                        balance_ceiling_minor=side["ceiling"],
                        purpose=side["purpose"],
                    )
                )
        for number, members in classes.items():
            ledger.open_owners(self.tx, owner_refs=members, limit_class=number)
        ledger.open_accounts(self.tx, accounts=sorted(opened, key=lambda account: repr(account)[60:]))
        return ids

    def _hold(self, made: list[Deserving]) -> None:
        """Place the holds that are named and end those that are to have ended; pay what is to go back."""
        paid = [
            Transfer(TransferId(one.payer), EVENT, 1, one.payee, one.payer, HELD, 1)
            for one in made
            if one.chosen["pending"] == "paid"
        ]
        assert {answer.result for answer in ledger.post(self.tx, paid)} <= {R.CREATED}
        held = [one for one in made if one.chosen["pending"] in HOLDS]
        if not held:
            return
        holds = [
            Transfer(
                TransferId(one.payer), EVENT, 1, one.payer, one.payee, HELD, 1, Kind.PENDING,
                timeout_seconds=60 if one.chosen["pending"] == "expired" else None,
            )
            for one in held
        ]  # fmt: skip
        ends = {"posted": Kind.POST, "voided": Kind.VOID}
        resolutions = [
            Transfer(
                TransferId(self.new_id("end")), EVENT, 1, None, None, 0, 1, ends[one.chosen["pending"]],
                TransferId(one.payer),
            )
            for one in held
            if one.chosen["pending"] in ends
        ]  # fmt: skip
        assert {answer.result for answer in ledger.post(self.tx, [*holds, *resolutions])} == {R.CREATED}
        set_clock(self.tx, at=self.tx.now + timedelta(seconds=61))
        ledger.expire_holds(self.tx)

    def _keep(self, made: list[Deserving]) -> None:
        """Flag, close and fill the accounts, now that their holds are placed."""
        for one in made:
            self.flag(one, on=True)
        full = [one.payer for one in made if one.chosen["near_the_end"]]
        if full:
            self.tx.execute("SET LOCAL ROLE ayni_owner")
            self.tx.execute(
                "UPDATE ledger.accounts SET debits_posted = %(most)s, credits_posted = %(most)s"
                " WHERE id = ANY (%(ids)s)",
                {"most": MOST_COUNTER, "ids": full},
            )
            self.tx.execute("SET LOCAL ROLE ayni_app")
        for one in made:
            for side, account in (("payer", one.payer), ("payee", one.payee)):
                if one.chosen[f"{side}_closed"]:
                    ledger.close_account(self.tx, account_id=account)

    def flag(self, one: Deserving, *, on: bool) -> None:
        """Set or lift the flags of the payer and of its owner."""
        flags = one.chosen["payer_flags"]
        if not flags:
            return
        ledger.flag_account(self.tx, account_id=one.payer, flags=AccountFlag(flags & 7), on=on)
        owner = ledger.get_account(self.tx, one.payer).owner_ref
        ledger.flag_owner(self.tx, owner_ref=owner, flags=AccountFlag(flags >> 3), on=on)
