"""Screening holders against lists of sanctions: who may be on one is stopped at once, and an officer decides
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import FoundPerson
from ayni.values.ids import PersonId, new_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors.safety import UnknownDecision
from ayni.wallet.model.safety import SanctionEntry, SanctionHit
from ayni.wallet.model.stops import StopKind
from ayni.wallet.operations import stops
from ayni.wallet.operations.office import check_officer
from ayni.wallet.operations.safety import OFFICERS
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import safety as store

LEAST_LIKE = 850
"""How like a name must sound, per mille: the list spells foreign names as it likes."""
_MOST_LIKE = 20


def screen_entry(tx: Tx, *, list_name: str, version: str, entry: SanctionEntry) -> list[SanctionHit]:
    """Stop the holders who may be one entry of a list; returns those who are new."""
    new = []
    for person_id, likeness, why in _candidates(tx, entry):
        if queries.find_wallet(tx, person_id=person_id) is None:
            continue
        hit = SanctionHit(
            new_id(tx.now), person_id, list_name, entry.id, version, likeness, why, tx.now, None
        )
        with all_or_nothing(tx):
            if store.insert_hit(tx, hit):
                authority = _authority(list_name, entry.id)
                stops.keep(tx, person_id, StopKind.LEGAL_HOLD, "under review", authority)
                audit.record(tx, action="wallet.sanction_hit", subject=show_id("per", person_id))
                new.append(hit)
    return new


def _candidates(tx: Tx, entry: SanctionEntry) -> list[tuple[PersonId, int, str]]:
    if entry.document is not None:
        holder = identity.find_person(tx, kind=entry.document[0], number=entry.document[1])
        if holder is not None:
            return [(holder.id, 1_000, "the same document")]
    alike: Sequence[FoundPerson] = identity.search_people(tx, text=entry.name, limit=_MOST_LIKE)
    return [
        (one.id, one.likeness_per_mille, "a name that sounds alike, and no other birth")
        for one in alike
        if one.likeness_per_mille >= LEAST_LIKE and _births_agree(entry, one)
    ]


def _births_agree(entry: SanctionEntry, person: FoundPerson) -> bool:
    """Whether nothing about the births tells them apart. An estimated day is good for its year, give or take
    one.
    """
    if person.birth_on is None:
        return True
    if entry.birth_on is not None and not person.birth_estimated:
        return entry.birth_on == person.birth_on
    year = entry.birth_on.year if entry.birth_on is not None else entry.birth_year
    return year is None or abs(year - person.birth_on.year) <= 1


def list_open(tx: Tx, *, most: int = 100) -> list[SanctionHit]:
    """Hits that nobody has decided about, the oldest first. Raises RoleNotGranted."""
    identity.get_acting_officer(tx, roles=OFFICERS)
    return store.list_open_hits(tx, most=most)


def decide(tx: Tx, *, hit_id: UUID, is_same: bool, reason: str) -> None:
    """Decide whether a holder is who stands on the list. If not, the wallet pays again; if so, it stays
    stopped.

    Remembered for ever. Raises UnknownDecision, CaseRefused, RoleNotGranted, OwnCase.
    """
    hit = store.find_hit(tx, hit_id)
    if hit is None:
        identity.get_acting_officer(tx, roles=OFFICERS)
        raise UnknownDecision
    check_officer(tx, roles=OFFICERS, person_id=hit.person_id)
    with all_or_nothing(tx):
        if not store.insert_verdict(tx, hit.id, is_same=is_same, reason=reason):
            raise UnknownDecision
        audit.record(
            tx,
            action="wallet.sanction_verdict",
            subject=show_id("per", hit.person_id),
            reason=reason.strip(),
            details={"is_same": is_same},
        )
        others = [one for one in store.list_hits(tx, hit.person_id) if one.is_same is not False]
        if not others and _is_ours(tx, hit.person_id):
            stops.let_go(tx, hit.person_id, StopKind.LEGAL_HOLD, "not who stands on the list")


def _is_ours(tx: Tx, person_id: PersonId) -> bool:
    """Whether a hit of some list began the legal hold, and not a court: what a court began it ends."""
    began = {_authority(one.list, one.entry) for one in store.list_hits(tx, person_id)}
    return any(
        stop.kind == StopKind.LEGAL_HOLD and stop.authority in began
        for stop in stops.list_open(tx, person_id=person_id)
    )


def _authority(list_name: str, entry: str) -> str:
    return f"{list_name} {entry}"[:200]
