-- Cash codes: money set aside, and how each ended.

-- name: insert_cash_code
-- Sets money aside behind a code, unless its id is known.
INSERT INTO wallet.cash_codes (id, person_id, amount_minor, account_id, event_id, tag, key_version, made_at, expires_at)
VALUES (%(id)s, %(person_id)s, %(amount_minor)s, %(account_id)s, %(event_id)s, %(tag)s, %(version)s, %(now)s,
    %(expires_at)s)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: cash_codes_of
-- The cash codes of a person that wait, or ended, the newest first.
SELECT c.id, c.person_id, c.amount_minor, c.account_id, c.event_id, c.made_at, c.expires_at, e.how AS ended,
    e.shop_id, e.ended_at, c.key_version
FROM wallet.cash_codes c
LEFT JOIN wallet.cash_code_ends e ON e.code_id = c.id
WHERE c.person_id = ANY (%(person_ids)s::uuid[])
ORDER BY c.made_at DESC, c.id DESC
LIMIT %(most)s;

-- name: cash_code
-- One cash code.
SELECT c.id, c.person_id, c.amount_minor, c.account_id, c.event_id, c.made_at, c.expires_at, e.how AS ended,
    e.shop_id, e.ended_at, c.key_version
FROM wallet.cash_codes c
LEFT JOIN wallet.cash_code_ends e ON e.code_id = c.id
WHERE c.id = %(id)s;

-- name: cash_code_tags
-- What codes of some people can be compared with, and how often each was missed.
SELECT c.id, c.tag, c.key_version, (SELECT count(*) FROM wallet.cash_code_tries t WHERE t.code_id = c.id) AS missed
FROM wallet.cash_codes c
WHERE c.person_id = ANY (%(person_ids)s::uuid[]) AND c.expires_at > %(since)s
ORDER BY c.made_at DESC
LIMIT 20;

-- name: insert_cash_code_tries
-- Counts a code that was missed, against each that waits for these people.
INSERT INTO wallet.cash_code_tries (code_id, shop_id, tried_at)
SELECT c.id, %(shop_id)s, %(now)s
FROM wallet.cash_codes c
WHERE c.person_id = ANY (%(person_ids)s::uuid[]) AND c.expires_at > %(now)s
    AND NOT EXISTS (SELECT FROM wallet.cash_code_ends e WHERE e.code_id = c.id);

-- name: insert_cash_code_end
-- Ends a cash code, unless it has ended. A second one waits here for the first to commit.
INSERT INTO wallet.cash_code_ends (code_id, how, shop_id, reason, ended_at)
VALUES (%(id)s, %(how)s, %(shop_id)s, %(reason)s, %(now)s)
ON CONFLICT (code_id) DO NOTHING
RETURNING code_id;

-- name: cash_codes_overdue
-- Codes for which nobody came in time, oldest first, after a mark.
SELECT c.expires_at, c.id FROM wallet.cash_codes c
WHERE c.expires_at <= %(now)s AND (c.expires_at, c.id) > (%(after_at)s, %(after)s)
    AND NOT EXISTS (SELECT FROM wallet.cash_code_ends e WHERE e.code_id = c.id)
ORDER BY c.expires_at, c.id LIMIT %(most)s;

-- name: cash_codes_not_whole
-- Codes whose account does not hold what was set aside, or holds something after the end.
SELECT c.id FROM wallet.cash_codes c
LEFT JOIN wallet.cash_code_ends e ON e.code_id = c.id
LEFT JOIN ledger_api.balances b ON b.account_id = c.account_id
WHERE b.balance_minor IS DISTINCT FROM CASE WHEN e.code_id IS NULL THEN c.amount_minor ELSE 0 END;

-- name: cash_codes_open
-- The cash codes of a person that have not ended.
SELECT c.id FROM wallet.cash_codes c
WHERE c.person_id = %(person_id)s AND NOT EXISTS (SELECT FROM wallet.cash_code_ends e WHERE e.code_id = c.id)
ORDER BY c.id;
