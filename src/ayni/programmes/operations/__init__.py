"""What changes programmes. Each function is one use case; the caller commits."""

from ayni.programmes.operations import cycles, deliveries, entitlements, grievances, overpayments
from ayni.programmes.operations.assessing import assess
from ayni.programmes.operations.cycles import approve_cycle, cancel_cycle, end_cycle, open_cycle
from ayni.programmes.operations.definitions import define_official_score, define_programme, define_score
from ayni.programmes.operations.enrolling import change_enrolment, enrol

__all__ = [
    "approve_cycle",
    "assess",
    "cancel_cycle",
    "change_enrolment",
    "cycles",
    "define_official_score",
    "define_programme",
    "define_score",
    "deliveries",
    "end_cycle",
    "enrol",
    "entitlements",
    "grievances",
    "open_cycle",
    "overpayments",
]
