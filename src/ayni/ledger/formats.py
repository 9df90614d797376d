"""Transfers as the columns of one call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ayni.foundation.arrays import (
    pack_int2,
    pack_int4_or_nulls,
    pack_int8,
    pack_uuids,
    pack_uuids_or_nulls,
)
from ayni.ledger.errors import BadBatch, BatchTooLarge
from ayni.ledger.model import MAX_BATCH, Transfer

_SMALL, _WHOLE, _LARGE = 2**15 - 1, 2**31 - 1, 2**63 - 1


def check_fits(transfer: Transfer) -> None:
    """Raise BadBatch for a number that its column cannot hold. What it means is for the ledger to judge."""
    if not (
        0 <= transfer.book <= _SMALL
        and 0 <= transfer.code <= _SMALL
        and 0 <= transfer.kind <= _SMALL
        and -_LARGE - 1 <= transfer.amount_minor <= _LARGE
        and (transfer.timeout_seconds is None or -_WHOLE <= transfer.timeout_seconds <= _WHOLE)
    ):
        raise BadBatch(reason="a book, code, kind, amount or timeout is beyond what can be stored")


def pack(transfers: Sequence[Transfer]) -> dict[str, Any]:
    """The columns of `ledger.post`; None for one that no transfer uses. Raises BatchTooLarge, BadBatch."""
    if len(transfers) > MAX_BATCH:
        raise BatchTooLarge(size=len(transfers), limit=MAX_BATCH)
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
        "event_ats": event_ats if _any(event_ats) else None,
        "contexts": contexts if _any(contexts) else None,
    }


def _any(values: Sequence[object]) -> bool:
    return any(value is not None for value in values)
