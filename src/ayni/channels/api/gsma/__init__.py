"""The GSMA Mobile Money API, version 1.2: the profile that `docs/concepts/gsma.md` describes.

Every request that makes something is kept first and answered with its state (202); what became of it is told
to the client's callback, at `/requeststates`, and at `/responses` to whoever has lost the answer.
"""

from ayni.channels.api.gsma.carry import finish_requests
from ayni.channels.api.gsma.faults import tell
from ayni.channels.api.gsma.routes import PREFIX, routes

__all__ = ["PREFIX", "finish_requests", "routes", "tell"]
