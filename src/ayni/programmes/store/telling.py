"""What is told from outside, in a table that ends with the transaction."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.programmes.model import Compiled, Told
from ayni.programmes.store import run

LABEL = Compiled("t.truth", "bool", ())
"""Where what was told stands in a query that joins it."""


def keep_told(tx: Tx, told: Told | None) -> str:
    """Put what was told beside the registry until the transaction ends; the source that it speaks of."""
    tx.connection.execute("DROP TABLE IF EXISTS pg_temp.ayni_told")
    run(tx, "create_told")
    if told is None:
        return ""
    with tx.connection.cursor().copy("COPY pg_temp.ayni_told (code, truth) FROM STDIN") as copy:
        for row in told.answers.items():
            copy.write_row(row)
    return told.source
