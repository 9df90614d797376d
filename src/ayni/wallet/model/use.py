"""Benefits that wait until their wallet is taken into use."""

from __future__ import annotations

from dataclasses import dataclass

from ayni.values.ids import AccountId, PersonId, TransferId


@dataclass(frozen=True, slots=True)
class WaitingBenefit:
    """A benefit in a hold: from a programme's account, for a person."""

    hold_id: TransferId
    person_id: PersonId
    programme_account_id: AccountId
    amount_minor: int
