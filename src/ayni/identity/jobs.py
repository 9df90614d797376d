"""Identity's long work: asking a register about many documents, with no transaction open while it answers."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from ayni.foundation.db import SYSTEM, Actor, Database
from ayni.identity import operations
from ayni.identity.errors import RegisterUnavailable
from ayni.identity.model import Claim, Verification, VerificationSummary
from ayni.identity.ports import IdentityRegister
from ayni.identity.store import people as store

_CHUNK = 5_000


def verify_all_documents(
    database: Database, register: IdentityRegister, *, actor: Actor = SYSTEM
) -> VerificationSummary:
    """Ask a register about every document that none was asked about, and record its answers in steps.

    Reads in one transaction, asks in none, records in another. Stops at RegisterUnavailable, after it has
    recorded what was answered; run again, it goes on with the rest.
    """
    after, asked, matched = UUID(int=0), 0, 0
    differing: Counter[str] = Counter()
    while True:
        with database.transaction(actor) as tx:
            people = store.list_people_to_verify(tx, after=after, limit=_CHUNK)
            claims = store.list_claims(tx, person_ids=people)
        if not people:
            return VerificationSummary(asked, matched, dict(differing))
        after = people[-1]
        answers, outage = _ask(register, claims)
        with database.transaction(actor) as tx:
            summary = operations.record_verifications(tx, source=register.name, answers=answers)
        if outage is not None:
            raise outage
        asked, matched = asked + summary.asked, matched + summary.matched
        differing.update(summary.differing)


def _ask(
    register: IdentityRegister, claims: list[Claim]
) -> tuple[list[tuple[Claim, Verification]], RegisterUnavailable | None]:
    """Answers up to the first outage, and the outage."""
    answers = []
    for claim in claims:
        try:
            answers.append((claim, register.verify(claim)))
        except RegisterUnavailable as outage:
            return answers, outage
    return answers, None
