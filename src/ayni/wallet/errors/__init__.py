"""What the wallet refuses."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput, NotFound, Refused


class TiersNotSetUp(AyniError):
    """The books or the limits that a wallet stands on are not there."""

    code = "tiers_not_set_up"
    http_status = 503
    what = "The wallets' limits or the issuer's books have not been set up."
    means = "Nothing was opened."
    do = "Set up the books (payments.set_up_books) and the tiers (wallet.set_up_tiers) first."


class UnknownWallet(NotFound):
    """The person has no wallet."""

    code = "unknown_wallet"
    what = "This person has no wallet."
    means = "No money moved."
    do = "Open a wallet first; it needs a name and a verified document."


class UnknownShop(NotFound):
    """No such merchant or agent."""

    code = "unknown_shop"
    what = "There is no {kind} with this id or code."
    means = "No money moved."
    do = "Read the code on the shop's sign again."


class UnknownPurpose(NotFound):
    """No such purpose."""

    code = "unknown_purpose"
    what = "There is no purpose called {name}."
    means = "Nothing was done."
    do = "Define the purpose first, or correct its name."


class BadPurpose(BadInput):
    """A purpose's name that cannot be one."""

    code = "bad_purpose"
    what = "This cannot be the name of a purpose."
    means = "No purpose was defined."
    do = "Use 1 to 40 small letters, digits or underscores, beginning with a letter."


class ShopRefused(BadInput):
    """A shop that cannot be opened as it was asked for."""

    code = "shop_refused"
    what = "This shop cannot be opened: {rule}."
    means = "No shop was opened."
    do = "Correct it, and send the request again."


class ShopCodeTaken(Refused):
    """A code belongs to one shop."""

    code = "shop_code_taken"
    what = "Another shop has the code {shop_code}."
    means = "No shop was opened."
    do = "Choose another code."


class TooManyAtOnce(BadInput):
    """Bulk work keeps to small batches, so that a till never waits behind it."""

    code = "too_many_at_once"
    what = "{size} requests are more than the {limit} that one call takes."
    means = "None of them was carried out."
    do = "Send them in several calls, each in a transaction of its own."


class NotAProgrammeAccount(BadInput):
    """Benefits come out of a programme's money and nobody else's."""

    code = "not_a_programme_account"
    what = "The account that was to pay benefits is not a programme's."
    means = "Nobody was paid."
    do = "Name the programme's e-money account (payments.get_programme_book)."


class BadAmount(BadInput):
    """An amount that nobody can pay."""

    code = "bad_amount"
    what = "This is not an amount that can be moved."
    means = "No money moved."
    do = "Give a whole number of minor units, from 1 to {most}."


class BadKey(BadInput):
    """A key that does not come from a clock."""

    code = "bad_key"
    what = "The request's key is not a UUID of version 7, or its client has no name."
    means = "No money moved."
    do = "Make a new UUIDv7 for each new request, keep it, and send the same one when you send again."


class KeyAlreadyUsed(Refused):
    """The key stands for another request, or for one that was refused."""

    code = "key_already_used"
    what = "This key was used before: for another request, or for this one when it was refused."
    means = "No money moved this time."
    do = "Make a new key for a new attempt."


class NotPayableInCash(BadInput):
    """There is no coin for the rest."""

    code = "not_payable_in_cash"
    what = "{amount} cannot be paid in cash: the smallest coin is {coin}."
    means = "No money moved."
    do = "Choose a multiple of {coin}."


class OwnShop(Refused):
    """Nobody trades cash with themselves."""

    code = "own_shop"
    what = "The agent is kept by the holder of this wallet."
    means = "No money moved: an agent does not trade cash with themselves."
    do = "Go to another agent."


class OwnWallet(Refused):
    """Money sent to oneself goes nowhere."""

    code = "own_wallet"
    what = "This is your own wallet."
    means = "No money moved."
    do = "Choose somebody else, or keep the money aside in a savings goal."


class UnknownPayee(NotFound):
    """The person who was chosen is not behind the telephone."""

    code = "unknown_payee"
    what = "The person whom you chose has no wallet behind this telephone."
    means = "No money moved."
    do = "Look the telephone up again, and choose among those whom it shows."


