-- name: insert_wallets
-- Gives a wallet to those of the people who have a verified document and none yet, and tells who they are.
INSERT INTO wallet.wallets (person_id, owner_ref, main_account_id, opened_at)
SELECT u.person_id, u.owner_ref, u.account_id, %(now)s
FROM unnest(%(person_ids)s::uuid[], %(owner_refs)s::uuid[], %(account_ids)s::uuid[])
    u (person_id, owner_ref, account_id)
JOIN identity_api.people_with_document p ON p.person_id = u.person_id
WHERE p.has_verified_document AND p.died_on IS NULL
    -- Said once more, so that only these people's documents are looked at, and not the whole city's.
    AND p.person_id = ANY (%(person_ids)s::uuid[])
ON CONFLICT (person_id) DO NOTHING
RETURNING person_id, owner_ref, main_account_id;

-- name: standing_of_people
-- What identity and the wallet know of people who were not given a wallet.
SELECT u.person_id, p.person_id IS NOT NULL AS is_known, coalesce(p.has_document, false) AS has_document,
    w.person_id IS NOT NULL AS has_wallet, p.died_on IS NOT NULL AS has_died
FROM unnest(%(person_ids)s::uuid[]) u (person_id)
LEFT JOIN (SELECT * FROM identity_api.people_with_document WHERE person_id = ANY (%(person_ids)s::uuid[])) p
    ON p.person_id = u.person_id
LEFT JOIN wallet.wallets w ON w.person_id = u.person_id;

-- name: wallets
-- The wallets of people.
SELECT person_id, owner_ref, main_account_id, opened_at
FROM wallet.wallets WHERE person_id = ANY (%(person_ids)s::uuid[]);

-- name: purpose_accounts
-- The purpose accounts of people, by purpose.
SELECT a.person_id, a.purpose, p.name, a.account_id
FROM wallet.purpose_accounts a JOIN wallet.purposes p ON p.purpose = a.purpose
WHERE a.person_id = ANY (%(person_ids)s::uuid[]) ORDER BY a.person_id, a.purpose;

-- name: insert_purpose_accounts
-- Gives people who have none an account for a purpose, and tells which are new.
INSERT INTO wallet.purpose_accounts (person_id, purpose, account_id, opened_at)
SELECT u.person_id, %(purpose)s, u.account_id, %(now)s
FROM unnest(%(person_ids)s::uuid[], %(account_ids)s::uuid[]) u (person_id, account_id)
ON CONFLICT (person_id, purpose) DO NOTHING
RETURNING person_id, account_id;

-- name: purposes
-- All purposes.
SELECT name, purpose FROM wallet.purposes ORDER BY purpose;

-- name: insert_purpose
-- Adds a purpose, unless its name is known.
INSERT INTO wallet.purposes (name, defined_at)
SELECT %(name)s, %(now)s WHERE NOT EXISTS (SELECT FROM wallet.purposes p WHERE p.name = %(name)s)
ON CONFLICT (name) DO NOTHING;

-- name: insert_shop
-- Adds a shop.
INSERT INTO wallet.shops (id, kind, code, display_name, category, keeper_id, owner_ref, account_id, opened_at)
VALUES (%(id)s, %(kind)s, %(code)s, %(display_name)s, %(category)s, %(keeper_id)s, %(owner_ref)s,
    %(account_id)s, %(now)s);

-- name: insert_accepted_purposes
-- Says which purposes' money a shop may take.
INSERT INTO wallet.accepted_purposes (shop_id, purpose) SELECT %(id)s, unnest(%(purposes)s::smallint[]);

-- name: shops
-- Shops by id.
SELECT s.id, s.kind, s.code, s.display_name, s.category, s.keeper_id, s.owner_ref, s.account_id,
    ARRAY(SELECT a.purpose FROM wallet.accepted_purposes a WHERE a.shop_id = s.id ORDER BY a.purpose) AS accepts
FROM wallet.shops s WHERE s.id = ANY (%(ids)s::uuid[]);

-- name: shop_by_code
-- The shop with a code.
SELECT s.id, s.kind, s.code, s.display_name, s.category, s.keeper_id, s.owner_ref, s.account_id,
    ARRAY(SELECT a.purpose FROM wallet.accepted_purposes a WHERE a.shop_id = s.id ORDER BY a.purpose) AS accepts
FROM wallet.shops s WHERE s.code = %(code)s;

-- name: shop_by_account
-- The shop whose account it is.
SELECT s.id, s.kind, s.code, s.display_name, s.category, s.keeper_id, s.owner_ref, s.account_id,
    ARRAY(SELECT a.purpose FROM wallet.accepted_purposes a WHERE a.shop_id = s.id ORDER BY a.purpose) AS accepts
FROM wallet.shops s WHERE s.account_id = %(account_id)s;

-- name: shops_of_kind
-- All shops of one kind, by code.
SELECT s.id, s.kind, s.code, s.display_name, s.category, s.keeper_id, s.owner_ref, s.account_id,
    ARRAY(SELECT a.purpose FROM wallet.accepted_purposes a WHERE a.shop_id = s.id ORDER BY a.purpose) AS accepts
FROM wallet.shops s WHERE s.kind = %(kind)s ORDER BY s.code;

