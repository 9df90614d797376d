"""A programme promises something to people in need, and keeps the promise once.

What it promises, to whom and why is written down as data with its legal source. Everybody is judged by the
same expressions on the same facts, each refusal is explained in a sentence, one officer opens a cycle of
payment and another approves it, and each household is owed at most one entitlement in it.
"""

from ayni.programmes.jobs import disburse_cycle
from ayni.programmes.model import (
    Assessment,
    Cycle,
    CycleState,
    Disbursed,
    EnrolmentState,
    HeldBack,
    Programme,
)
from ayni.programmes.operations import (
    approve_cycle,
    assess,
    cancel_cycle,
    change_enrolment,
    define_programme,
    end_cycle,
    enrol,
    open_cycle,
)
from ayni.programmes.queries import (
    INVARIANTS,
    count_held_back,
    find_enrolment,
    get_cycle,
    get_explanation,
    get_programme,
    list_recipients,
    list_recipients_after,
)

__all__ = [
    "INVARIANTS",
    "Assessment",
    "Cycle",
    "CycleState",
    "Disbursed",
    "EnrolmentState",
    "HeldBack",
    "Programme",
    "approve_cycle",
    "assess",
    "cancel_cycle",
    "change_enrolment",
    "count_held_back",
    "define_programme",
    "disburse_cycle",
    "end_cycle",
    "enrol",
    "find_enrolment",
    "get_cycle",
    "get_explanation",
    "get_programme",
    "list_recipients",
    "list_recipients_after",
    "open_cycle",
]
