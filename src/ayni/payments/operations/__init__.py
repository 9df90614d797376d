"""What changes in payments. Each function is one use case; the caller commits."""

from ayni.payments.operations.bank_files import assign_credit, bear_debit, cancel_out
from ayni.payments.operations.books import name_programme, open_programme_book, set_up_books
from ayni.payments.operations.deposits import confirm_deposit, record_bank_balance
from ayni.payments.operations.payouts import ask_payout, make_payout_file, set_trust_account

__all__ = [
    "ask_payout",
    "assign_credit",
    "bear_debit",
    "cancel_out",
    "confirm_deposit",
    "make_payout_file",
    "name_programme",
    "open_programme_book",
    "record_bank_balance",
    "set_trust_account",
    "set_up_books",
]
