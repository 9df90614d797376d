"""A worker as a program of its own that tells webhooks, also inside this machine: `working.start` runs it."""

from __future__ import annotations

import sys

from ayni.app import load_country
from ayni.channels import worker
from ayni.channels.api import telling
from ayni.foundation import followers, logging
from ayni.foundation.db import Database
from tests.channels.api.conftest import HERE
from tests.faults.working import PACE
from tests.wallet.rings import ring


def register() -> None:
    """Make this follower known."""
    followers.register("test.tell", lambda database: telling.telling(database, ring, HERE))


if __name__ == "__main__":
    logging.configure("info")
    register()
    with Database(sys.argv[1], load_country("peru")) as given:
        worker.run(given, pace=PACE)