-- name: account_names
-- How the holders of accounts are called on a person's statement. What waits for a telephone is called by the end of
-- its number to the sender, and by the sender's name to whoever took it; what was set aside for cash by the agent's.
SELECT p.account_id, CASE WHEN p.sender_id = %(viewer)s THEN '… ' || right(p.phone, 3) ELSE d.display_name END
FROM wallet.parcels p JOIN identity_api.display_names d ON d.person_id = p.sender_id
WHERE p.account_id = ANY (%(account_ids)s::uuid[])
UNION ALL
SELECT account_id, display_name FROM wallet.shops WHERE account_id = ANY (%(account_ids)s::uuid[])
UNION ALL
SELECT c.account_id, coalesce(s.display_name, '…')
FROM wallet.cash_codes c
LEFT JOIN wallet.cash_code_ends e ON e.code_id = c.id
LEFT JOIN wallet.shops s ON s.id = e.shop_id
WHERE c.account_id = ANY (%(account_ids)s::uuid[])
UNION ALL
SELECT w.main_account_id, d.display_name
FROM wallet.wallets w JOIN identity_api.display_names d ON d.person_id = w.person_id
WHERE w.main_account_id = ANY (%(account_ids)s::uuid[])
UNION ALL
SELECT account_id, name FROM payments_api.account_names WHERE account_id = ANY (%(account_ids)s::uuid[]);

-- name: holders
-- Whose some accounts are: a resident's, by person, or a shop's.
SELECT w.main_account_id AS account_id, w.person_id, NULL::uuid AS shop_id
FROM wallet.wallets w WHERE w.main_account_id = ANY (%(account_ids)s::uuid[])
UNION ALL
SELECT a.account_id, a.person_id, NULL FROM wallet.purpose_accounts a WHERE a.account_id = ANY (%(account_ids)s::uuid[])
UNION ALL
SELECT s.account_id, NULL, s.id FROM wallet.shops s WHERE s.account_id = ANY (%(account_ids)s::uuid[]);

-- name: stray_accounts
-- Accounts that the wallet names and that the ledger does not have, or has under another owner.
SELECT n.account_id FROM (
    SELECT w.main_account_id AS account_id, w.owner_ref FROM wallet.wallets w
    UNION ALL
    SELECT a.account_id, w.owner_ref
    FROM wallet.purpose_accounts a JOIN wallet.wallets w ON w.person_id = a.person_id
    UNION ALL
    SELECT s.account_id, s.owner_ref FROM wallet.shops s) n
LEFT JOIN ledger_api.balances b ON b.account_id = n.account_id
WHERE b.owner_ref IS DISTINCT FROM n.owner_ref;

-- name: payees
-- Who has a wallet among some people, by as much of the name as others may see.
SELECT w.person_id, d.display_name
FROM wallet.wallets w JOIN identity_api.display_names d ON d.person_id = w.person_id
WHERE w.person_id = ANY (%(person_ids)s::uuid[]) ORDER BY d.display_name, w.person_id;

-- name: insert_parcel
-- Adds a parcel, unless its id is known.
INSERT INTO wallet.parcels (id, sender_id, phone, amount_minor, account_id, event_id, sent_at, expires_at)
VALUES (%(id)s, %(sender_id)s, %(phone)s, %(amount_minor)s, %(account_id)s, %(event_id)s, %(now)s, %(expires_at)s)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: insert_parcel_end
-- Ends a parcel, unless it has ended. A second one waits here for the first to commit.
INSERT INTO wallet.parcel_ends (parcel_id, how, taker_id, reason, ended_at)
VALUES (%(id)s, %(how)s, %(taker_id)s, %(reason)s, %(now)s)
ON CONFLICT (parcel_id) DO NOTHING
RETURNING parcel_id;

-- name: parcel
-- One parcel.
SELECT p.id, p.sender_id, p.phone, p.amount_minor, p.account_id, p.event_id, p.sent_at, p.expires_at,
    e.how AS ended, e.ended_at
FROM wallet.parcels p LEFT JOIN wallet.parcel_ends e ON e.parcel_id = p.id WHERE p.id = %(id)s;

-- name: parcels_of_sender
-- What a person sent that waits or waited, newest first.
SELECT p.id, p.sender_id, p.phone, p.amount_minor, p.account_id, p.event_id, p.sent_at, p.expires_at,
    e.how AS ended, e.ended_at
FROM wallet.parcels p LEFT JOIN wallet.parcel_ends e ON e.parcel_id = p.id
WHERE p.sender_id = %(sender_id)s ORDER BY p.sent_at DESC, p.id LIMIT %(most)s;

-- name: parcels_waiting
-- What waits behind some telephones, oldest first.
SELECT p.id, p.sender_id, p.phone, p.amount_minor, p.account_id, p.event_id, p.sent_at, p.expires_at,
    NULL AS ended, NULL::timestamptz AS ended_at
FROM wallet.parcels p
WHERE p.phone = ANY (%(phones)s::text[]) AND p.expires_at > %(now)s
    AND NOT EXISTS (SELECT FROM wallet.parcel_ends e WHERE e.parcel_id = p.id)
ORDER BY p.sent_at, p.id;

-- name: parcels_overdue
-- Parcels that nobody took in time, oldest first, after a mark.
SELECT p.expires_at, p.id FROM wallet.parcels p
WHERE p.expires_at <= %(now)s AND (p.expires_at, p.id) > (%(after_at)s, %(after)s)
    AND NOT EXISTS (SELECT FROM wallet.parcel_ends e WHERE e.parcel_id = p.id)
ORDER BY p.expires_at, p.id LIMIT %(most)s;

-- name: parcels_not_whole
-- Parcels whose account does not hold what waits, or holds something after the end.
SELECT p.id FROM wallet.parcels p
LEFT JOIN wallet.parcel_ends e ON e.parcel_id = p.id
LEFT JOIN ledger_api.balances b ON b.account_id = p.account_id
WHERE b.balance_minor IS DISTINCT FROM CASE WHEN e.parcel_id IS NULL THEN p.amount_minor ELSE 0 END;
