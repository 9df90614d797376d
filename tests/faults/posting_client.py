"""A program that posts a plan and says what it has sent and what it was told; made to be killed.

The plan is the same for whoever asks, so that another program can send every id of it again.
"""

from __future__ import annotations

import sys
import threading
import time
from uuid import UUID

import psycopg

from ayni import ledger
from ayni.app import load_country
from ayni.foundation.db import Database, DatabaseUnreachable, OutcomeUnknown, begin
from ayni.ledger import Transfer
from ayni.values.ids import AccountId, TransferId, derived_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import EVENT

BATCH = 2_000
CALLERS = 200


def planned(number: int, accounts: list[AccountId]) -> Transfer:
    """The transfer of this number: from the first account to one of the others."""
    payees = accounts[1:]
    return Transfer(
        id=TransferId(derived_id(START, "plan", number)),
        event_id=EVENT,
        book=1,
        debit_account_id=accounts[0],
        credit_account_id=payees[number % len(payees)],
        amount_minor=1 + number % 7,
        code=2,
    )


def batch(number: int, accounts: list[AccountId]) -> list[Transfer]:
    """The transfers of one batch of the plan."""
    return [planned(n, accounts) for n in range(number * BATCH, (number + 1) * BATCH)]


def say(*words: object) -> None:
    """One whole line at once, whoever else is speaking."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def post_batches(url: str, count: int, accounts: list[AccountId]) -> None:
    """Post the plan by batches, each when told to on the input."""
    with psycopg.connect(url, autocommit=True) as connection:
        country = load_country("peru")
        for number in range(count):
            sys.stdin.readline()
            say("sent", number)
            with connection.transaction():
                ledger.post(begin(connection, country, TEST_ACTOR), batch(number, accounts))
            say("told", number)


def post_as_callers(url: str, count: int, accounts: list[AccountId]) -> None:
    """Post the plan one by one from many callers through one poster; whoever is not told sends again."""
    with ledger.Poster(Database(url, load_country("peru"))) as poster:

        def call(caller: int) -> None:
            for number in range(caller, count, CALLERS):
                while True:
                    try:
                        [answer] = poster.post([planned(number, accounts)])
                    except (OutcomeUnknown, DatabaseUnreachable) as error:
                        say("unknown", number, error.code)
                        time.sleep(0.1)
                    else:
                        say("told", number, answer.result.name)
                        break

        callers = [threading.Thread(target=call, args=(caller,)) for caller in range(CALLERS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()


if __name__ == "__main__":
    _, how, where, many, *ids = sys.argv
    work = {"batches": post_batches, "callers": post_as_callers}[how]
    work(where, int(many), [AccountId(UUID(one)) for one in ids])
