"""The ledger in plain Python: what `ayni.ledger` must answer, written from its rules and not from its SQL.

Slow, simple and in order: one transfer after the other, on dictionaries.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ayni.ledger import Counts, Kind, Posted, Result, Transfer
from tests.properties.reference_limits import ReferenceLimits, above, used_by
from tests.properties.reference_state import Memory, RefHold, RefOriginal, month

MOST_AMOUNT = 10**14
MOST_COUNTER = 4 * 10**18
NIL = UUID(int=0)
MOST_EXPIRIES = 100


class ReferenceLedger(ReferenceLimits):
    """The whole state, and `post`."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.seq = 0
        self.holds: dict[UUID, RefHold] = {}
        self.originals: dict[UUID, RefOriginal] = {}
        self.memory: dict[UUID, Memory] = {}

    def post(self, batch: list[Transfer]) -> list[Posted]:
        self.expire(MOST_EXPIRIES)
        answers: list[Posted] = []
        place = 0
        while place < len(batch):
            end = place
            while end < len(batch) and batch[end].linked:
                end += 1
            answers += self._chain(batch[place : end + 1], open_end=end == len(batch))
            place = end + 1
        return answers

    def expire(self, most: int) -> int:
        due = [hold for hold in self.holds.values() if hold.state == "pending" and self._overdue(hold)]
        due.sort(key=lambda hold: (hold.expires_at, hold.seq))
        for hold in due[:most]:
            self.seq += 1
            self._move(hold.transfer, Kind.EXPIRE, 0, -hold.amount)
            self._give_back(hold.transfer, hold.placed_at, hold.counts, hold.amount)
            hold.state = "expired"
        return len(due[:most])

    def _overdue(self, hold: RefHold) -> bool:
        return hold.expires_at is not None and hold.expires_at <= self.now

    def _chain(self, legs: list[Transfer], *, open_end: bool) -> list[Posted]:
        known_before = set(self.memory)
        before = deepcopy(self.__dict__)
        answers: list[Posted] = []
        failed = False
        for place, leg in enumerate(legs):
            known = self._recall(leg)
            if leg.id == NIL:
                answer = Posted(Result.ID_MUST_NOT_BE_NIL, 0, 0)
            elif known is not None:
                answer = known
            elif open_end:
                last = place == len(legs) - 1
                code = Result.LINKED_EVENT_CHAIN_OPEN if last else Result.LINKED_EVENT_FAILED
                answer = Posted(code, 0, 0)
            elif failed:
                answer = Posted(Result.LINKED_EVENT_FAILED, 0, 0)
            else:
                answer = self._one(leg)
            answers.append(answer)
            if not answer.result.ok and not failed and len(legs) > 1:
                failed = True
                self.__dict__.update(before)
                for earlier in range(place):
                    if legs[earlier].id not in known_before and answers[earlier].result.ok:
                        answers[earlier] = Posted(Result.LINKED_EVENT_FAILED, 0, 0)
                for earlier in range(place):
                    self._remember(legs[earlier], answers[earlier])
            self._remember(leg, answer)
        return answers

    def _remember(self, leg: Transfer, answer: Posted) -> None:
        forgettable = answer.result is Result.ID_MUST_NOT_BE_NIL or answer.result.name.startswith(
            "EXISTS_WITH_DIFFERENT"
        )
        if leg.id not in self.memory and not forgettable and not answer.result.ok:
            self.memory[leg.id] = Memory(leg, answer.result, event_at=leg.event_at)

    def _recall(self, leg: Transfer) -> Posted | None:
        known = self.memory.get(leg.id)
        if known is None or leg.id == NIL:
            return None
        old = known.transfer
        resolving = old.kind in (Kind.POST, Kind.VOID, Kind.RETURN)
        differs = {
            Result.EXISTS_WITH_DIFFERENT_KIND: leg.kind != old.kind,
            Result.EXISTS_WITH_DIFFERENT_BALANCING: leg.balancing != old.balancing,
            Result.EXISTS_WITH_DIFFERENT_PENDING_ID: leg.pending_id != old.pending_id,
            Result.EXISTS_WITH_DIFFERENT_TIMEOUT: leg.timeout_seconds != old.timeout_seconds,
            Result.EXISTS_WITH_DIFFERENT_BOOK: leg.book != old.book,
            Result.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT: leg.debit_account_id != old.debit_account_id
            and not (resolving and leg.debit_account_id is None),
            Result.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT: leg.credit_account_id != old.credit_account_id
            and not (resolving and leg.credit_account_id is None),
            Result.EXISTS_WITH_DIFFERENT_AMOUNT: leg.amount_minor != old.amount_minor,
            Result.EXISTS_WITH_DIFFERENT_CODE: leg.code != old.code,
            Result.EXISTS_WITH_DIFFERENT_EVENT_ID: leg.event_id != old.event_id,
            Result.EXISTS_WITH_DIFFERENT_REFERENCE: leg.reference != old.reference,
            Result.EXISTS_WITH_DIFFERENT_EVENT_AT: leg.event_at is not None
            and leg.event_at != known.event_at,
        }
        for result, different in differs.items():
            if different:
                return Posted(result, 0, 0)
        if known.result is Result.CREATED:
            return Posted(Result.EXISTS, known.amount, known.seq)
        return Posted(known.result, 0, 0)

    def _one(self, leg: Transfer) -> Posted:
        result = self._malformed(leg)
        if result is not None:
            return Posted(result, 0, 0)
        if leg.kind in (Kind.POST, Kind.VOID):
            return self._resolve(leg)
        if leg.kind == Kind.RETURN:
            return self._return(leg)
        return self._place(leg)

    def _malformed(self, leg: Transfer) -> Result | None:
        resolving = leg.kind in (Kind.POST, Kind.VOID, Kind.RETURN)
        if leg.kind not in (Kind.SINGLE, Kind.PENDING, Kind.POST, Kind.VOID, Kind.RETURN):
            return Result.KIND_NOT_ALLOWED
        if leg.balancing and resolving:
            return Result.BALANCING_NOT_ALLOWED
        if leg.timeout_seconds is not None and leg.kind != Kind.PENDING:
            return Result.TIMEOUT_NOT_ALLOWED
        if leg.timeout_seconds is not None and leg.timeout_seconds <= 0:
            return Result.TIMEOUT_NOT_POSITIVE
        if resolving and leg.pending_id is None:
            return Result.PENDING_ID_REQUIRED
        if not resolving and leg.pending_id is not None:
            return Result.PENDING_ID_NOT_ALLOWED
        if leg.amount_minor < 0 or (leg.amount_minor == 0 and not resolving):
            return Result.AMOUNT_NOT_POSITIVE
        if leg.amount_minor > MOST_AMOUNT:
            return Result.AMOUNT_TOO_LARGE
        return None

    def _resolve(self, leg: Transfer) -> Posted:
        assert leg.pending_id is not None
        hold = self.holds.get(leg.pending_id)
        result = None
        if hold is None:
            return Posted(Result.PENDING_NOT_FOUND, 0, 0)
        if hold.transfer.book != leg.book:
            result = Result.PENDING_HAS_DIFFERENT_BOOK
        elif leg.debit_account_id not in (None, hold.transfer.debit_account_id):
            result = Result.PENDING_HAS_DIFFERENT_DEBIT_ACCOUNT
        elif leg.credit_account_id not in (None, hold.transfer.credit_account_id):
            result = Result.PENDING_HAS_DIFFERENT_CREDIT_ACCOUNT
        elif hold.state != "pending":
            result = {
                "posted": Result.PENDING_ALREADY_POSTED,
                "voided": Result.PENDING_ALREADY_VOIDED,
                "expired": Result.PENDING_EXPIRED,
            }[hold.state]
        elif self._overdue(hold):
            result = Result.PENDING_EXPIRED
        elif leg.kind == Kind.POST and leg.amount_minor > hold.amount:
            result = Result.AMOUNT_EXCEEDS_PENDING
        elif leg.kind == Kind.VOID and leg.amount_minor not in (0, hold.amount):
            result = Result.VOID_AMOUNT_DIFFERS
        if result is not None:
            return Posted(result, 0, 0)
        amount = hold.amount if leg.kind == Kind.VOID else leg.amount_minor or hold.amount
        posted = amount if leg.kind == Kind.POST else 0
        self.seq += 1
        self._move(hold.transfer, leg.kind, posted, -hold.amount)
        self._give_back(hold.transfer, hold.placed_at, hold.counts, hold.amount - posted)
        hold.state = "posted" if leg.kind == Kind.POST else "voided"
        # A later request may leave the accounts out; they are remembered as the hold's.
        full = replace(
            leg,
            debit_account_id=hold.transfer.debit_account_id,
            credit_account_id=hold.transfer.credit_account_id,
        )
        if leg.kind == Kind.POST:
            self.originals[leg.id] = RefOriginal(full, amount, hold.placed_at, hold.counts)
        return self._created(full, amount)

    def _return(self, leg: Transfer) -> Posted:
        assert leg.pending_id is not None
        original = self.originals.get(leg.pending_id)
        known = self.memory.get(leg.pending_id)
        if original is None:
            exists = known is not None and known.result is Result.CREATED
            code = Result.ORIGINAL_NOT_RETURNABLE if exists else Result.ORIGINAL_NOT_FOUND
            return Posted(code, 0, 0)
        payer, payee = original.transfer.debit_account_id, original.transfer.credit_account_id
        left = original.amount - original.returned
        if original.transfer.book != leg.book:
            return Posted(Result.ORIGINAL_HAS_DIFFERENT_BOOK, 0, 0)
        if leg.debit_account_id not in (None, payee) or leg.credit_account_id not in (None, payer):
            return Posted(Result.ORIGINAL_HAS_DIFFERENT_ACCOUNTS, 0, 0)
        if left == 0 or leg.amount_minor > left:
            return Posted(Result.AMOUNT_EXCEEDS_ORIGINAL, 0, 0)
        full = replace(leg, debit_account_id=payee, credit_account_id=payer)
        answer = self._place(full, original)
        if answer.result is Result.CREATED:
            original.returned += answer.amount_minor
            self._give_back(original.transfer, original.placed_at, original.counts, answer.amount_minor)
        return answer

    def _place(self, leg: Transfer, original: RefOriginal | None = None) -> Posted:
        result = self._untouchable(leg)
        if result is not None:
            return Posted(result, 0, 0)
        assert leg.debit_account_id is not None
        assert leg.credit_account_id is not None
        debit = self.accounts[leg.debit_account_id]
        credit = self.accounts[leg.credit_account_id]
        amount = leg.amount_minor or (original.amount - original.returned if original else 0)
        debit_room = None if debit.debit_normal else debit.room()
        credit_room = credit.room() if credit.debit_normal else None
        if leg.balancing:
            rooms = [max(0, room) for room in (debit_room, credit_room) if room is not None]
            amount = min([amount, *rooms])
        if debit_room is not None and (debit_room < amount or (amount == 0 and debit_room <= 0)):
            return Posted(Result.INSUFFICIENT_FUNDS, 0, 0)
        if amount == 0 or (credit_room is not None and credit_room < amount):
            return Posted(Result.INSUFFICIENT_DEBIT_BALANCE, 0, 0)
        if debit.debit_normal and above(debit.balance + debit.dpend + amount, debit.ceiling):
            return Posted(Result.DEBIT_CEILING_EXCEEDED, 0, 0)
        if not credit.debit_normal and above(credit.balance + credit.cpend + amount, credit.ceiling):
            return Posted(Result.CREDIT_CEILING_EXCEEDED, 0, 0)
        counts = Counts.NONE if original else self.counts_between(leg.code, debit, credit)
        result = self.limit_passed(leg, debit, credit, amount, counts)
        if result is not None:
            return Posted(result, 0, 0)
        if max(debit.dpost + debit.dpend, credit.cpost + credit.cpend) + amount > MOST_COUNTER:
            return Posted(Result.OVERFLOW, 0, 0)
        self.seq += 1
        posted = 0 if leg.kind == Kind.PENDING else amount
        self._move(leg, leg.kind, posted, amount - posted)
        for account, kind in used_by(leg, counts):
            key = (account, kind, month(self.now))
            self.used[key] = self.used.get(key, 0) + amount
        if leg.kind == Kind.PENDING:
            self.holds[leg.id] = RefHold(leg, amount, self.now, self.seq, counts)
        if leg.kind == Kind.SINGLE:
            self.originals[leg.id] = RefOriginal(leg, amount, self.now, counts)
        return self._created(leg, amount)

    def _created(self, leg: Transfer, amount: int) -> Posted:
        self.memory[leg.id] = Memory(leg, Result.CREATED, amount, self.seq, leg.event_at or self.now)
        return Posted(Result.CREATED, amount, self.seq)

    def _untouchable(self, leg: Transfer) -> Result | None:
        debit = self.accounts.get(leg.debit_account_id or NIL)
        credit = self.accounts.get(leg.credit_account_id or NIL)
        if debit is None:
            return Result.DEBIT_ACCOUNT_NOT_FOUND
        if credit is None:
            return Result.CREDIT_ACCOUNT_NOT_FOUND
        if leg.debit_account_id == leg.credit_account_id:
            return Result.ACCOUNTS_MUST_DIFFER
        if debit.book != leg.book:
            return Result.DEBIT_ACCOUNT_IN_OTHER_BOOK
        if credit.book != leg.book:
            return Result.CREDIT_ACCOUNT_IN_OTHER_BOOK
        if debit.closed:
            return Result.DEBIT_ACCOUNT_CLOSED
        if credit.closed:
            return Result.CREDIT_ACCOUNT_CLOSED
        kept = (
            (debit.flags, 1, Result.DEBIT_ACCOUNT_FROZEN),
            (debit.flags, 2, Result.DEBIT_ACCOUNT_DORMANT),
            (debit.flags, 4, Result.DEBIT_ACCOUNT_LEGAL_HOLD),
            (self.owners[debit.owner].flags, 1, Result.DEBIT_OWNER_FROZEN),
            (self.owners[debit.owner].flags, 2, Result.DEBIT_OWNER_DORMANT),
            (self.owners[debit.owner].flags, 4, Result.DEBIT_OWNER_LEGAL_HOLD),
        )
        for flags, bit, result in kept:
            if flags & bit:
                return result
        home = leg.credit_account_id in debit.origins
        if debit.purpose is not None and debit.purpose not in credit.accepts and not home:
            return Result.PURPOSE_NOT_ACCEPTED
        return None

    def _give_back(self, used: Transfer, placed_at: datetime, counts: Counts, amount: int) -> None:
        for account, kind in used_by(used, counts):
            self.used[account, kind, month(placed_at)] -= amount

    def _move(self, leg: Transfer, kind: Kind, posted: int, pending: int) -> None:
        assert leg.debit_account_id is not None
        assert leg.credit_account_id is not None
        debit = self.accounts[leg.debit_account_id]
        credit = self.accounts[leg.credit_account_id]
        debit.dpend += pending
        debit.dpost += posted
        credit.cpend += pending
        credit.cpost += posted
        for account in (debit, credit):
            account.version += 1
            account.lines.append((self.seq, account.balance))
        if credit.purpose is not None and kind in (Kind.SINGLE, Kind.POST):
            credit.origins.add(leg.debit_account_id)
