"""What identity tells."""

from ayni.identity.queries.file import (
    has_consent,
    list_contacts,
    list_people_reached,
    list_phones_reaching,
    list_reads,
    list_representatives,
)
from ayni.identity.queries.merges import get_canonical_id, list_same_human
from ayni.identity.queries.officers import (
    are_same_human,
    check_may_decide,
    get_acting_officer,
    get_officer,
    list_held_roles,
    list_officers,
)
from ayni.identity.queries.people import (
    copy_people_to_compare,
    copy_people_to_list,
    find_person,
    get_holder,
    get_person,
    list_documents,
    list_people_by_phone,
)

__all__ = [
    "are_same_human",
    "check_may_decide",
    "copy_people_to_compare",
    "copy_people_to_list",
    "find_person",
    "get_acting_officer",
    "get_canonical_id",
    "get_holder",
    "get_officer",
    "get_person",
    "has_consent",
    "list_contacts",
    "list_documents",
    "list_held_roles",
    "list_officers",
    "list_people_by_phone",
    "list_people_reached",
    "list_phones_reaching",
    "list_reads",
    "list_representatives",
    "list_same_human",
]
