-- Vouchers: benefits as cash at an agent.

-- name: insert_vouchers
-- Notes vouchers whose accounts were filled. What is known already is left as it is.
INSERT INTO wallet.vouchers (id, person_id, programme_account_id, account_id, amount_minor, issued_at, until)
SELECT u.id, u.person_id, %(programme_account_id)s, u.account_id, u.amount_minor, %(now)s, %(until)s
FROM unnest(%(ids)s::uuid[], %(person_ids)s::uuid[], %(account_ids)s::uuid[], %(amounts)s::bigint[])
    u (id, person_id, account_id, amount_minor)
ON CONFLICT (id) DO NOTHING;

-- name: voucher
-- One voucher, by its id or its number, with the place and key of its newest code, and how often that was missed.
SELECT v.id, v.number, v.person_id, coalesce(d.display_name, '') AS display_name, v.programme_account_id, v.account_id, v.amount_minor, v.issued_at,
    v.until, e.how AS ended, e.shop_id, coalesce(c.place, 0) AS place, c.key_version,
    (SELECT count(*) FROM wallet.voucher_tries t WHERE t.voucher_id = v.id AND t.place = c.place)::integer AS missed
FROM wallet.vouchers v
LEFT JOIN identity_api.display_names d ON d.person_id = v.person_id
LEFT JOIN wallet.voucher_ends e ON e.voucher_id = v.id
LEFT JOIN LATERAL (SELECT c.place, c.key_version FROM wallet.voucher_codes c WHERE c.voucher_id = v.id
    ORDER BY c.place DESC LIMIT 1) c ON true
WHERE v.id = %(id)s OR v.number = %(number)s;

-- name: insert_voucher_code
-- Adds the code of a place, unless somebody else just did.
INSERT INTO wallet.voucher_codes (voucher_id, place, key_version, told_at, told_by)
VALUES (%(id)s, %(place)s, %(key_version)s, %(now)s, %(by)s)
ON CONFLICT DO NOTHING
RETURNING place;

-- name: insert_voucher_try
-- Counts a code that was missed.
INSERT INTO wallet.voucher_tries (voucher_id, place, shop_id, tried_at)
VALUES (%(id)s, %(place)s, %(shop_id)s, %(now)s);

-- name: insert_voucher_end
-- Ends a voucher, unless it has ended. A second one waits here for the first to commit.
INSERT INTO wallet.voucher_ends (voucher_id, how, shop_id, ended_at)
VALUES (%(id)s, %(how)s, %(shop_id)s, %(now)s)
ON CONFLICT (voucher_id) DO NOTHING
RETURNING voucher_id;

-- name: vouchers_overdue
-- Vouchers that nobody cashed in time, oldest first, after a mark.
SELECT v.until, v.id FROM wallet.vouchers v
WHERE v.until <= %(now)s AND (v.until, v.id) > (%(after_at)s, %(after)s)
    AND NOT EXISTS (SELECT FROM wallet.voucher_ends e WHERE e.voucher_id = v.id)
ORDER BY v.until, v.id LIMIT %(most)s;

-- name: vouchers_not_whole
-- Vouchers whose account does not hold the benefit, or holds something after the end.
SELECT v.id FROM wallet.vouchers v
LEFT JOIN wallet.voucher_ends e ON e.voucher_id = v.id
LEFT JOIN ledger_api.balances b ON b.account_id = v.account_id
WHERE b.balance_minor IS DISTINCT FROM CASE WHEN e.voucher_id IS NULL THEN v.amount_minor ELSE 0 END;

-- name: may_not_be_handed_cash
-- Why nobody hands a person cash at present: "death", or a stop of an office or a court on the wallet that they had.
SELECT 'death' FROM identity_api.particulars p WHERE p.person_id = %(person_id)s AND p.died_on IS NOT NULL
UNION ALL
SELECT s.kind FROM wallet.stops s
WHERE s.person_id = %(person_id)s AND s.ended_at IS NULL AND s.kind IN ('frozen_by_office', 'legal_hold', 'death')
LIMIT 1;
