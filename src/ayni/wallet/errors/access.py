"""What is refused at a wallet's door. None of them carries a PIN, a code or a number of a telephone."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class BadPin(BadInput):
    """Not six digits."""

    code = "bad_pin"
    what = "A PIN has six digits."
    means = "No PIN was set or tried."
    do = "Type six digits."


class WeakPin(BadInput):
    """One of those that thieves try first."""

    code = "weak_pin"
    what = "This PIN is too easy to guess."
    means = "No PIN was set."
    do = "Choose no row of digits, no birthday, and nothing of your document or telephone."


class SamePin(Refused):
    """The new PIN is the old one."""

    code = "same_pin"
    what = "The new PIN is the one that you have."
    means = "The PIN stays as it is."
    do = "Choose another one."


class PinAlreadySet(Refused):
    """Who has a PIN changes it with the old one, or recovers the wallet."""

    code = "pin_already_set"
    what = "This wallet has a PIN already."
    means = "The PIN stays as it is."
    do = "Change it with the old one, or go to an agent with your document."


class NoPinSet(Refused):
    """A wallet that was opened for somebody and never taken into use."""

    code = "no_pin_set"
    what = "This wallet has no PIN yet."
    means = "Nothing was done."
    do = "Take the wallet into use first: choose a PIN with the code that your telephone receives."


class WrongPin(Refused):
    """Counted, and said how many tries are left."""

    code = "wrong_pin"
    http_status = 401
    what = "This is not the PIN. {left} more tries before a pause."
    means = "Nothing was done."
    do = "Try again, slowly. If you have forgotten it, go to an agent with your document."


class PinLocked(Refused):
    """Too many wrong tries: the right one is not looked at either."""

    code = "pin_locked"
    http_status = 429
    what = "The PIN was wrong too often, and none is taken until {until}."
    means = "Nothing was done. Your money is safe, and what arrives is kept."
    do = "Wait, or go to an agent with your document. If it was not you, freeze the wallet."


class WrongCode(Refused):
    """A one-time code that is wrong, too old, used, or was never sent."""

    code = "wrong_code"
    http_status = 401
    what = "This is not the code, or it cannot be used any more."
    means = "Nothing was done."
    do = "Look at the newest message, or ask for another code."


class TooManyCodes(Refused):
    """Nobody is pestered with codes."""

    code = "too_many_codes"
    http_status = 429
    what = "Too many codes were sent within an hour."
    means = "No code was sent."
    do = "Use the newest one, or wait for an hour."


class UnknownDevice(NotFound):
    """Not bound, or not any more."""

    code = "unknown_device"
    http_status = 401
    what = "This device is not bound to the wallet."
    means = "Nothing was done."
    do = "Bind it with your PIN and the code that your telephone receives."


class DeviceRefused(BadInput):
    """A device that cannot be bound as it was asked for."""

    code = "device_refused"
    what = "This device cannot be bound: its name has 1 to 60 letters."
    means = "No device was bound."
    do = "Give it a short name, such as: my telephone."


class SessionOver(Refused):
    """Ended, idle for too long, or never there."""

    code = "session_over"
    http_status = 401
    what = "You are not signed in any more."
    means = "Nothing was done."
    do = "Sign in again with your PIN."


class SendingLocked(Refused):
    """Money waits for a day where somebody else may have taken over the telephone."""

    code = "sending_locked"
    what = "Nothing can be sent and no cash taken out until {until}, because {why}."
    means = "No money moved. Paying in shops and receiving still work."
    do = "Wait until then. If it was not you, freeze the wallet at once; an officer can lift it for a reason."


class NotReachedThere(Refused):
    """A telephone that the person's file does not know is no proof of who they are."""

    code = "not_reached_there"
    what = "This telephone is not the one in the file of this person."
    means = "Nothing was opened, and no code was sent."
    do = "Use the telephone that you have told the municipality, or go to an agent with your document."


class NotTheHolder(Refused):
    """Told without what differs: that would help whoever guesses."""

    code = "not_the_holder"
    what = "Name, date of birth and document do not belong together."
    means = "Nothing was opened."
    do = "Compare them with your document, or go to an agent with it."


class AlreadyInUse(Refused):
    """The wallet has a PIN: its holder signs in."""

    code = "wallet_already_in_use"
    what = "This person has a wallet that is in use."
    means = "Nothing was opened a second time."
    do = "Sign in with the PIN. If it is forgotten, go to an agent with the document."


class DocumentNotConfirmed(Refused):
    """The register said no, or did not know it."""

    code = "document_not_confirmed"
    what = "The civil register has not confirmed this document."
    means = "No wallet was opened: the law asks for a confirmed document."
    do = "Compare the number with the document, or ask the office that issued it."


class OwnAccess(Refused):
    """Nobody recovers their own wallet as an agent."""

    code = "own_access"
    what = "The agent is the holder of this wallet."
    means = "Nothing was done: nobody vouches for themselves."
    do = "Go to another agent or to the office."


class NothingToRecover(NotFound):
    """No recovery was begun for this person and telephone."""

    code = "nothing_to_recover"
    what = "No recovery was begun for this wallet and telephone."
    means = "The PIN stays as it is."
    do = "Go to an agent or to the office with your document first."
