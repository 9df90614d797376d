"""Asking registers about documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.model import Claim, Verification, VerificationSummary
from ayni.identity.ports import IdentityRegister
from ayni.identity.store import people as store
from ayni.values.ids import PersonId


def verify_documents(
    tx: Tx, register: IdentityRegister, *, person_ids: Sequence[PersonId]
) -> VerificationSummary:
    """Ask a register about every unconfirmed document of these people, and record its answers.

    For a register inside this process (the sandbox's). A register across a network is asked by
    `verify_all_documents`, which holds no transaction open while it waits. Raises RegisterUnavailable.
    """
    claims = store.list_claims(tx, person_ids=person_ids)
    return record_verifications(
        tx, source=register.name, answers=[(claim, register.verify(claim)) for claim in claims]
    )


def record_verifications(
    tx: Tx, *, source: str, answers: Sequence[tuple[Claim, Verification]]
) -> VerificationSummary:
    """Record a register's answers, with their source and date."""
    differing: Counter[str] = Counter()

    def rows() -> Iterator[Sequence[Any]]:
        for claim, answer in answers:
            differing.update(answer.differences)
            yield (
                claim.kind,
                claim.number,
                claim.person_id,
                source,
                answer.matches,
                list(answer.differences),
                tx.now,
                tx.actor.who,
            )

    asked = store.insert_verifications(tx, rows())
    matched = sum(answer.matches for _, answer in answers)
    if asked:
        audit.record(
            tx,
            action="identity.verify",
            subject=source,
            details={"asked": asked, "matched": matched, **differing},
        )
    return VerificationSummary(asked, matched, dict(differing))
