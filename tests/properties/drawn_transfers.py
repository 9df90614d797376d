"""What the machine sends: mostly what may succeed or just fail, now and then nonsense or a repetition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st

from ayni.ledger import Kind, Transfer
from ayni.values.ids import AccountId, EventId, TransferId, new_id
from tests.conftest import START
from tests.properties.reference_ledger import ReferenceLedger

NO_ACCOUNT = AccountId(UUID("00000000-0000-7000-8000-00000000dead"))
EVENT = EventId(UUID("00000000-0000-7000-8000-0000000000e1"))

KINDS = [Kind.SINGLE] * 8 + [Kind.PENDING] * 4 + [Kind.POST] * 3 + [Kind.VOID] * 2 + [Kind.RETURN] * 4
CODES = [1] * 10 + [2] * 10 + [3] * 5 + [9]
NASTY_AMOUNTS = [0, -1, 10**14, 10**14 + 1, 2**63 - 1, -(2**63)]


class Drawing:
    """Draws transfers for one run of the machine, with an eye on what its model knows.

    `payers` and `payees` are names of accounts, the likelier ones more than once.
    """

    def __init__(
        self,
        model: ReferenceLedger,
        ids: Mapping[str, AccountId],
        payers: Sequence[str],
        payees: Sequence[str],
    ) -> None:
        self._model = model
        self._ids = ids
        self._payers = payers
        self._payees = payees

    def transfer(self, draw: st.DrawFn, sent: Sequence[Transfer]) -> Transfer:
        """The next one, given those that were sent and those before it in its batch."""
        if sent and _now_and_then(draw, 8):
            return self._again(draw, sent)
        kind = draw(st.sampled_from(KINDS))
        drawn = self._resolving(draw, kind, sent) if kind > Kind.PENDING else self._plain(draw, kind)
        return self._spoilt(draw, drawn) if _now_and_then(draw, 12) else drawn

    def _plain(self, draw: st.DrawFn, kind: Kind) -> Transfer:
        payer = draw(st.sampled_from(self._payers))
        payee = draw(st.sampled_from([name for name in self._payees if name != payer]))
        return Transfer(
            id=TransferId(new_id(self._model.now)),
            event_id=EVENT,
            book=1,
            debit_account_id=self._ids[payer],
            credit_account_id=self._ids[payee],
            amount_minor=draw(st.integers(1, 45)),
            code=draw(st.sampled_from(CODES)),
            kind=kind,
            timeout_seconds=draw(st.sampled_from([None, 60, 60, 86400, 864000])) if kind else None,
            linked=_now_and_then(draw, 8),
            balancing=_now_and_then(draw, 12),
        )

    def _resolving(self, draw: st.DrawFn, kind: Kind, sent: Sequence[Transfer]) -> Transfer:
        return Transfer(
            id=TransferId(new_id(self._model.now)),
            event_id=EVENT,
            book=1,
            debit_account_id=None,
            credit_account_id=None,
            amount_minor=0 if kind == Kind.VOID else draw(st.sampled_from([0, 0, 1, 5, 20])),
            code=draw(st.sampled_from(CODES)),
            kind=kind,
            pending_id=self._named(draw, kind, sent),
            linked=_now_and_then(draw, 8),
        )

    def _named(self, draw: st.DrawFn, kind: Kind, sent: Sequence[Transfer]) -> TransferId:
        """Mostly what can still be resolved or returned; or what was, or never could be."""
        model = self._model
        if kind == Kind.RETURN:
            apt = [key for key, original in model.originals.items() if original.returned < original.amount]
            wanted = (Kind.SINGLE, Kind.POST)
        else:
            apt = [key for key, hold in model.holds.items() if hold.state == "pending"]
            wanted = (Kind.PENDING,)
        batch = [one.id for one in sent if one.id not in model.memory and one.kind in wanted]
        choice = draw(st.integers(0, 15))
        if choice == 0 and sent:
            return draw(st.sampled_from([one.id for one in sent]))
        if choice < 4 and model.holds and kind != Kind.RETURN:
            return TransferId(draw(st.sampled_from(list(model.holds))))
        if choice < 7 and batch:
            return draw(st.sampled_from(batch))
        return TransferId(draw(st.sampled_from(apt)) if apt else new_id(START))

    def _again(self, draw: st.DrawFn, sent: Sequence[Transfer]) -> Transfer:
        old = draw(st.sampled_from(sent))
        changes: list[dict[str, object]] = [
            {"amount_minor": 7},
            {"code": 3},
            {"debit_account_id": self._ids["luis"]},
            {"credit_account_id": self._ids["shop"]},
            {"reference": new_id(START)},
            {"event_at": START + timedelta(days=1)},
            {"timeout_seconds": 77},
            {"pending_id": TransferId(new_id(START))},
            *[{}] * 5,
        ]
        return replace(old, linked=_now_and_then(draw, 8), **draw(st.sampled_from(changes)))  # type: ignore[arg-type]

    def _spoilt(self, draw: st.DrawFn, drawn: Transfer) -> Transfer:
        """One thing about it is not as it should be, or merely unusual."""
        anybody = draw(st.sampled_from(sorted(self._ids)))
        changes: list[dict[str, object]] = [
            {"id": TransferId(UUID(int=0))},
            {"book": 2},
            {"kind": Kind.EXPIRE},
            {"kind": Kind.RETURN},
            {"timeout_seconds": draw(st.sampled_from([0, -1, 5]))},
            {"amount_minor": draw(st.sampled_from(NASTY_AMOUNTS))},
            {"pending_id": draw(st.sampled_from([None, TransferId(new_id(START))]))},
            {"debit_account_id": draw(st.sampled_from([NO_ACCOUNT, None, self._ids[anybody]]))},
            {"credit_account_id": draw(st.sampled_from([NO_ACCOUNT, None, self._ids[anybody]]))},
            {"debit_account_id": drawn.credit_account_id},
            {"balancing": True},
            {"reference": EVENT},
            {"event_at": START},
        ]
        return replace(drawn, **draw(st.sampled_from(changes)))  # type: ignore[arg-type]


@st.composite
def next_transfers(draw: st.DrawFn, drawing: Drawing, sent: Sequence[Transfer]) -> Transfer:
    """What `drawing` sends after `sent`."""
    return drawing.transfer(draw, sent)


def _now_and_then(draw: st.DrawFn, one_in: int) -> bool:
    return draw(st.integers(1, one_in)) == one_in
