"""The embedded PostgreSQL server: a full PostgreSQL 18 in a folder, with nothing to install by hand."""

from ayni.foundation.embedded.errors import (
    DiskFull,
    FolderInUse,
    FolderUnusable,
    NoServerUser,
    PortInUse,
    ServerError,
    WrongServerVersion,
)
from ayni.foundation.embedded.installation import environment, program
from ayni.foundation.embedded.server import OWNER_ROLE, EmbeddedServer

__all__ = [
    "OWNER_ROLE",
    "DiskFull",
    "EmbeddedServer",
    "FolderInUse",
    "FolderUnusable",
    "NoServerUser",
    "PortInUse",
    "ServerError",
    "WrongServerVersion",
    "environment",
    "program",
]
