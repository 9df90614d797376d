"""Whole columns as PostgreSQL binary arrays, packed in one go: for batches of thousands of rows."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_OIDS = {
    "uuid": (2950, 2951),
    "int8": (20, 1016),
    "int4": (23, 1007),
    "int2": (21, 1005),
    "timestamptz": (1184, 1185),
    "jsonb": (3802, 3807),
}
_WIDTHS = {"uuid": 16, "int8": 8, "int4": 4, "int2": 2}
_NULL = b"\xff\xff\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Column:
    """A packed array and the oid of its type."""

    __slots__ = ("data", "oid")

    def __init__(self, data: bytes, oid: int) -> None:
        self.data = data
        self.oid = oid


class UuidColumn(Column):
    """uuid[]"""

    __slots__ = ()


class Int8Column(Column):
    """bigint[]"""

    __slots__ = ()


class Int4Column(Column):
    """integer[]"""

    __slots__ = ()


class Int2Column(Column):
    """smallint[]"""

    __slots__ = ()


class InstantColumn(Column):
    """timestamptz[]"""

    __slots__ = ()


class JsonColumn(Column):
    """jsonb[]"""

    __slots__ = ()


def _dumper(array_oid: int) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY
        oid = array_oid

        def dump(self, obj: Any) -> Buffer | None:
            data: bytes = obj.data
            return data

    return ColumnDumper


DUMPERS: dict[type[Column], type[Dumper]] = {
    UuidColumn: _dumper(2951),
    Int8Column: _dumper(1016),
    Int4Column: _dumper(1007),
    Int2Column: _dumper(1005),
    InstantColumn: _dumper(1185),
    JsonColumn: _dumper(3807),
}
"""What `register` makes a connection know."""


def register(connection: psycopg.Connection[Any]) -> None:
    """Let `connection` send packed columns."""
    for kind, dumper in DUMPERS.items():
        connection.adapters.register_dumper(kind, dumper)


def _header(count: int, kind: str, *, nulls: bool = False) -> bytes:
    return struct.pack(">iiiii", 1, int(nulls), _OIDS[kind][0], count, 1)


def _fixed(values: Any, kind: str) -> bytes:
    """Elements without nulls: each is its length and its bytes, laid out by numpy."""
    width = _WIDTHS[kind]
    rows = np.empty(len(values), dtype=np.dtype([("length", ">i4"), ("value", f"V{width}")]))
    rows["length"] = width
    rows["value"] = values.view(f"V{width}").reshape(-1)
    return _header(len(values), kind) + rows.tobytes()


def pack_uuids(values: Sequence[UUID]) -> UuidColumn:
    """uuid[] without nulls."""
    joined = np.frombuffer(b"".join([value.bytes for value in values]), dtype="V16")
    return UuidColumn(_fixed(joined, "uuid"), 2951)


def pack_uuids_or_nulls(values: Sequence[UUID | None]) -> UuidColumn:
    """uuid[] that may hold nulls."""
    if None not in values:
        return pack_uuids([value for value in values if value is not None])
    parts = [_NULL if value is None else b"\x00\x00\x00\x10" + value.bytes for value in values]
    return UuidColumn(_header(len(values), "uuid", nulls=True) + b"".join(parts), 2951)


def pack_int8(values: Sequence[int]) -> Int8Column:
    """bigint[]; raises OverflowError for a number that is none."""
    return Int8Column(_fixed(np.array(values, dtype=np.int64).astype(">i8"), "int8"), 1016)


def pack_int2(values: Sequence[int]) -> Int2Column:
    """smallint[]; raises OverflowError for a number that is none."""
    numbers = np.array(values, dtype=np.int64)
    if len(numbers) and (numbers.min() < -32768 or numbers.max() > 32767):
        raise OverflowError("a code, kind or book lies between 0 and 32,767")
    return Int2Column(_fixed(numbers.astype(">i2"), "int2"), 1005)


def pack_int4_or_nulls(values: Sequence[int | None]) -> Int4Column:
    """integer[] that may hold nulls; raises OverflowError for a number that is none."""
    try:
        parts = [_NULL if value is None else struct.pack(">ii", 4, value) for value in values]
    except struct.error as error:
        raise OverflowError("a timeout is at most 2,147,483,647 seconds") from error
    return Int4Column(_header(len(values), "int4", nulls=None in values) + b"".join(parts), 1007)


def pack_instants_or_nulls(values: Sequence[datetime | None]) -> InstantColumn:
    """timestamptz[] that may hold nulls; each value carries its zone."""
    parts = [
        _NULL if value is None else struct.pack(">iq", 8, (value - _EPOCH) // timedelta(microseconds=1))
        for value in values
    ]
    return InstantColumn(_header(len(values), "timestamptz", nulls=None in values) + b"".join(parts), 1185)


def pack_json_or_nulls(values: Sequence[str | None]) -> JsonColumn:
    """jsonb[] that may hold nulls, of texts that are JSON: the server says so when one is not."""
    parts = []
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            data = value.encode()
            parts.append(struct.pack(">iB", len(data) + 1, 1) + data)
    return JsonColumn(_header(len(values), "jsonb", nulls=None in values) + b"".join(parts), 3807)
