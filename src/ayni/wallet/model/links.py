"""What systems outside may touch."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ayni.values.ids import PersonId


@dataclass(frozen=True, slots=True)
class Link:
    """A client may touch one wallet, one shop, or with neither every wallet and shop."""

    client_id: str
    person_id: PersonId | None
    shop_id: UUID | None
    shop_code: str | None
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """What some clients are linked to, of what was asked for."""

    everything: Set[str]
    some: Mapping[str, Set[UUID]]

    def covers(self, client_id: str, subject: UUID) -> bool:
        """Whether the client may touch the wallet of this person, or this shop."""
        return client_id in self.everything or subject in self.some.get(client_id, ())
