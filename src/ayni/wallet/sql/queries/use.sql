-- name: insert_uses
-- Takes wallets into use, each once: whose that was.
INSERT INTO wallet.uses (person_id, how, taken_by, since)
SELECT w.person_id, %(how)s, %(by)s, %(now)s FROM wallet.wallets w WHERE w.person_id = ANY (%(person_ids)s::uuid[])
ON CONFLICT (person_id) DO NOTHING
RETURNING person_id;

-- name: wallets_in_use
-- Whose of some people's wallets are in use.
SELECT person_id FROM wallet.uses WHERE person_id = ANY (%(person_ids)s::uuid[]);

-- name: insert_waiting_benefits
-- Notes benefits as waiting, before the ledger is asked: what it refuses has no hold, and is nothing.
INSERT INTO wallet.waiting_benefits (hold_id, person_id, programme_account_id, until, sent_at)
SELECT u.hold_id, u.person_id, %(account_id)s, %(until)s, %(now)s
FROM unnest(%(hold_ids)s::uuid[], %(person_ids)s::uuid[]) u (hold_id, person_id)
ON CONFLICT (hold_id) DO NOTHING;

-- name: benefits_to_claim
-- What waits for some people after a hold and is not overdue: the hold, the programme's account, the amount.
SELECT w.hold_id, w.person_id, w.programme_account_id, h.amount_minor
FROM wallet.waiting_benefits w
JOIN ledger_api.holds h ON h.hold_id = w.hold_id
WHERE w.person_id = ANY (%(person_ids)s::uuid[]) AND h.state = 'pending' AND w.until > %(now)s
    AND w.hold_id > %(after)s
ORDER BY w.hold_id LIMIT %(most)s;

-- name: people_with_unclaimed_benefits
-- Whose wallet is in use while a benefit still waits for it: it was on its way when they took it into use.
SELECT DISTINCT w.person_id
FROM wallet.waiting_benefits w
JOIN wallet.uses u ON u.person_id = w.person_id
JOIN ledger_api.holds h ON h.hold_id = w.hold_id AND h.state = 'pending'
WHERE w.until > %(now)s AND w.person_id > %(after)s
ORDER BY w.person_id LIMIT %(most)s;
