-- What systems outside may touch.

-- name: insert_link
-- Begins a link, unless it is open.
INSERT INTO wallet.links (client_id, person_id, shop_id, begun_at, begun_by)
VALUES (%(client_id)s, %(person_id)s, %(shop_id)s, %(now)s, %(by)s)
ON CONFLICT (client_id, person_id, shop_id) WHERE ended_at IS NULL DO NOTHING
RETURNING number;

-- name: end_link
-- Ends the open link to the same thing, if there is one.
UPDATE wallet.links SET ended_at = %(now)s, ended_by = %(by)s
WHERE client_id = %(client_id)s AND ended_at IS NULL
    AND person_id IS NOT DISTINCT FROM %(person_id)s::uuid AND shop_id IS NOT DISTINCT FROM %(shop_id)s::uuid
RETURNING number;

-- name: open_links
-- What a client is linked to now, oldest first.
SELECT l.client_id, l.person_id, l.shop_id, s.code AS shop_code, l.begun_at
FROM wallet.links l LEFT JOIN wallet.shops s ON s.id = l.shop_id
WHERE l.client_id = %(client_id)s AND l.ended_at IS NULL ORDER BY l.number;

-- name: links_of_wallet
-- The systems that a wallet's holder has let in, oldest first.
SELECT l.client_id, l.person_id, l.shop_id, NULL AS shop_code, l.begun_at
FROM wallet.links l WHERE l.person_id = %(person_id)s AND l.ended_at IS NULL ORDER BY l.number;

-- name: reached
-- Which of these wallets and shops some clients are linked to; NULL is all of them.
SELECT l.client_id, coalesce(l.person_id, l.shop_id)
FROM wallet.links l
WHERE l.client_id = ANY (%(clients)s) AND l.ended_at IS NULL
    AND (coalesce(l.person_id, l.shop_id) IS NULL OR coalesce(l.person_id, l.shop_id) = ANY (%(ids)s));
