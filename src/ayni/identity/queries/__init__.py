"""What identity tells."""

from ayni.identity.queries.officers import are_same_human, get_officer
from ayni.identity.queries.people import (
    find_person,
    get_holder,
    get_person,
    list_documents,
    list_people_by_phone,
)

__all__ = [
    "are_same_human",
    "find_person",
    "get_holder",
    "get_officer",
    "get_person",
    "list_documents",
    "list_people_by_phone",
]
