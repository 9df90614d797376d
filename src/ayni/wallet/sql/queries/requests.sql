-- Requests to pay.

-- name: insert_request
-- Asks for money, unless the id is known.
INSERT INTO wallet.requests (id, payee_id, payer_id, amount_minor, note, asked_at, expires_at)
VALUES (%(id)s, %(payee_id)s, %(payer_id)s, %(amount_minor)s, %(note)s, %(now)s, %(expires_at)s)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: request
-- One request, with how it ended.
SELECT r.id, r.payee_id, r.payer_id, r.amount_minor, r.note, r.asked_at, r.expires_at, e.how AS ended, e.ended_at
FROM wallet.requests r LEFT JOIN wallet.request_ends e ON e.request_id = r.id
WHERE r.id = %(id)s;

-- name: requests_waiting
-- What a person is asked for and has not answered, the newest first.
SELECT r.id, r.payee_id, r.payer_id, r.amount_minor, r.note, r.asked_at, r.expires_at, NULL AS ended,
    NULL::timestamptz AS ended_at
FROM wallet.requests r
WHERE r.payer_id = %(person_id)s AND r.expires_at > %(now)s
    AND NOT EXISTS (SELECT FROM wallet.request_ends e WHERE e.request_id = r.id)
ORDER BY r.asked_at DESC, r.id DESC LIMIT %(most)s;

-- name: requests_of
-- What a person has asked others for, the newest first.
SELECT r.id, r.payee_id, r.payer_id, r.amount_minor, r.note, r.asked_at, r.expires_at, e.how AS ended, e.ended_at
FROM wallet.requests r LEFT JOIN wallet.request_ends e ON e.request_id = r.id
WHERE r.payee_id = %(person_id)s
ORDER BY r.asked_at DESC, r.id DESC LIMIT %(most)s;

-- name: lock_requests
-- Lets one request between two people after another.
SELECT pg_advisory_xact_lock(hashtextextended('wallet.requests ' || %(payee_id)s::text || %(payer_id)s::text, 0));

-- name: count_requests
-- How many requests of one person wait for another, or were declined by them within a day.
SELECT count(*) FROM wallet.requests r LEFT JOIN wallet.request_ends e ON e.request_id = r.id
WHERE r.payee_id = %(payee_id)s AND r.payer_id = %(payer_id)s AND (
    e.request_id IS NULL AND r.expires_at > %(now)s OR e.how = 'declined' AND e.ended_at > %(since)s);

-- name: insert_request_end
-- Ends a request, unless it has ended. A second one waits here for the first to commit.
INSERT INTO wallet.request_ends (request_id, how, ended_at) VALUES (%(id)s, %(how)s, %(now)s)
ON CONFLICT (request_id) DO NOTHING
RETURNING request_id;
