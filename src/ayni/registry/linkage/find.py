"""Seeks duplicates among everybody: a job at the edge, which opens its own transactions.

People leave PostgreSQL by COPY into a private folder, are compared there by DuckDB, and likely pairs come
back in batches, each a transaction of its own. A pair that was found before stays as it was, so that after a
kill, or every night, the same search is simply made again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from math import exp2, log2
from pathlib import Path
from types import ModuleType
from typing import Any

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import SYSTEM, Actor, Database
from ayni.registry.errors import LinkageNotInstalled, NotEnoughMemory
from ayni.registry.linkage.comparison import Model, load_model
from ayni.registry.model import DuplicatesFound, NewPair
from ayni.registry.operations import duplicates
from ayni.registry.store import duplicates as store
from ayni.values.ids import PersonId

Progress = Callable[[str, int], None]
"""Told now and then: the phase (reading, preparing, seeking, comparing, writing) and how far it is."""

_BATCH = 10_000
_LIKELY = 900
"""Of a thousand such pairs at least so many are expected to be duplicates."""


def find_duplicates(
    database: Database,
    *,
    at_least: int = 500,
    memory_mib: int = 2_000,
    progress: Progress | None = None,
    actor: Actor = SYSTEM,
) -> DuplicatesFound:
    """Compare all people who are at all alike, and queue the pairs that may be one human.

    `at_least`: how likely a pair must be, in thousandths. `memory_mib` bounds the comparison itself; what
    does not fit goes to disk. Raises LinkageNotInstalled, NotEnoughMemory.
    """
    engine = _engine()
    told = progress or (lambda _phase, _done: None)
    # Only its owner may enter the folder that mkdtemp makes: what is in it are names and documents.
    with tempfile.TemporaryDirectory(prefix="ayni-duplicates-") as name:
        folder = Path(name)
        told("reading", 0)
        _read(database, actor, folder)
        bounds = engine.Bounds(folder, memory_mib, threads=os.cpu_count() or 1)
        try:
            with engine.connect(folder) as connection:
                search = engine.Search(connection, load_model(), bounds, told)
                search.read(people=folder / "people.csv", households=folder / "households.csv")
                search.run(database.country.name_key)
                return _write(database, actor, search, at_least, told)
        except engine.OutOfMemory:
            raise NotEnoughMemory(memory_mib=memory_mib) from None


def _engine() -> ModuleType:
    try:
        from ayni.registry.linkage import engine
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("duckdb", "splink"):
            raise LinkageNotInstalled from None
        raise
    return engine


def _read(database: Database, actor: Actor, folder: Path) -> None:
    """Write everybody and their households, as of one instant, into the folder."""
    with (
        database.snapshot(actor) as tx,
        (folder / "people.csv").open("wb") as people,
        (folder / "households.csv").open("wb") as households,
    ):
        identity.copy_people_to_compare(tx, write=people.write)
        store.copy_households_to_compare(tx, write=households.write)


def _write(database: Database, actor: Actor, search: Any, at_least: int, told: Progress) -> DuplicatesFound:
    """Queue the pairs, the likeliest first, and note that everybody was compared."""
    pairs = added = likely = 0
    share = min(max(at_least, 1), 999)
    for rows in search.likely(log2(share / (1_000 - share)), _BATCH):
        batch = [_pair(search.model, row) for row in rows]
        with database.transaction(actor) as tx:
            added += duplicates.record_pairs(tx, pairs=batch)
        pairs += len(batch)
        likely += sum(pair.score_per_mille >= _LIKELY for pair in batch)
        told("writing", pairs)
    account = search.account
    found = DuplicatesFound(
        people=account.records,
        compared=account.candidates,
        pairs=pairs,
        added=added,
        likely=likely,
        left_out={name: records for name, (_, records) in account.left_out.items()},
    )
    with database.transaction(actor) as tx:
        audit.record(
            tx,
            action="registry.find_duplicates",
            subject="everybody",
            reason=search.model.name,
            details={"people": found.people, "pairs": pairs, "added": added, "likely": likely},
        )
    return found


def _pair(model: Model, row: tuple[Any, ...]) -> NewPair:
    low, high, bits, circumstance, against, *said = row
    score = int(1_000 / (1 + exp2(-bits)))
    seen = _evidence(model, bits, circumstance, against, said)
    return NewPair(PersonId(low), PersonId(high), score, seen, "linkage", model.name)


def _evidence(
    model: Model, bits: Any, circumstance: str | None, against: int, said: list[Any]
) -> dict[str, str]:
    """Why two files may be of one human, for an officer: what each field says, and what it weighs in bits.

    Above zero speaks for one human, below for two. Nothing here tells what the fields hold.
    """
    told = {"weight": f"{bits:+.1f}"}
    for field, level, weight in zip(model.fields, said[::2], said[1::2], strict=True):
        for one in field.levels:
            if one.name == level:
                told[field.name] = f"{one.sentence} ({weight:+.1f})"
    for other in model.context:
        if other.name == circumstance:
            told["circumstance"] = f"{other.sentence} ({against:+d})"
    return told
