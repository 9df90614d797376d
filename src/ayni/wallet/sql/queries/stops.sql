-- What keeps wallets from paying.

-- name: insert_stop
-- Begins a stop, unless one of its kind is open.
INSERT INTO wallet.stops (person_id, kind, reason, authority, begun_at, begun_by)
VALUES (%(person_id)s, %(kind)s, %(reason)s, %(authority)s, %(now)s, %(by)s)
ON CONFLICT (person_id, kind) WHERE ended_at IS NULL DO NOTHING
RETURNING number;

-- name: end_stop
-- Ends the open stop of a kind, if there is one.
UPDATE wallet.stops SET ended_at = %(now)s, ended_by = %(by)s, ended_reason = %(reason)s
WHERE person_id = %(person_id)s AND kind = %(kind)s AND ended_at IS NULL
RETURNING number;

-- name: stops
-- Everything that ever kept a wallet from paying, oldest first.
SELECT number, kind, reason, authority, begun_at, begun_by, ended_at, ended_by, ended_reason
FROM wallet.stops WHERE person_id = %(person_id)s ORDER BY number;

-- name: lock_wallet
-- Lets one change of a wallet's stops after another.
SELECT pg_advisory_xact_lock(hashtextextended('wallet.stops ' || %(person_id)s::text, 0));

-- name: deaths_to_note
-- Holders who have died and whose wallet does not know it, or who live and whose wallet says otherwise.
SELECT w.person_id, p.died_on IS NOT NULL AS has_died
FROM wallet.wallets w
JOIN identity_api.particulars p ON p.person_id = w.person_id
LEFT JOIN wallet.stops s ON s.person_id = w.person_id AND s.kind = 'death' AND s.ended_at IS NULL
WHERE (p.died_on IS NOT NULL) <> (s.number IS NOT NULL)
ORDER BY w.person_id
LIMIT %(most)s;

-- name: sleepers
-- Wallets that are awake and in which nothing has moved for long.
SELECT w.person_id
FROM wallet.wallets w
JOIN ledger_api.last_moves m ON m.owner_ref = w.owner_ref
WHERE w.opened_at < %(since)s AND coalesce(m.moved_at, w.opened_at) < %(since)s
    AND NOT EXISTS (
        SELECT FROM wallet.stops s
        WHERE s.person_id = w.person_id AND s.kind IN ('dormant', 'death', 'closed') AND s.ended_at IS NULL)
ORDER BY w.person_id
LIMIT %(most)s;

-- name: stops_not_kept
-- Wallets whose owner is stopped in the ledger where no stop stands written, or the other way round.
SELECT w.person_id
FROM wallet.wallets w
JOIN ledger_api.owner_flags f ON f.owner_ref = w.owner_ref
LEFT JOIN LATERAL (
    SELECT coalesce(bit_or(CASE s.kind WHEN 'dormant' THEN 2 WHEN 'legal_hold' THEN 4 ELSE 1 END), 0) AS flags
    FROM wallet.stops s
    WHERE s.person_id = w.person_id AND s.ended_at IS NULL
) s ON true
WHERE f.flags <> s.flags;
