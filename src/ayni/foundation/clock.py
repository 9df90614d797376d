"""One clock. A live database follows the server's clock, and never back; a simulated one is set by hand."""

from __future__ import annotations

from datetime import datetime

import psycopg

from ayni.foundation.db import Tx
from ayni.foundation.errors import BadInput, Refused
from ayni.foundation.queries import load_queries

_QUERIES = load_queries("foundation")
END_YEAR = 2200
"""No clock is set to this year or a later one."""


class ClockIsLive(Refused):
    """A live database's clock cannot be set."""

    code = "clock_is_live"
    what = "The clock of a live database cannot be set."
    means = "The time is unchanged. A database is live or simulated for ever."
    do = "Use a simulated database (ayni demo --keep, or ayni up --simulated) to try another day."


class ClockGoesBack(Refused):
    """Time was asked to run backwards."""

    code = "clock_goes_back"
    what = "The clock stands later than the instant that was asked for, and never goes back."
    means = "The time is unchanged."
    do = "Choose a later instant, or start a new simulated database."


class BeyondCalendar(BadInput):
    """An instant that nobody can mean, and after which every date would be out of reach."""

    code = "beyond_calendar"
    what = "The instant {at} lies beyond what the clock can show."
    means = "The time is unchanged."
    do = "Choose an instant before the year {end}."


def is_simulated(tx: Tx) -> bool:
    """Whether this database lives on a clock of its own."""
    row = tx.execute(_QUERIES["clock"]).fetchone()
    assert row is not None
    return bool(row[0])


def set_clock(tx: Tx, *, at: datetime) -> None:
    """Move a simulated clock to `at`; `tx.now` stays what it was.

    Raises ClockIsLive, ClockGoesBack, or BeyondCalendar: a clock that stood at the end of the calendar could
    never be moved back.
    """
    if at.year >= END_YEAR:
        raise BeyondCalendar(at=at, end=END_YEAR)
    try:
        with tx.connection.transaction():
            tx.execute(_QUERIES["set_clock"], {"at": at})
    except psycopg.Error as error:
        if error.sqlstate == "AY001":
            raise ClockIsLive from error
        if error.sqlstate == "AY002":
            raise ClockGoesBack from error
        raise
