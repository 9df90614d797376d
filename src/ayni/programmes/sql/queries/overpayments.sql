-- name: paid_twice
-- Humans who were paid by two entitlements of one cycle, because two of their files were merged since: the entitlement
-- too many (of the merged file before the kept one, or else the later), the other one, the human, and the amount.
WITH humans AS MATERIALIZED (
    SELECT m.person_id, m.canonical_id FROM identity_api.merged m
    UNION SELECT m.canonical_id, m.canonical_id FROM identity_api.merged m
), claims AS MATERIALIZED (
    SELECT c.cycle_id, c.entitlement_id, h.canonical_id, h.canonical_id = h.person_id AS kept
    FROM humans h
    JOIN programmes.entitlement_claims c ON c.person_id = h.person_id AND c.programme_id = %(programme_id)s
    WHERE EXISTS (SELECT FROM programmes.settled s WHERE s.entitlement_id = c.entitlement_id)
), ranked AS (
    SELECT c.*, first_value(c.entitlement_id) OVER (PARTITION BY c.cycle_id, c.canonical_id
        ORDER BY c.kept DESC, c.entitlement_id) AS rightful
    FROM claims c
)
SELECT DISTINCT ON (r.entitlement_id) r.entitlement_id, r.rightful, r.canonical_id, e.amount_minor
FROM ranked r
JOIN programmes.entitlements e ON e.id = r.entitlement_id
WHERE r.entitlement_id <> r.rightful
    AND NOT EXISTS (SELECT FROM programmes.overpayments o WHERE o.entitlement_id = r.entitlement_id)
ORDER BY r.entitlement_id, r.rightful;

-- name: insert_overpayment
-- Adds a case, once for each entitlement.
INSERT INTO programmes.overpayments
    (id, programme_id, entitlement_id, other_entitlement_id, person_id, cause, amount_minor, found_at, found_by)
VALUES (%(id)s, %(programme_id)s, %(entitlement_id)s, %(other_entitlement_id)s, %(person_id)s, %(cause)s,
    %(amount_minor)s, %(at)s, %(by)s)
ON CONFLICT (entitlement_id) DO NOTHING
RETURNING id;

-- name: insert_overpayment_decision
-- Adds what was decided about a case, once.
INSERT INTO programmes.overpayment_decisions (overpayment_id, kind, amount_minor, each_cycle_minor, reasons, officer_id,
    decided_at, notified_on, appealable_until)
VALUES (%(overpayment_id)s, %(kind)s, %(amount_minor)s, %(each_cycle_minor)s, %(reasons)s, %(officer_id)s, %(at)s,
    %(notified_on)s, %(appealable_until)s);

-- name: find_overpayment
-- One case with what was decided about it, and what is left to recover.
SELECT o.id, o.programme_id, o.entitlement_id, o.other_entitlement_id, o.person_id, o.cause, o.amount_minor, o.found_at,
    d.kind, d.amount_minor, d.each_cycle_minor, d.reasons, d.officer_id, d.decided_at, d.appealable_until,
    coalesce(r.left_minor, 0)::bigint
FROM programmes.overpayments o
LEFT JOIN programmes.overpayment_decisions d ON d.overpayment_id = o.id
LEFT JOIN programmes.recoveries r ON r.overpayment_id = o.id
WHERE o.id = %(id)s;

-- name: open_overpayments
-- Cases of a programme that are not decided, or of which something is left to recover; oldest first.
SELECT o.id, o.programme_id, o.entitlement_id, o.other_entitlement_id, o.person_id, o.cause, o.amount_minor, o.found_at,
    d.kind, d.amount_minor, d.each_cycle_minor, d.reasons, d.officer_id, d.decided_at, d.appealable_until,
    coalesce(r.left_minor, 0)::bigint
FROM programmes.overpayments o
LEFT JOIN programmes.overpayment_decisions d ON d.overpayment_id = o.id
LEFT JOIN programmes.recoveries r ON r.overpayment_id = o.id
WHERE o.programme_id = %(programme_id)s AND (d.overpayment_id IS NULL OR r.left_minor > 0)
ORDER BY o.found_at, o.id;
