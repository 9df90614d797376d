-- name: insert_handover
-- Records that a ration was handed over, once; the number of its receipt.
INSERT INTO programmes.handovers (entitlement_id, quantity, received_by, place, officer_id, handed_over_at)
VALUES (%(entitlement_id)s, %(quantity)s, %(received_by)s, %(place)s, %(officer_id)s, %(at)s)
RETURNING receipt_number;

-- name: distribute_in_kind
-- Lets an approved cycle in kind be distributed, once its first ration was handed over.
UPDATE programmes.cycles SET state = 'distributed' WHERE id = %(cycle_id)s AND state = 'approved';

-- name: insert_verification
-- Adds a sample.
INSERT INTO programmes.verifications (id, cycle_id, seed, size, officer_id, drawn_at)
VALUES (%(id)s, %(cycle_id)s, %(seed)s, %(size)s, %(officer_id)s, %(at)s);

-- name: draw_sample
-- Draws a sample of what a cycle has paid or handed over, by the hash of seed and entitlement: anybody who knows the seed
-- draws the same. Says how many.
INSERT INTO programmes.verification_asks (verification_id, entitlement_id)
SELECT %(id)s, e.id FROM programmes.entitlements e
JOIN programmes.settled s ON s.entitlement_id = e.id
WHERE e.cycle_id = %(cycle_id)s
ORDER BY sha256(convert_to(%(seed)s || e.id, 'UTF8')) LIMIT %(size)s;

-- name: insert_answer
-- Records what somebody of a sample answered, once.
INSERT INTO programmes.verification_answers
    (verification_id, entitlement_id, answer, amount_minor, note, officer_id, answered_at)
VALUES (%(verification_id)s, %(entitlement_id)s, %(answer)s, %(amount_minor)s, %(note)s, %(officer_id)s, %(at)s);

-- name: find_verification
-- One sample: its cycle, and how many were asked and gave each answer.
SELECT v.id, v.cycle_id, v.seed, v.drawn_at,
    (SELECT count(*)::integer FROM programmes.verification_asks a WHERE a.verification_id = v.id),
    (SELECT coalesce(jsonb_object_agg(x.answer, x.n), '{}') FROM (
        SELECT w.answer, count(*) AS n FROM programmes.verification_answers w
        WHERE w.verification_id = v.id GROUP BY w.answer) x)
FROM programmes.verifications v WHERE v.id = %(id)s;

-- name: list_asks
-- Who of a sample is still to be asked: the entitlement, who received it, and what it came to.
SELECT e.id, programmes.payee_of(e), e.amount_minor, e.quantity FROM programmes.verification_asks a
JOIN programmes.entitlements e ON e.id = a.entitlement_id
WHERE a.verification_id = %(id)s AND NOT EXISTS (
    SELECT FROM programmes.verification_answers w WHERE w.verification_id = a.verification_id AND w.entitlement_id = a.entitlement_id)
ORDER BY e.id;

-- name: list_contradictions
-- Who of a sample says something else than the ledger: the entitlement, the answer, and what was told.
SELECT w.entitlement_id, w.answer, w.amount_minor, w.note FROM programmes.verification_answers w
WHERE w.verification_id = %(id)s AND w.answer IN ('not_received', 'other_amount') ORDER BY w.entitlement_id;

-- name: list_to_tell
-- Payments of a cycle after a mark of which residents are to be told.
SELECT t.number, t.phone, t.language, t.amount_minor, t.code, t.until, t.voucher
FROM programmes.to_tell(%(cycle_id)s, %(after)s, %(most)s, %(unpaid)s::text[]) t;

-- name: told_until
-- Up to which payment residents were told of a cycle's; nobody else tells them until the transaction ends. None yet:
-- what lies before its first payment is of other cycles.
SELECT coalesce((SELECT t.payment_number FROM programmes.told t WHERE t.cycle_id = %(cycle_id)s),
    (SELECT min(p.number) - 1 FROM programmes.payments p JOIN programmes.entitlements e ON e.id = p.entitlement_id
        WHERE e.cycle_id = %(cycle_id)s), 0)
FROM (SELECT pg_advisory_xact_lock(hashtextextended(%(cycle_id)s::text, 7310582003))) l;

-- name: set_told
-- Moves the mark on.
INSERT INTO programmes.told (cycle_id, payment_number, told_at) VALUES (%(cycle_id)s, %(number)s, %(at)s)
ON CONFLICT (cycle_id) DO UPDATE SET payment_number = excluded.payment_number, told_at = excluded.told_at;

-- name: reconcile
-- A cycle's payments against the ledger: of each that does not agree, the entitlement, what we wrote, what the ledger
-- has, and both amounts.
SELECT e.id, p.code, CASE WHEN t.id IS NULL THEN 'missing' WHEN t.amount_minor <> e.amount_minor THEN 'other_amount'
        WHEN t.reference IS DISTINCT FROM e.cycle_id THEN 'other_cycle' ELSE 'returned' END,
    e.amount_minor, t.amount_minor
FROM programmes.entitlements e
JOIN programmes.payments p ON p.entitlement_id = e.id AND p.paid
LEFT JOIN ledger_api.movements t ON t.id = p.transfer_id
WHERE e.cycle_id = %(cycle_id)s AND (t.id IS NULL OR t.amount_minor <> e.amount_minor
    OR t.reference IS DISTINCT FROM e.cycle_id)
ORDER BY e.id;

-- name: reconcile_unknown
-- What left a programme's account for a cycle, and no payment of the cycle knows of.
SELECT t.id, t.amount_minor FROM ledger_api.movements t
WHERE t.reference = %(cycle_id)s AND t.debit_account_id = %(account_id)s
    AND NOT EXISTS (SELECT FROM programmes.payments p WHERE p.transfer_id = t.id AND p.paid)
ORDER BY t.id;
