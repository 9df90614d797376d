-- name: insert_trust_account
-- Adds the account at the bank, if it is another.
INSERT INTO payments.trust_accounts (bank, bank_account, holder, since)
SELECT %(bank)s, %(bank_account)s, %(holder)s, %(now)s
WHERE ARRAY[%(bank)s, %(bank_account)s, %(holder)s]::text[] IS DISTINCT FROM (
    SELECT ARRAY[t.bank, t.bank_account, t.holder] FROM payments.trust_accounts t ORDER BY t.number DESC LIMIT 1);

-- name: trust_account
-- The account at the bank that holds now.
SELECT bank, bank_account, holder FROM payments.trust_accounts ORDER BY number DESC LIMIT 1;

-- name: insert_payout
-- Adds a payout, unless it is known.
INSERT INTO payments.payouts (id, reference, account_id, code, amount_minor, bank_account, creditor, transfer_id,
    event_id, asked_at)
VALUES (%(id)s, %(reference)s, %(account_id)s, %(code)s, %(amount_minor)s, %(bank_account)s, %(creditor)s,
    %(transfer_id)s, %(event_id)s, %(now)s)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: payouts
-- Payouts by id or by reference, with where they stand.
SELECT * FROM payments.present_payouts p WHERE p.id = ANY (%(ids)s) OR p.reference = ANY (%(references)s);

-- name: payouts_of_account
-- The payouts of one account, the newest first.
SELECT * FROM payments.present_payouts p
WHERE p.account_id = %(account_id)s ORDER BY p.asked_at DESC, p.id DESC LIMIT %(most)s;

-- name: lock_payout_files
-- One writes files at a time, so that each payout is in one.
SELECT pg_advisory_xact_lock(hashtextextended('payments.payout_files', 0));

-- name: payouts_to_file
-- The oldest payouts that are in no file yet.
SELECT * FROM payments.present_payouts p WHERE p.state = 'asked' ORDER BY p.asked_at, p.id LIMIT %(most)s;

-- name: insert_payout_file
-- Adds a file as it was written.
INSERT INTO payments.payout_files (id, message_id, content, payouts, amount_minor, made_at)
VALUES (%(id)s, %(message_id)s, %(content)s, %(payouts)s, %(amount_minor)s, %(now)s);

-- name: insert_payout_file_items
-- Says which payouts are in a file.
INSERT INTO payments.payout_file_items (payout_id, file_id) SELECT unnest(%(payout_ids)s::uuid[]), %(file_id)s;

-- name: payout_files_unsent
-- Files that were not given to the bank for certain, the oldest first.
SELECT f.id, f.message_id, f.content, f.payouts, f.amount_minor, f.made_at FROM payments.payout_files f
WHERE NOT EXISTS (SELECT FROM payments.payout_files_sent s WHERE s.file_id = f.id) ORDER BY f.made_at, f.id;

-- name: payout_file
-- One file by its message's id.
SELECT id, message_id, content, payouts, amount_minor, made_at FROM payments.payout_files
WHERE message_id = %(message_id)s;

-- name: payouts_of_message
-- The references of the payouts in a file.
SELECT p.reference FROM payments.payout_files f
JOIN payments.payout_file_items i ON i.file_id = f.id
JOIN payments.payouts p ON p.id = i.payout_id
WHERE f.message_id = %(message_id)s ORDER BY p.reference;

-- name: insert_payout_file_sent
-- Notes that the bank has a file.
INSERT INTO payments.payout_files_sent (file_id, sent_at) VALUES (%(file_id)s, %(now)s) ON CONFLICT DO NOTHING;

-- name: insert_payout_end
-- Ends a payout, once in each way.
INSERT INTO payments.payout_ends (payout_id, how, bank_reference, reason, booked_at, ended_at)
VALUES (%(payout_id)s, %(how)s, %(bank_reference)s, %(reason)s, %(booked_at)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING payout_id;

-- name: payout_end
-- Under which reference of the bank a payout was paid, or returned.
SELECT bank_reference FROM payments.payout_ends WHERE payout_id = %(payout_id)s AND how = %(how)s;
