"""Suspicions and verdicts about the people of the town."""

from __future__ import annotations

from dataclasses import replace

from ayni import identity, registry
from ayni.foundation.db import Actor, Tx
from ayni.identity import OfficerRole
from ayni.registry import NewPair, VerdictKind
from ayni.values.ids import PersonId, show_id
from tests.programmes.town import ACTOR, Town


def elder(town: Town, place: int) -> PersonId:
    with town.database.transaction(ACTOR) as tx:
        return identity.get_holder(tx, kind="DNI", number=str(41_000_000 + place)).id


def suspect(town: Town, one: PersonId, other: PersonId, score: int = 950) -> None:
    pair = NewPair(one, other, score, {"surnames": "same"}, "linkage", "test")
    with town.database.transaction(ACTOR) as tx:
        registry.duplicates.record_pairs(tx, pairs=[pair])


def as_registrar(town: Town, tx: Tx, login: str = "registrar") -> Tx:
    known = next((one for one in identity.list_officers(tx) if one.login == login), None)
    officer_id = known.id if known else town.officer(tx, login, [OfficerRole.REGISTRAR])
    return replace(tx, actor=Actor(show_id("off", officer_id), "test"))


def decide(town: Town, one: PersonId, other: PersonId, verdict: VerdictKind) -> None:
    with town.database.transaction(ACTOR) as tx:
        pair = registry.get_pair(tx, one_id=one, other_id=other)
        registry.duplicates.decide(
            as_registrar(town, tx), pair=pair, verdict=verdict, reason="both files were read"
        )
