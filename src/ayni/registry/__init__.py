"""The social registry: the city's households, who belongs to them and since when, and what is known of both.

Everything has its date and its source, and nothing is overwritten: a new survey stands beside the old one,
and it can say what was known on any day. It imports lists of residents (padrones), tells line by line
what it could not use, never guesses where a source contradicts itself. Two files that may be of one human are
for officers to judge (`duplicates`); what they decided is asked once. It knows no money.

Besides what it exports by name, `households` moves, splits and joins, and settles flags; `classes` evaluates.
"""

from ayni.registry.errors import UnknownHousehold
from ayni.registry.jobs import ExportReport, export_padron, import_padron
from ayni.registry.linkage.find import find_duplicates
from ayni.registry.model import (
    DuplicatesFound,
    FactName,
    ImportReport,
    NewPair,
    Pair,
    Record,
    Role,
    Verdict,
    VerdictKind,
)
from ayni.registry.operations import (
    add_member,
    classes,
    declare_facts,
    declare_mapping,
    duplicates,
    end_membership,
    households,
    record_facts,
    register_household,
)
from ayni.registry.operations.duplicates import Case
from ayni.registry.queries import (
    export_person,
    facts,
    find_class,
    find_household,
    find_membership,
    list_classes,
    list_fact_names,
    list_flags,
    list_history,
    list_lapsing_classes,
    list_members,
    list_open_flags,
    list_records,
)
from ayni.registry.queries.duplicates import count_pairs, get_pair, list_own_people, list_pairs

__all__ = [
    "Case",
    "DuplicatesFound",
    "ExportReport",
    "FactName",
    "ImportReport",
    "NewPair",
    "Pair",
    "Record",
    "Role",
    "UnknownHousehold",
    "Verdict",
    "VerdictKind",
    "add_member",
    "classes",
    "count_pairs",
    "declare_facts",
    "declare_mapping",
    "duplicates",
    "end_membership",
    "export_padron",
    "export_person",
    "facts",
    "find_class",
    "find_duplicates",
    "find_household",
    "find_membership",
    "get_pair",
    "households",
    "import_padron",
    "list_classes",
    "list_fact_names",
    "list_flags",
    "list_history",
    "list_lapsing_classes",
    "list_members",
    "list_open_flags",
    "list_own_people",
    "list_pairs",
    "list_records",
    "record_facts",
    "register_household",
]
