"""Finds pairs of records that may be one human: splink's model, on DuckDB, within bounds of memory.

Weights are in bits (log2 of how much likelier among duplicates): one bit more is twice as likely.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from math import isqrt, log2
from pathlib import Path
from typing import Any

import duckdb

from ayni.foundation.queries import load_statements
from ayni.registry.linkage import weights
from ayni.registry.linkage.comparison import Model

_SQL = load_statements("registry", "linkage/engine.sql")
_RESIDENTS = load_statements("registry", "linkage/residents_found.sql")
_SPELLINGS = 100_000
_EXPECTED = 3
"""Duplicates in a hundred records, before the scores have corrected it."""
_FEW = 2_000
"""With fewer records nothing is estimated: chance would be learnt."""
_BELIEVED, _MOST_TRUST = 300, 60
"""Duplicates on which an estimate must rest to count as much as what is believed; its most, in hundredths."""
_LEAST_BITS = -2
"""A pair below it is of no interest to anybody."""

Progress = Callable[[str, int], None]
"""Told now and then: the phase ("preparing", "seeking", "comparing") and how far it is."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a search may use. `folder` is for what memory cannot hold; a block has at most `cap` records;
    `sample`: how many pairs are drawn at random, from `seed`, to learn what strangers have in common."""

    folder: Path
    memory_mib: int = 2_000
    threads: int = 2
    cap: int = 300
    seed: int = 1
    sample: int = 1_000_000


@dataclass(slots=True)
class Account:
    """What a search did. `left_out`: blocks that were too large, and the records in them, by block."""

    records: int = 0
    candidates: int = 0
    expected_duplicates: int = 0
    left_out: dict[str, tuple[int, int]] = field(default_factory=dict)


OutOfMemory = duckdb.OutOfMemoryException


@contextlib.contextmanager
def connect(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of a search's own, in a file: what does not fit in memory goes there."""
    with duckdb.connect(str(folder / "search.duckdb")) as connection:
        yield connection


class Search:
    """One search: `connection` holds a table `people` before it, and a table `judged` after it."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: Model,
        bounds: Bounds,
        progress: Progress | None = None,
    ) -> None:
        self.connection, self.model, self.bounds = connection, model, bounds
        self.progress = progress or (lambda _phase, _done: None)
        self.account = Account()
        self.say("limits", memory=f"{bounds.memory_mib}MiB", folder=bounds.folder, threads=bounds.threads)

    def say(self, name: str, **parts: object) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(_SQL[name].format(**parts))

    def one(self, name: str, **parts: object) -> tuple[Any, ...]:
        # Every row is fetched: DuckDB does nothing else on a connection while one is left.
        (row,) = self.say(name, **parts).fetchall()
        return row

    def read(self, *, people: Path, households: Path) -> None:
        """Make `people` of the files that identity and the registry wrote."""
        self.connection.execute(_RESIDENTS["people"].format(people=people, households=households))

    def likely(self, bits: Any, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """The pairs of residents from so many bits on, the likeliest first, in lists of at most `size`.

        Each: two person ids, the smaller first, bits, the circumstance and its weight; then the level and the
        bits of each field.
        """
        fields = ", ".join(f"j.{one.name}, j.mw_{one.name}" for one in self.model.fields)
        result = self.connection.execute(_RESIDENTS["likely"].format(fields=fields, bits=bits))
        while rows := result.fetchmany(size):
            yield rows

    def run(self, key_of: Callable[[str], str] | None = None) -> Account:
        """Prepare, seek and compare. `key_of` gives names that sound alike one key."""
        self.prepare(key_of)
        self.seek()
        self.compare()
        return self.account

    def prepare(self, key_of: Callable[[str], str] | None) -> None:
        """Make `records` of `people`."""
        self.progress("preparing", 0)
        if key_of is not None:
            self._add_keys(key_of)
        self.connection.execute(self.model.preparation)
        (self.account.records,) = self.one("count_records")

    def _add_keys(self, key_of: Callable[[str], str]) -> None:
        spellings = [text for (text,) in self.say("spellings").fetchall()]
        self.say("name_keys")
        for first in range(0, len(spellings), _SPELLINGS):
            some = spellings[first : first + _SPELLINGS]
            self.connection.execute(_SQL["add_name_keys"], [some, [key_of(text) for text in some]])

    def seek(self) -> None:
        """Find the pairs that are worth comparing: those that share a block."""
        cap = self.bounds.cap
        self.say("found")
        for number, block in enumerate(self.model.blocks, 1):
            self.progress("seeking", number)
            self.say("block", keys=block.keys, finer=block.finer)
            self.say("split", cap=cap)
            blocks, records = self.one("left_out", cap=cap)
            if blocks:
                self.account.left_out[block.name] = (blocks, records)
            self.say("pair_up", cap=cap)
        self.say("candidates")
        (self.account.candidates,) = self.one("count_candidates")

    def compare(self) -> None:
        """Score every pair found, and correct the share of duplicates by what the scores say."""
        self.progress("comparing", 0)
        count = self.account.records
        # Three people are not a city of three: two who look alike are drawn from all who live here.
        size = max(count, _FEW)
        expected, pairs = size * _EXPECTED // 100, size * (size - 1) // 2
        trust = min(_MOST_TRUST, 100 * expected // (expected + _BELIEVED)) if count >= _FEW else 0
        # So many records that all their pairs are as many as are to be drawn.
        self.say("drawn", seed=self.bounds.seed, count=isqrt(2 * self.bounds.sample))
        predictions = weights.predict(
            self.connection,
            self.model,
            prior=Decimal(expected) / pairs,
            least=_LEAST_BITS,
            # Where nobody agrees in all that a rule asks for, what was believed before stays.
            rules=[rule for rule in self.model.trained_on if self.one("any_pair", rule=rule)[0]],
            trust=trust,
        )
        self.say(
            "judged",
            predictions=predictions,
            weights=", ".join(f"{weights.bits_sql(one)} AS mw_{one.name}" for one in self.model.fields),
            levels=", ".join(weights.level_sql(one) for one in self.model.fields),
            context=weights.context_sql(self.model, lambda one: f"'{one.name}'", "NULL"),
            context_weight=weights.context_sql(self.model, lambda one: str(one.weight), "0"),
        )
        (seen,) = self.one("expected")
        self.account.expected_duplicates = round(seen)
        # Of the share itself at most a factor of ten is believed, up or down, and among few people none.
        likelier = min(max(seen, expected // 10), expected * 10) / expected if count >= _FEW else 1
        self.say("shift", bits=log2(likelier))
