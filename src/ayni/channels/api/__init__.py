"""How other systems reach Ayni: over HTTP, as clients with scopes, links and a rate of their own.

`/api/v1` is ours and `/gsma/v1.2` the standard that mobile money shares. No rule lives here: every request is
handed to the operations that people's own channels use, and every refusal is theirs.
"""

from __future__ import annotations

from ayni.channels.api.build import build
from ayni.channels.api.server import Address, serve

__all__ = ["Address", "build", "serve"]
