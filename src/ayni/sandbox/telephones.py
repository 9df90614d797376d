"""Pretend telephones: whatever waits in the outbox arrives at once, and can be read there."""

from __future__ import annotations

from dataclasses import dataclass, field

from ayni.foundation import outbox
from ayni.foundation.db import Tx
from ayni.foundation.keys import KeyRing
from ayni.foundation.outbox import Message


@dataclass
class PretendTelephones:
    """Every telephone of a city. `inbox` has what each received: the message, and its secret if it had
    one.
    """

    ring: KeyRing
    inbox: dict[str, list[tuple[Message, str | None]]] = field(default_factory=dict, repr=False)

    def deliver(self, tx: Tx) -> int:
        """Send what waits, and drop what came too late; returns how many arrived."""
        arrived = 0
        for message in outbox.list_waiting(tx, most=10_000):
            if message.useless_after is not None and message.useless_after <= tx.now:
                outbox.end(tx, message_id=message.id, how="dropped", reason="too late")
                continue
            self.inbox.setdefault(message.recipient, []).append((message, message.secret(self.ring)))
            outbox.end(tx, message_id=message.id, how="sent")
            arrived += 1
        return arrived

    def last_code(self, phone: str) -> str:
        """The newest secret that a telephone received. Raises LookupError when there is none."""
        for _, secret in reversed(self.inbox.get(phone, [])):
            if secret is not None:
                return secret
        raise LookupError("no code has arrived there")
