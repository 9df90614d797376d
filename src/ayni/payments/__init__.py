"""Money crosses the border of the system here: from the bank into the trust account, and one day back.

Electronic money is issued only when the bank has confirmed that the same amount stands on the trust
account, so that all money in wallets is money at the bank. Each programme's budget is a book of its own,
which always shows the same amount as the programme's account at the issuer.
"""

from ayni.payments.jobs import CollectedDeposits, collect_deposits
from ayni.payments.model import TRUST_BOOK, BankBalance, BankCredit, Deposit, Institutions, ProgrammeBook
from ayni.payments.operations import (
    confirm_deposit,
    name_programme,
    open_programme_book,
    record_bank_balance,
    set_up_books,
)
from ayni.payments.ports import Bank
from ayni.payments.queries import (
    INVARIANTS,
    emoney_outstanding,
    find_programme_book,
    get_institutions,
    get_programme_book,
    mirror_differences,
    trust_balance,
)

__all__ = [
    "INVARIANTS",
    "TRUST_BOOK",
    "Bank",
    "BankBalance",
    "BankCredit",
    "CollectedDeposits",
    "Deposit",
    "Institutions",
    "ProgrammeBook",
    "collect_deposits",
    "confirm_deposit",
    "emoney_outstanding",
    "find_programme_book",
    "get_institutions",
    "get_programme_book",
    "mirror_differences",
    "name_programme",
    "open_programme_book",
    "record_bank_balance",
    "set_up_books",
    "trust_balance",
]
