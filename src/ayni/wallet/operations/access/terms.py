"""The country's terms for access, as numbers."""

from __future__ import annotations

from datetime import timedelta

from ayni.foundation.db import Tx


def whole(tx: Tx, name: str) -> int:
    """A whole number of a parameter today. Raises ParameterMissing."""
    value = tx.country.parameter(name, on=tx.today)
    assert isinstance(value, int), f"{name} is a whole number"
    return value


def lock_after(tx: Tx, wrong: int) -> timedelta | None:
    """For how long no PIN is taken after so many wrong ones in a row; None while more may be tried."""
    return _locks(tx).get(min(wrong, max(_locks(tx))))


def tries_left(tx: Tx, wrong: int) -> int:
    """How many more wrong ones there may be before a pause."""
    return max(0, min(_locks(tx)) - wrong)


def _locks(tx: Tx) -> dict[int, timedelta]:
    rows = tx.country.parameter("wallet.pin_lock", on=tx.today)
    assert isinstance(rows, tuple), "wallet.pin_lock is a table"
    return {int(wrong): timedelta(minutes=int(wait)) for wrong, wait in rows}


def sending_lock_term(tx: Tx) -> timedelta:
    """For how long sending is locked."""
    return timedelta(hours=whole(tx, "wallet.sending_lock_hours"))
