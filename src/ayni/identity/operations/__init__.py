"""What changes in identity. Each function is one use case; the caller commits."""

from ayni.identity.operations.officers import register_officer
from ayni.identity.operations.people import (
    add_document,
    record_whereabouts,
    register_people,
    register_person,
)
from ayni.identity.operations.search import search_people
from ayni.identity.operations.verification import record_verifications, verify_documents

__all__ = [
    "add_document",
    "record_verifications",
    "record_whereabouts",
    "register_officer",
    "register_people",
    "register_person",
    "search_people",
    "verify_documents",
]
