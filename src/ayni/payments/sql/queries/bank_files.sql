-- name: lock_bank_entries
-- Lets one booking be assigned after another: by a file, and by hand.
SELECT pg_advisory_xact_lock(hashtextextended('payments.bank_entries', 0));

-- name: insert_bank_file
-- Keeps a file of the bank's, unless it was read before.
INSERT INTO payments.bank_files (digest, kind, message_id, content, read_at)
VALUES (%(digest)s, %(kind)s, %(message_id)s, %(content)s, %(now)s) ON CONFLICT DO NOTHING RETURNING kind;

-- name: insert_payout_answer
-- Keeps what the bank answered, once for each file.
INSERT INTO payments.payout_answers (payout_reference, status, reason, digest, noted_at)
VALUES (%(reference)s, %(status)s, %(reason)s, %(digest)s, %(now)s) ON CONFLICT DO NOTHING;

-- name: insert_bank_statement
-- Adds a statement, unless it is known.
INSERT INTO payments.bank_statements (id, digest, opening_minor, closing_minor, begins_at, ends_at, entries_minor)
VALUES (%(id)s, %(digest)s, %(opening_minor)s, %(closing_minor)s, %(begins_at)s, %(ends_at)s, %(entries_minor)s)
ON CONFLICT (id) DO NOTHING;

-- name: bank_statement
-- The amounts and days of a known statement.
SELECT opening_minor, closing_minor, begins_at, ends_at FROM payments.bank_statements WHERE id = %(id)s;

-- name: insert_bank_entry
-- Adds a booking, unless it is known.
INSERT INTO payments.bank_entries (reference, statement_id, amount_minor, booked_at, payout_reference, narrative,
    finding, noted_at)
VALUES (%(reference)s, %(statement_id)s, %(amount_minor)s, %(booked_at)s, nullif(%(payout_reference)s, ''),
    %(narrative)s, %(finding)s, %(now)s)
ON CONFLICT (reference) DO NOTHING RETURNING reference;

-- name: bank_entry
-- One booking: its amount, and why it was not assigned at first.
SELECT amount_minor, finding, booked_at FROM payments.bank_entries WHERE reference = %(reference)s;

-- name: differences
-- Bookings up to an instant to which nothing in our books corresponds: neither deposit nor payout nor settlement.
SELECT e.reference, e.amount_minor, e.booked_at, e.finding
FROM payments.bank_entries e
WHERE e.booked_at <= %(until)s
  AND NOT EXISTS (SELECT FROM payments.deposits d WHERE d.bank_reference = e.reference)
  AND NOT EXISTS (SELECT FROM payments.payout_ends p WHERE p.bank_reference = e.reference)
  AND NOT EXISTS (SELECT FROM payments.entry_settlements s WHERE s.reference = e.reference OR s.against = e.reference)
ORDER BY e.booked_at, e.reference;

-- name: newest_statement
-- The bank's newest statement that ended before an instant, with what our books have by the bank's days after it.
SELECT s.id, s.ends_at, s.closing_minor,
    (SELECT coalesce(sum(d.amount_minor), 0)::bigint FROM payments.deposits d WHERE d.received_at > s.ends_at)
        AS received_after,
    (SELECT coalesce(sum(CASE e.how WHEN 'paid' THEN p.amount_minor WHEN 'returned' THEN -p.amount_minor END), 0)::bigint
        FROM payments.payout_ends e
        JOIN payments.payouts p ON p.id = e.payout_id WHERE e.booked_at > s.ends_at) AS paid_after,
    (SELECT coalesce(sum(-b.amount_minor), 0)::bigint FROM payments.entry_settlements t
        JOIN payments.bank_entries b ON b.reference = t.reference
        WHERE t.against IS NULL AND b.booked_at > s.ends_at) AS borne_after
FROM payments.bank_statements s WHERE s.ends_at < %(before)s ORDER BY s.ends_at DESC, s.id DESC LIMIT 1;

-- name: broken_statements
-- Statements that do not open with what the one before them closed with.
SELECT id FROM (
    SELECT s.id, s.ends_at, s.opening_minor, lag(s.closing_minor) OVER (ORDER BY s.ends_at, s.id) AS before_minor
    FROM payments.bank_statements s) s
WHERE before_minor IS NOT NULL AND opening_minor <> before_minor ORDER BY ends_at, id;

-- name: insert_entry_settlement
-- Settles a debit that was nobody's payout.
INSERT INTO payments.entry_settlements (reference, against, reason, settled_at)
VALUES (%(reference)s, %(against)s, %(reason)s, %(now)s) ON CONFLICT DO NOTHING RETURNING reference;

-- name: is_assigned
-- Whether something in our books corresponds to a booking.
SELECT EXISTS (SELECT FROM payments.deposits d WHERE d.bank_reference = %(reference)s)
    OR EXISTS (SELECT FROM payments.payout_ends p WHERE p.bank_reference = %(reference)s)
    OR EXISTS (SELECT FROM payments.entry_settlements s WHERE s.reference = %(reference)s OR s.against = %(reference)s);
