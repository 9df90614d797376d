"""What a registry says of its people, without the ids and numbers that differ between two databases."""

from __future__ import annotations

from typing import Any

from ayni.foundation.db import Database

_SAYS = {
    "members": """
        SELECT h.source, h.code, m.role, m.valid_from, p.given_names, p.first_surname, p.second_surname,
            p.birth_on, p.birth_estimated, p.sex, p.language, p.synthetic, m.valid_until,
            d.said, c.said, a.said, r.said, i.said
        FROM registry.memberships m
        JOIN registry.households h ON h.id = m.household_id
        JOIN identity.people p ON p.id = m.person_id
        LEFT JOIN (SELECT person_id, array_agg(kind || number ORDER BY kind, number) AS said
            FROM identity.documents GROUP BY 1) d ON d.person_id = p.id
        LEFT JOIN (SELECT person_id, array_agg(phone ORDER BY phone) AS said
            FROM identity.contacts GROUP BY 1) c ON c.person_id = p.id
        LEFT JOIN (SELECT person_id, array_agg(concat(district_code, line, valid_until) ORDER BY number)
                AS said
            FROM identity.addresses GROUP BY 1) a ON a.person_id = p.id
        LEFT JOIN (SELECT subject_id, array_agg(concat(observed_on, source, facts) ORDER BY number) AS said
            FROM registry.records WHERE subject_kind = 'person' GROUP BY 1) r ON r.subject_id = p.id
        LEFT JOIN (SELECT person_id, array_agg(fingerprint || core || person_key ORDER BY number) AS said
            FROM registry.import_rows GROUP BY 1) i ON i.person_id = p.id
    """,
    "households": """
        SELECT h.source, h.code, l.said, r.said, f.said
        FROM registry.households h
        LEFT JOIN (SELECT household_id, array_agg(concat(district_code, observed_on) ORDER BY number) AS said
            FROM registry.locations GROUP BY 1) l ON l.household_id = h.id
        LEFT JOIN (SELECT subject_id, array_agg(concat(observed_on, source, facts) ORDER BY number) AS said
            FROM registry.records WHERE subject_kind = 'household' GROUP BY 1) r ON r.subject_id = h.id
        LEFT JOIN (SELECT household_id, array_agg(concat(reason, details, resolved_at) ORDER BY number)
                AS said
            FROM registry.flags GROUP BY 1) f ON f.household_id = h.id
    """,
    "rows": """
        SELECT (SELECT count(*) FROM identity.people), (SELECT count(*) FROM identity.documents),
            (SELECT count(*) FROM identity.contacts), (SELECT count(*) FROM identity.addresses),
            (SELECT count(*) FROM registry.records), (SELECT count(*) FROM registry.import_rows),
            (SELECT count(*) FROM registry.memberships), (SELECT count(*) FROM registry.locations)
    """,
}


def told(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that imports have made known, in an order of its own."""
    with database.snapshot() as tx:
        return {
            name: sorted(tx.connection.execute(query.encode()).fetchall(), key=repr)
            for name, query in _SAYS.items()
        }
