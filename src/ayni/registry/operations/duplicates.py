"""Suspected duplicates: put forward, judged by officers, and taken back. Verdicts are remembered for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.registry.errors import AlreadyDecided, ContradictsVerdict, NothingDecided
from ayni.registry.model import NewPair, Pair, Verdict, VerdictKind
from ayni.registry.operations import merged
from ayni.registry.queries import duplicates as queries
from ayni.registry.store import duplicates as store
from ayni.values.ids import PersonId, show_id

LEASE_MINUTES = 30
"""How long a pair stays on an officer's table before another may get it."""
_PURPOSE = "adjudication of a suspected duplicate"


@dataclass(frozen=True, slots=True)
class Case:
    """A pair with both files side by side, and what was decided about it before."""

    pair: Pair
    files: tuple[identity.PersonFile, identity.PersonFile]
    verdicts: list[Verdict]


def record_pairs(tx: Tx, *, pairs: Sequence[NewPair]) -> int:
    """Put pairs into the queue, and say how many are new. What was found or judged before stays as it is.

    Payments wait for those that are at least as likely as the country says. Raises PairRefused,
    ParameterMissing.
    """
    if not pairs:
        return 0
    blocks_from = tx.country.parameter("registry.duplicate_blocks", on=tx.today)
    assert isinstance(blocks_from, Decimal)
    return store.insert_pairs(tx, pairs=pairs, blocks_from=int(blocks_from * 1000))


def find_exact(tx: Tx, *, people: Sequence[PersonId]) -> int:
    """Look by exact rules whether somebody is registered already, and say how many pairs are new."""
    return record_pairs(tx, pairs=store.find_exact_pairs(tx, people=people))


def register_resident(tx: Tx, *, person: identity.NewPerson) -> tuple[identity.Person, int]:
    """Register one person, and look by the exact rules whether they are registered already.

    Nobody is refused for being like somebody: pairs that are new, which are counted, wait for an officer.
    Raises as `identity.register_person`.
    """
    registered = identity.register_person(tx, person=person)
    return registered, find_exact(tx, people=[registered.id])


def find_exact_of_batch(tx: Tx) -> int:
    """`find_exact` of the people whom the batch in hand of an import has added."""
    return find_exact(tx, people=store.list_added_people(tx))


def put_forward(tx: Tx, *, one_id: PersonId, other_id: PersonId, reason: str) -> Pair:
    """An officer suspects two files. A pair that is known, or was judged, stays as it is.

    Raises UnknownPerson, PersonIsRestricted, RoleNotGranted, OwnCase, PairRefused.
    """
    officer = _officer(tx)
    for person_id in (one_id, other_id):
        identity.get_person(tx, person_id=person_id)
    _check_own_case(tx, officer, (one_id, other_id))
    found = NewPair(one_id, other_id, 1000, {"officer": "suspects them"}, "officer", "by hand")
    if record_pairs(tx, pairs=[found]):
        audit.record(
            tx,
            action="registry.put_forward_pair",
            subject=show_id("per", min(one_id, other_id)),
            reason=reason,
            details={"other": show_id("per", max(one_id, other_id))},
        )
    return queries.get_pair(tx, one_id=one_id, other_id=other_id)


def next_case(tx: Tx) -> Case | None:
    """The next pair for the officer who acts, with both files; None when nothing is left for them.

    It stays on their table for half an hour, so that two officers get different pairs. Both files count as
    read. Nobody gets a pair of their own household. Raises RoleNotGranted, OfficerDisabled.
    """
    officer = _officer(tx)
    own = queries.list_own_people(tx, officer=officer)
    until = tx.now + timedelta(minutes=LEASE_MINUTES)
    for pair in store.list_pairs_for_officer(tx, officer=tx.actor.who, own=own):
        if _is_restricted(tx, pair) or _is_own(tx, officer, pair):
            continue
        if store.take_lease(tx, pair=pair, officer=tx.actor.who, until=until):
            return open_case(tx, pair=pair)
    return None


def open_case(tx: Tx, *, pair: Pair) -> Case:
    """Both files of a pair, side by side; the reading of both is kept.

    Raises RoleNotGranted, OwnCase, PersonIsRestricted.
    """
    _check_own_case(tx, _officer(tx), (pair.low_id, pair.high_id))
    _check_usable(tx, pair)
    low, high = (
        identity.privacy.open_file(tx, person_id=person_id, purpose=_PURPOSE)
        for person_id in (pair.low_id, pair.high_id)
    )
    return Case(pair, (low, high), queries.list_verdicts(tx, pair=pair))