class SeveralPayees(Refused):
    """One telephone serves several people."""

    code = "several_payees"
    what = "{count} people with a wallet share this telephone."
    means = "No money moved: nobody guesses whom you mean."
    do = "Choose one of them by name."


class PayeeCannotTake(Refused):
    """How much the payee has, and which limit it is, is for the payee's eyes."""

    code = "payee_cannot_take"
    what = "The payee's wallet cannot take {amount} at present."
    means = "No money moved."
    do = "Ask them, or choose a smaller amount."


class UnknownParcel(NotFound):
    """No such money waits, or not for this person."""

    code = "unknown_parcel"
    what = "No such money waits for this person."
    means = "No money moved."
    do = "Look at the list of what waits for you."


class ParcelEnded(Refused):
    """Taken, or gone back: it is over."""

    code = "parcel_ended"
    what = "This money does not wait any more: it was {ended} on {ended_on}."
    means = "No money moved this time."
    do = "If it went back, ask the sender to send it again."


class ParcelNotNow(Refused):
    """Something stands against it, and the money goes on waiting."""

    code = "parcel_not_now"
    what = "This money cannot be moved at present: {reason}."
    means = "No money moved: it goes on waiting, and goes back to its sender from {until} on."
    do = "Try again later, or ask the sender."


class InsufficientFunds(Refused):
    """There is not so much to spend."""

    code = "insufficient_funds"
    what = "There is not enough to move {amount}: {available} may be used for this."
    means = "No money moved."
    do = "Choose a smaller amount."


class PurposeMoneyNotAccepted(Refused):
    """The money is there, but not for this."""

    code = "purpose_money_not_accepted"
    what = "Part of the money is for {purposes} only, and cannot be used for this; {available} may be used."
    means = "No money moved."
    do = "Use it in a shop that accepts it, or choose a smaller amount."


class AgentFull(Refused):
    """The agent may hold no more e-money."""

    code = "agent_full"
    what = "This agent may not take {amount} more: it holds as much as it may."
    means = "No money moved."
    do = "Take less, or go to another agent."


class AgentOutOfFloat(Refused):
    """The agent has not so much e-money."""

    code = "agent_out_of_float"
    what = "The agent has not enough e-money to give {amount}."
    means = "No money moved; do not hand over cash."
    do = "Choose a smaller amount, or go to another agent."


class OrganisationOutOfMoney(Refused):
    """The organisation has not so much e-money."""

    code = "organisation_out_of_money"
    what = "The organisation's account has not enough e-money to pay {amount}."
    means = "No money moved."
    do = "Put money into its account, and send the same request again under a new key."


class LimitExceeded(Refused):
    """A limit of the law stands against it."""

    code = "limit_exceeded"
    what = "{limit} is {maximum}; {left} may still be moved."
    means = "No money moved."
    do = "Choose an amount within it. {renews}"


class LimitMissing(AyniError):
    """No limit is known for the day, so nothing may move."""

    code = "limit_missing"
    http_status = 503
    what = "The limits for today are not known, or this kind of payment is not foreseen."
    means = "No money moved: without a limit nothing is allowed."
    do = "The operator adds the limits of the day, with their legal source (ayni check)."


class WalletMayNotSpend(Refused):
    """Frozen, asleep or under legal hold."""

    code = "wallet_may_not_spend"
    what = "Nothing may leave this account at present: it is {state}."
    means = "No money moved. Receiving still works."
    do = "Ask the issuer; the person has a right to know why."


class AccountClosed(Refused):
    """One side is closed."""

    code = "account_closed"
    what = "The account of the {side} is closed."
    means = "No money moved."
    do = "Use another account."


class OrderRefused(Refused):
    """The ledger refused for a reason that no payer or shop can mend."""

    code = "order_refused"
    what = "The ledger refused: {result}."
    means = "No money moved."
    do = "Tell the operator."


class DeskClosed(AyniError):
    """The process is being stopped: nothing more is taken."""

    code = "desk_closed"
    http_status = 503
    what = "Payments are not taken here at present: this part of the system is being stopped."
    means = "No money moved."
    do = "Send the same order again, with the same key."
