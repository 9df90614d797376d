"""How a receiver knows that a delivery is ours: signed as standardwebhooks.com describes, version 1.

The secret is made from the ring's key and the webhook's id, so the database holds none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ayni.foundation.keys import KeyRing, Purpose
from ayni.foundation.webhooks import Webhook

_PREFIX = "whsec_"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def secret_of(ring: KeyRing, webhook: Webhook) -> str:
    """What the receiver checks signatures with. Raises UnknownKey."""
    return _PREFIX + base64.b64encode(_key(ring, webhook)).decode()


def sign(ring: KeyRing, webhook: Webhook, *, message_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """The headers that prove a delivery. Raises UnknownKey."""
    timestamp = str((at - _BEGINNING) // timedelta(seconds=1))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(_key(ring, webhook), signed, hashlib.sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def _key(ring: KeyRing, webhook: Webhook) -> bytes:
    _, key = ring.hmac(Purpose.SESSION, b"ayni webhook " + webhook.id.bytes, version=webhook.key_version)
    return key
