"""Who people are: names, documents, telephones and addresses of residents, shopkeepers and officers alike.

A document belongs to one human for ever, and an official register is asked whether it is theirs. Nothing is
overwritten: a new address closes the old one, and every answer of a register is kept. Somebody without a
document is registered all the same. Officers' accounts belong to humans, so that two accounts of one human
count as one when two people must agree, and nobody decides on themselves. Who looked at a file is written
down; the person may have all of it, and may have it restricted.

Besides what it exports by name, use cases stand together by subject: `lives` (corrections, deaths), `reach`
(telephones, addresses), `rights` (representatives, consents), `privacy` (files, restrictions), `officers`,
`merging` (two files of one human).
"""

from ayni.identity.errors import (
    OwnCase,
    PersonHasDied,
    PersonIsRestricted,
    RegisterUnavailable,
    UnknownDocument,
)
from ayni.identity.jobs import verify_all_documents
from ayni.identity.model import (
    Authority,
    Claim,
    Corrected,
    FoundPerson,
    NewPerson,
    Officer,
    OfficerRole,
    Person,
    PersonFile,
    RepresentativeKind,
    Verification,
    Whereabouts,
)
from ayni.identity.operations import (
    add_document,
    lives,
    merging,
    officers,
    privacy,
    reach,
    record_whereabouts,
    register_officer,
    register_people,
    register_person,
    rights,
    search_people,
    verify_documents,
)
from ayni.identity.operations.export import export_person, register_export_part
from ayni.identity.operations.search import fill_name_keys
from ayni.identity.ports import ExportPart, IdentityRegister
from ayni.identity.queries import (
    are_same_human,
    check_may_decide,
    copy_people_to_compare,
    copy_people_to_list,
    find_person,
    get_acting_officer,
    get_canonical_id,
    get_holder,
    get_officer,
    get_person,
    has_consent,
    list_contacts,
    list_documents,
    list_officers,
    list_people_by_phone,
    list_people_reached,
    list_phones_reaching,
    list_reads,
    list_representatives,
    list_same_human,
)

__all__ = [
    "Authority",
    "Claim",
    "Corrected",
    "ExportPart",
    "FoundPerson",
    "IdentityRegister",
    "NewPerson",
    "Officer",
    "OfficerRole",
    "OwnCase",
    "Person",
    "PersonFile",
    "PersonHasDied",
    "PersonIsRestricted",
    "RegisterUnavailable",
    "RepresentativeKind",
    "UnknownDocument",
    "Verification",
    "Whereabouts",
    "add_document",
    "are_same_human",
    "check_may_decide",
    "copy_people_to_compare",
    "copy_people_to_list",
    "export_person",
    "fill_name_keys",
    "find_person",
    "get_acting_officer",
    "get_canonical_id",
    "get_holder",
    "get_officer",
    "get_person",
    "has_consent",
    "list_contacts",
    "list_documents",
    "list_officers",
    "list_people_by_phone",
    "list_people_reached",
    "list_phones_reaching",
    "list_reads",
    "list_representatives",
    "list_same_human",
    "lives",
    "merging",
    "officers",
    "privacy",
    "reach",
    "record_whereabouts",
    "register_export_part",
    "register_officer",
    "register_people",
    "register_person",
    "rights",
    "search_people",
    "verify_all_documents",
    "verify_documents",
]
