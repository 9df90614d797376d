"""What is refused about statements and receipts."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class BadPeriod(BadInput):
    """Days that are in the wrong order, or to come."""

    code = "bad_period"
    what = "A statement is of days in their order, and not of days to come."
    means = "Nothing was written."
    do = "Name the first day and the last one again."


class PeriodTooLong(Refused):
    """More lines than one paper holds."""

    code = "period_too_long"
    what = "There are more than {most} lines in these days."
    means = "Nothing was written."
    do = "Ask for fewer days at a time."


class UnknownEvent(NotFound):
    """No event of this wallet has this number."""

    code = "unknown_event"
    what = "There is nothing under this number in your wallet."
    means = "No receipt was written."
    do = "Look it up in your statement."


class DocumentsNotInstalled(Refused):
    """PDF is written by a package that is installed only where it is wanted."""

    code = "documents_not_installed"
    http_status = 501
    what = "The package that writes PDF (typst) is not installed here."
    means = "No PDF was written. The same can be had as CSV."
    do = "Install the group `documents` (uv sync --group documents), and ask again."


class UnknownLanguage(BadInput):
    """A language in which no papers are written."""

    code = "unknown_language"
    what = "There are no papers in this language; there are {languages}."
    means = "Nothing was written."
    do = "Choose one of them."
