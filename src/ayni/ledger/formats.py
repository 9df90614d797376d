"""Transfers as the columns of one call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Never

from ayni.foundation.arrays import (
    pack_instants_or_nulls,
    pack_int2,
    pack_int4_or_nulls,
    pack_int8,
    pack_json_or_nulls,
    pack_uuids,
    pack_uuids_or_nulls,
)
from ayni.ledger.errors import BadBatch, BatchTooLarge, LimitOutOfRange
from ayni.ledger.model import MAX_BATCH, MAX_COUNTER_MINOR, Transfer

_SMALL, _WHOLE, _LARGE = 2**15 - 1, 2**31 - 1, 2**63 - 1
MAX_CONTEXT = 4_000
"""Bytes that the context of one transfer may have: it is kept for ever."""


def check_range(*limits_minor: int | None) -> None:
    """Raise LimitOutOfRange for a credit limit or a ceiling that no account can have; None is "without"."""
    for limit in limits_minor:
        if limit is not None and not 0 <= limit <= MAX_COUNTER_MINOR:
            raise LimitOutOfRange(most=MAX_COUNTER_MINOR)


def check_fits(transfer: Transfer) -> None:
    """Raise BadBatch for what its column cannot hold. What it means is for the ledger to judge."""
    if not (
        0 <= transfer.book <= _SMALL
        and 0 <= transfer.code <= _SMALL
        and 0 <= transfer.kind <= _SMALL
        and -_LARGE - 1 <= transfer.amount_minor <= _LARGE
        and (transfer.timeout_seconds is None or -_WHOLE <= transfer.timeout_seconds <= _WHOLE)
    ):
        raise BadBatch(reason="a book, code, kind, amount or timeout is beyond what can be stored")
    if transfer.event_at is not None and transfer.event_at.tzinfo is None:
        raise BadBatch(reason="an instant says in which time zone it is")
    if transfer.context is not None:
        _check_context(transfer.context)


@lru_cache(maxsize=1024)
def _check_context(context: str) -> None:
    """A context is a short JSON object; the server would refuse others, and with them the whole batch."""
    try:
        small = len(context) <= MAX_CONTEXT and len(context.encode()) <= MAX_CONTEXT
        whole = small and isinstance(
            json.loads(context, parse_float=_refuse_number, parse_constant=_refuse_number), dict
        )
    except (ValueError, RecursionError):
        whole = False
    if not whole or "\\u0000" in context or "\\ud" in context.lower():
        raise BadBatch(
            reason=f"a context is a JSON object of at most {MAX_CONTEXT:,} bytes, without fractions"
        )


def _refuse_number(text: str) -> Never:
    raise ValueError(text)


def pack(transfers: Sequence[Transfer], *, checked: bool = False) -> dict[str, Any]:
    """The columns of `ledger.post`; None for one that no transfer uses. Raises BatchTooLarge, BadBatch.

    `checked` says that `check_fits` has seen each of them.
    """
    if len(transfers) > MAX_BATCH:
        raise BatchTooLarge(size=len(transfers), limit=MAX_BATCH)
    if not checked:
        for transfer in transfers:
            check_fits(transfer)
    kinds = [transfer.kind for transfer in transfers]
    flags = [transfer.linked | transfer.balancing << 1 for transfer in transfers]
    pendings = [transfer.pending_id for transfer in transfers]
    timeouts = [transfer.timeout_seconds for transfer in transfers]
    references = [transfer.reference for transfer in transfers]
    event_ats: list[datetime | None] = [transfer.event_at for transfer in transfers]
    contexts = [transfer.context for transfer in transfers]
    return {
        "ids": pack_uuids([transfer.id for transfer in transfers]),
        "event_ids": pack_uuids([transfer.event_id for transfer in transfers]),
        "books": pack_int2([transfer.book for transfer in transfers]),
        "debits": pack_uuids_or_nulls([transfer.debit_account_id for transfer in transfers]),
        "credits": pack_uuids_or_nulls([transfer.credit_account_id for transfer in transfers]),
        "amounts": pack_int8([transfer.amount_minor for transfer in transfers]),
        "codes": pack_int2([transfer.code for transfer in transfers]),
        "kinds": pack_int2(kinds) if any(kinds) else None,
        "flags": pack_int2(flags) if any(flags) else None,
        "pending_ids": pack_uuids_or_nulls(pendings) if _any(pendings) else None,
        "timeouts": pack_int4_or_nulls(timeouts) if _any(timeouts) else None,
        "references": pack_uuids_or_nulls(references) if _any(references) else None,
        "event_ats": pack_instants_or_nulls(event_ats) if _any(event_ats) else None,
        "contexts": pack_json_or_nulls(contexts) if _any(contexts) else None,
    }


def _any(values: Sequence[object]) -> bool:
    return any(value is not None for value in values)
