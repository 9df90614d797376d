"""Money crosses the border of the system here: from the bank into the trust account, and back.

Electronic money is issued only when the bank has confirmed that the same amount stands on the trust account,
and destroyed when the bank has paid it out, so that all money in wallets is money at the bank. Each
programme's budget is a book of its own, which always shows the same amount as the programme's account at the
issuer.
"""

from ayni.payments.errors.payouts import BadPayout, PayoutRefused
from ayni.payments.jobs import (
    CollectedDeposits,
    collect_bank_files,
    collect_deposits,
    read_bank_file,
    send_payouts,
)
from ayni.payments.model import TRUST_BOOK, BankBalance, BankCredit, Deposit, Institutions, ProgrammeBook
from ayni.payments.model.payouts import (
    BankFileRead,
    Payout,
    PayoutFile,
    PayoutState,
    Safeguarding,
    TrustAccount,
)
from ayni.payments.operations import (
    ask_payout,
    assign_credit,
    bear_debit,
    cancel_out,
    confirm_deposit,
    make_payout_file,
    name_programme,
    open_programme_book,
    record_bank_balance,
    set_trust_account,
    set_up_books,
)
from ayni.payments.ports import Bank, BankFiles
from ayni.payments.queries import (
    INVARIANTS,
    emoney_outstanding,
    find_programme_book,
    get_book_of,
    get_institutions,
    get_payout,
    get_programme_book,
    get_trust_account,
    list_payouts,
    mirror_differences,
    safeguarding,
    sum_deposits,
    trust_balance,
)

__all__ = [
    "INVARIANTS",
    "TRUST_BOOK",
    "BadPayout",
    "Bank",
    "BankBalance",
    "BankCredit",
    "BankFileRead",
    "BankFiles",
    "CollectedDeposits",
    "Deposit",
    "Institutions",
    "Payout",
    "PayoutFile",
    "PayoutRefused",
    "PayoutState",
    "ProgrammeBook",
    "Safeguarding",
    "TrustAccount",
    "ask_payout",
    "assign_credit",
    "bear_debit",
    "cancel_out",
    "collect_bank_files",
    "collect_deposits",
    "confirm_deposit",
    "emoney_outstanding",
    "find_programme_book",
    "get_book_of",
    "get_institutions",
    "get_payout",
    "get_programme_book",
    "get_trust_account",
    "list_payouts",
    "make_payout_file",
    "mirror_differences",
    "name_programme",
    "open_programme_book",
    "read_bank_file",
    "record_bank_balance",
    "safeguarding",
    "send_payouts",
    "set_trust_account",
    "set_up_books",
    "sum_deposits",
    "trust_balance",
]
