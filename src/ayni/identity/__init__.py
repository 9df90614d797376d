"""Who people are: names, documents, telephones and addresses of residents, shopkeepers and officers alike.

A document belongs to one human for ever, and an official register is asked whether it is theirs. Nothing is
overwritten: a new address closes the old one, and every answer of a register is kept. Somebody without a
document is registered all the same. Officers' accounts belong to humans, so that two accounts of one human
count as one when two people must agree.
"""

from ayni.identity.errors import RegisterUnavailable
from ayni.identity.jobs import verify_all_documents
from ayni.identity.model import Claim, NewPerson, OfficerRole, Verification, Whereabouts
from ayni.identity.operations import (
    add_document,
    record_whereabouts,
    register_officer,
    register_people,
    register_person,
    verify_documents,
)
from ayni.identity.ports import IdentityRegister
from ayni.identity.queries import are_same_human, find_person, get_officer, get_person, list_people_by_phone

__all__ = [
    "Claim",
    "IdentityRegister",
    "NewPerson",
    "OfficerRole",
    "RegisterUnavailable",
    "Verification",
    "Whereabouts",
    "add_document",
    "are_same_human",
    "find_person",
    "get_officer",
    "get_person",
    "list_people_by_phone",
    "record_whereabouts",
    "register_officer",
    "register_people",
    "register_person",
    "verify_all_documents",
    "verify_documents",
]
