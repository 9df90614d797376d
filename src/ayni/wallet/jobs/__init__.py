"""The wallet's own work: rounds that a clock begins, and the desk that carries out many orders at once."""

from ayni.wallet.jobs.desk import Desk
from ayni.wallet.jobs.outside import look_up_bills, screen, tell_billers
from ayni.wallet.jobs.rounds import (
    claim_late_benefits,
    finish_closings,
    note_deaths,
    pay_commissions,
    pay_standing,
    put_to_sleep,
    return_overdue_cash_codes,
    return_overdue_parcels,
    return_overdue_vouchers,
    settle_merchants,
)

__all__ = [
    "Desk",
    "claim_late_benefits",
    "finish_closings",
    "look_up_bills",
    "note_deaths",
    "pay_commissions",
    "pay_standing",
    "put_to_sleep",
    "return_overdue_cash_codes",
    "return_overdue_parcels",
    "return_overdue_vouchers",
    "screen",
    "settle_merchants",
    "tell_billers",
]
