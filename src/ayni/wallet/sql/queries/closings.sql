-- name: insert_closing
-- Begins the closing of a wallet, unless it is closing or closed.
INSERT INTO wallet.closings (person_id, payout_id, begun_at) VALUES (%(person_id)s, %(payout_id)s, %(now)s)
ON CONFLICT (person_id) WHERE ended_how IS NULL OR (ended_how = 'closed' AND reopened_at IS NULL) DO NOTHING
RETURNING number;

-- name: closing
-- The closing of a wallet that is under way or stands.
SELECT number, person_id, payout_id, begun_at, ended_at, ended_how FROM wallet.closings
WHERE person_id = %(person_id)s AND (ended_how IS NULL OR (ended_how = 'closed' AND reopened_at IS NULL));

-- name: closing_by_number
-- One closing.
SELECT number, person_id, payout_id, begun_at, ended_at, ended_how FROM wallet.closings WHERE number = %(number)s;

-- name: closings_under_way
-- Closings that wait for the bank, after a mark.
SELECT number FROM wallet.closings
WHERE ended_how IS NULL AND number > %(after)s ORDER BY number LIMIT %(most)s;

-- name: closed_wallets
-- Who of some people has closed the wallet, and not reopened it.
SELECT person_id FROM wallet.closings
WHERE person_id = ANY (%(person_ids)s::uuid[]) AND ended_how = 'closed' AND reopened_at IS NULL;

-- name: end_closing
-- Ends a closing, once.
UPDATE wallet.closings SET ended_at = %(now)s, ended_how = %(how)s WHERE number = %(number)s AND ended_how IS NULL
RETURNING number;

-- name: reopen_closing
-- Reopens what was closed, once.
UPDATE wallet.closings SET reopened_at = %(now)s WHERE number = %(number)s AND ended_how = 'closed' AND reopened_at IS NULL
RETURNING number;

-- name: wallet_accounts
-- Every account of a wallet by what it is for: free, purpose, goal, escrow. Closed goals are left out.
SELECT w.main_account_id AS account_id, 'free' AS what FROM wallet.wallets w WHERE w.person_id = %(person_id)s
UNION ALL
SELECT a.account_id, 'purpose' FROM wallet.purpose_accounts a WHERE a.person_id = %(person_id)s
UNION ALL
SELECT g.account_id, 'goal' FROM wallet.goals g WHERE g.person_id = %(person_id)s
    AND NOT EXISTS (SELECT FROM wallet.goal_ends e WHERE e.goal_id = g.id)
UNION ALL
SELECT p.account_id, 'escrow' FROM wallet.parcels p WHERE p.sender_id = %(person_id)s
    AND NOT EXISTS (SELECT FROM wallet.parcel_ends e WHERE e.parcel_id = p.id)
UNION ALL
SELECT c.account_id, 'escrow' FROM wallet.cash_codes c WHERE c.person_id = %(person_id)s
    AND NOT EXISTS (SELECT FROM wallet.cash_code_ends e WHERE e.code_id = c.id);
