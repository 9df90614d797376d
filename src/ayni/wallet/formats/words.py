"""The words of statements and receipts. Spanish binds; English was written beside it."""

from __future__ import annotations

from ayni.ledger import TransferCode

LANGUAGES = ("es", "en")

_CODES = {
    TransferCode.DISBURSE: ("Beneficio recibido", "Benefit received"),
    TransferCode.CLAIM: ("Beneficio recibido", "Benefit received"),
    TransferCode.SEND: ("Envío", "Send"),
    TransferCode.PAY: ("Pago", "Payment"),
    TransferCode.PAY_BILL: ("Recibo pagado", "Bill paid"),
    TransferCode.REMIT: ("Abono de una organización", "Paid by an organisation"),
    TransferCode.REFUND: ("Devolución", "Refund"),
    TransferCode.SAVE: ("Ahorro", "Savings"),
    TransferCode.CASH_IN: ("Depósito en efectivo", "Cash in"),
    TransferCode.CASH_OUT: ("Retiro en efectivo", "Cash out"),
    TransferCode.FEE: ("Comisión", "Fee"),
    TransferCode.PAYOUT: ("A cuenta bancaria", "To a bank account"),
    TransferCode.PAYOUT_REJECTED: ("Devuelto por el banco", "Sent back by the bank"),
}

_WORDS = {
    "statement": ("Estado de cuenta", "Statement"),
    "receipt": ("Constancia", "Receipt"),
    "holder": ("Titular", "Holder"),
    "period": ("Del {since} al {until}", "From {since} to {until}"),
    "date": ("Fecha", "Date"),
    "time": ("Hora", "Time"),
    "what": ("Operación", "Event"),
    "with": ("Con", "With"),
    "kind": ("De qué dinero", "Of which money"),
    "amount": ("Monto", "Amount"),
    "balance": ("Saldo", "Balance"),
    "opening": ("Saldo inicial", "Opening balance"),
    "closing": ("Saldo final", "Closing balance"),
    "fee": ("Comisión", "Fee"),
    "returned": ("Devuelto después", "Given back since"),
    "number": ("Número", "Number"),
    "free": ("libre", "free"),
    "nothing": ("Sin movimientos en estos días.", "Nothing moved in these days."),
    "page": ("Página {page} de {pages}", "Page {page} of {pages}"),
    "made": ("Emitido el {at}", "Made on {at}"),
    "claim": (
        "Este dinero electrónico es un derecho frente al emisor, respaldado uno a uno en fideicomiso.",
        "This e-money is a claim on its issuer, backed one to one in trust.",
    ),
}


def word(name: str, language: str, **numbers: object) -> str:
    """A word of papers in a language."""
    return _WORDS[name][LANGUAGES.index(language)].format(**numbers)


def words(language: str) -> dict[str, str]:
    """All words that have no numbers in them, by name."""
    place = LANGUAGES.index(language)
    return {name: told[place] for name, told in _WORDS.items() if "{" not in told[place]}


def what(code: int, language: str) -> str:
    """What happened, in a word or two."""
    return _CODES[TransferCode(code)][LANGUAGES.index(language)]


def kind_of_money(name: str, language: str) -> str:
    """A kind of money by the name that a statement has for it."""
    return word("free", language) if name == "free" else name.removeprefix("goal ")
