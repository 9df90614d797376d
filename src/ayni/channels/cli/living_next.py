"""The month after in a living city: every home is judged anew, the next cycles show what differs, and a
change of the rules is tried before anybody makes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ayni import programmes
from ayni.foundation.db import Actor, Database
from ayni.programmes import Question
from ayni.values.ids import OfficerId

_AMOUNT = re.compile(r"^amount_minor: (.+)$", re.MULTILINE)
_MORE_MINOR = 1_000
"""The change that is tried: so much more for each who gets something."""


@dataclass
class NextMonth:
    """What the next cycles would differ in, and what the tried change would do. Money in minor units."""

    came_in: int = 0
    went_out: int = 0
    changed: int = 0
    tried_minor: int = 0
    tried_more_minor: int = 0


def look_ahead(database: Database, *, texts: Mapping[str, str], maker: OfficerId, actor: Actor) -> NextMonth:
    """Open each programme's next cycle, for another officer to approve, and try a higher amount beside it."""
    found = NextMonth()
    for code, text in texts.items():
        with database.transaction(actor) as tx:
            judged = programmes.assess(tx, programme=code, as_of=tx.today)
            programmes.enrol(tx, assessment_id=judged.id)
            cycle = programmes.open_cycle(
                tx, assessment_id=judged.id, name=f"{tx.today:%Y-%m}", officer_id=maker
            )
            for one in programmes.get_diff(tx, cycle.id).counts:
                found.came_in += one.count * (one.change == "in")
                found.went_out += one.count * (one.change == "out")
                found.changed += one.count * (one.change == "amount")
        with database.transaction(actor) as tx:
            more = _AMOUNT.sub(rf"amount_minor: (\1) + {_MORE_MINOR}", text)
            tried = programmes.simulate(tx, against=code, texts=[more], question=Question(as_of=tx.today))
            base, variant = (tried.whole(name) for name in tried.variants)
            found.tried_minor += variant.cost_minor
            found.tried_more_minor += variant.cost_minor - base.cost_minor
    return found