def decide(tx: Tx, *, pair: Pair, verdict: VerdictKind, reason: str, keep: PersonId | None = None) -> Verdict:
    """Say whether two files are of one human. Same and different hold until they are taken back.

    Same merges the files: the one to `keep` (else the one registered first) stands for both, and the human
    belongs to one household, the kept file's. Raises RoleNotGranted, OwnCase, AlreadyDecided,
    ContradictsVerdict, PersonIsRestricted, PairRefused.
    """
    officer = _officer(tx)
    _check_own_case(tx, officer, (pair.low_id, pair.high_id))
    _check_usable(tx, pair)
    merged.wait_for_others(tx)
    last = _last(tx, pair)
    if last is not None and last.verdict != VerdictKind.UNSURE:
        raise _already(tx, last)
    if verdict != VerdictKind.UNSURE:
        _check_contradictions(tx, pair, verdict)
    number = store.insert_verdict(
        tx, pair=pair, verdict=verdict, reason=reason, follows=last.number if last else None
    )
    if number is None:
        newest = _last(tx, pair)
        assert newest is not None
        raise _already(tx, newest)
    store.drop_lease(tx, pair=pair)
    _audit(tx, "registry.decide_pair", pair, reason, {"verdict": str(verdict), "number": number})
    if verdict == VerdictKind.SAME:
        merged.join(tx, one_id=pair.low_id, other_id=pair.high_id, verdict=number, reason=reason, keep=keep)
    return queries.list_verdicts(tx, pair=pair)[-1]


def undo(tx: Tx, *, pair: Pair, reason: str) -> Verdict:
    """Take a verdict back: the pair is open again, at the end of the queue. Both verdicts stay readable.

    Files that only this verdict held together stand for themselves again, with what was written to each
    meanwhile, and are back in their households. Raises RoleNotGranted, OwnCase, NothingDecided, PairRefused.
    """
    _check_own_case(tx, _officer(tx), (pair.low_id, pair.high_id))
    merged.wait_for_others(tx)
    last = _last(tx, pair)
    if last is None or last.verdict == VerdictKind.UNSURE:
        raise NothingDecided
    number = store.insert_verdict(
        tx, pair=pair, verdict=VerdictKind.UNSURE, reason=reason, follows=last.number
    )
    if number is None:
        raise NothingDecided
    _audit(tx, "registry.undo_verdict", pair, reason, {"verdict": last.verdict, "number": last.number})
    if last.verdict == VerdictKind.SAME:
        merged.part(tx, person_id=pair.low_id, reason=reason)
    return queries.list_verdicts(tx, pair=pair)[-1]


def _officer(tx: Tx) -> identity.Officer:
    return identity.get_acting_officer(tx, roles=(identity.OfficerRole.REGISTRAR,))


def _is_own(tx: Tx, officer: identity.Officer, pair: Pair) -> bool:
    try:
        _check_own_case(tx, officer, (pair.low_id, pair.high_id))
    except identity.OwnCase:
        return True
    return False


def _is_restricted(tx: Tx, pair: Pair) -> bool:
    try:
        _check_usable(tx, pair)
    except identity.PersonIsRestricted:
        return True
    return False


def _check_usable(tx: Tx, pair: Pair) -> None:
    """Refuse what is restricted: a registrar may open such a file, but nothing new is decided with it."""
    for person_id in (pair.low_id, pair.high_id):
        identity.get_person(tx, person_id=person_id)


def _check_own_case(tx: Tx, officer: identity.Officer, people: Sequence[PersonId]) -> None:
    files = [file for person_id in people for file in identity.list_same_human(tx, person_id=person_id)]
    identity.check_may_decide(tx, officer_id=officer.id, person_ids=files)
    if set(files) & set(queries.list_own_people(tx, officer=officer)):
        raise identity.OwnCase


def _last(tx: Tx, pair: Pair) -> Verdict | None:
    verdicts = store.list_verdicts(tx, pair=pair)
    return verdicts[-1] if verdicts else None


def _already(tx: Tx, verdict: Verdict) -> AlreadyDecided:
    day = verdict.decided_at.astimezone(tx.country.timezone).date()
    return AlreadyDecided(who=verdict.decided_by, on=day, verdict=verdict.verdict)


def _check_contradictions(tx: Tx, pair: Pair, verdict: VerdictKind) -> None:
    """Same must not join two who were found different; different must not part what others hold together."""
    low, high = (
        identity.list_same_human(tx, person_id=person_id) for person_id in (pair.low_id, pair.high_id)
    )
    if verdict == VerdictKind.SAME:
        against = store.list_verdicts_among(tx, verdict=VerdictKind.DIFFERENT, first=low, second=high)
    elif set(low) & set(high):
        against = store.list_verdicts_among(tx, verdict=VerdictKind.SAME, first=low, second=low)
    else:
        against = []
    if against:
        raise ContradictsVerdict(
            said=against[0].verdict,
            low=show_id("per", against[0].low_id),
            high=show_id("per", against[0].high_id),
        )


def _audit(tx: Tx, action: str, pair: Pair, reason: str, details: dict[str, object]) -> None:
    audit.record(
        tx,
        action=action,
        subject=show_id("per", pair.low_id),
        reason=reason,
        details={"other": show_id("per", pair.high_id), **details},
    )
