-- name: now
-- The present instant, by the database's one clock.
SELECT foundation.now();

-- name: clock
-- Whether the database is simulated, and its clock's instant or floor.
SELECT simulated, at FROM foundation.clock;

-- name: set_clock
-- Moves a simulated clock forward; AY001 in a live database, AY002 when it would go back.
SELECT foundation.set_clock(%(at)s);

-- name: record_audit
-- Adds one row to the audit trail.
INSERT INTO foundation.audit (at, actor, channel, action, subject, reason, details)
VALUES (%(at)s, %(actor)s, %(channel)s, %(action)s, %(subject)s, %(reason)s, %(details)s);

-- name: list_audit
-- The audit rows of one subject, oldest first.
SELECT number, at, actor, channel, action, subject, reason, details
FROM foundation.audit
WHERE subject = %(subject)s
ORDER BY number;

-- name: snapshot
-- Makes the open transaction read everything at one instant, and nothing else.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: raise_clock_floor
-- Raises a live clock's floor to the present; does nothing in a simulated database.
SELECT foundation.raise_clock_floor();

-- name: seconds_behind_floor
-- By how many seconds the server's clock is behind what it once showed; none in a simulated database.
SELECT ceil(extract(epoch FROM at - clock_timestamp()))::bigint
FROM foundation.clock
WHERE NOT simulated AND at > clock_timestamp();

-- name: record_invariant
-- Adds what one invariant said.
INSERT INTO foundation.invariant_results (at, name, held, violations, examples)
VALUES (%(at)s, %(name)s, %(held)s, %(violations)s, %(examples)s);

-- name: list_invariant_results
-- What the invariants said, newest first.
SELECT at, name, held, violations, examples
FROM foundation.invariant_results
ORDER BY number DESC
LIMIT %(limit)s;

-- name: defer_job
-- Puts one job into the queue and gives its number.
SELECT unnest(jobs.procrastinate_defer_jobs_v1(ARRAY[
    ROW('default', %(name)s, 0, NULL, %(queueing_lock)s, %(args)s, %(at)s)::jobs.procrastinate_job_to_defer_v1
]));

-- name: list_jobs
-- Jobs in a state (todo, doing, succeeded, failed), oldest first.
SELECT id AS number, task_name AS name, status::text AS state, attempts, scheduled_at
FROM jobs.procrastinate_jobs
WHERE status::text = %(state)s
ORDER BY id
LIMIT %(limit)s;

-- name: count_jobs
-- How many jobs there are in each state.
SELECT status::text, count(*) FROM jobs.procrastinate_jobs GROUP BY status ORDER BY status;

-- name: retry_job
-- Puts a job that was given up back into the queue, and gives its number; nothing for any other.
SELECT id, jobs.procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL)
FROM jobs.procrastinate_jobs
WHERE id = %(number)s AND status = 'failed';

-- name: is_empty
-- Whether the database holds no schema, table or function of anybody's.
SELECT NOT EXISTS (
    SELECT FROM pg_namespace
    WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\_%%'
) AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace);

-- name: insert_message
-- Writes down what is to be told to somebody.
INSERT INTO foundation.messages (id, recipient, kind, language, numbers, sealed, key_version, written_at, useless_after)
VALUES (%(id)s, %(recipient)s, %(kind)s, %(language)s, %(numbers)s, %(sealed)s, %(key_version)s, %(now)s,
    %(useless_after)s);

-- name: insert_messages
-- Writes down many of them. Nothing in them is secret.
INSERT INTO foundation.messages (id, recipient, kind, language, numbers, written_at, useless_after)
SELECT u.id, u.recipient, u.kind, u.language, u.numbers, %(now)s, u.useless_after
FROM unnest(%(ids)s::uuid[], %(recipients)s::text[], %(kinds)s::text[], %(languages)s::text[], %(numbers)s::jsonb[],
    %(useless_after)s::timestamptz[]) u (id, recipient, kind, language, numbers, useless_after);

-- name: list_waiting_messages
-- What was not sent yet, oldest first.
SELECT m.id, m.recipient, m.kind, m.language, m.numbers, m.sealed, m.key_version, m.written_at, m.useless_after
FROM foundation.messages m
WHERE NOT EXISTS (SELECT FROM foundation.message_ends e WHERE e.message_id = m.id)
ORDER BY m.id
LIMIT %(most)s;

-- name: end_message
-- Notes how a message ended, once.
INSERT INTO foundation.message_ends (message_id, how, reason, ended_at)
VALUES (%(id)s, %(how)s, %(reason)s, %(now)s)
ON CONFLICT (message_id) DO NOTHING
RETURNING message_id;

-- name: insert_client
-- Makes a client known; gives nothing when the id is taken.
INSERT INTO foundation.clients (id, name, scopes, requests_a_minute, made_at)
VALUES (%(id)s, %(name)s, %(scopes)s, %(requests_a_minute)s, %(now)s)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: insert_client_secret
-- Gives a client one secret more, under the next number.
INSERT INTO foundation.client_secrets (client_id, number, secret_hash, made_at)
SELECT %(client_id)s, coalesce(max(s.number), 0) + 1, %(secret_hash)s, %(now)s
FROM foundation.client_secrets s
WHERE s.client_id = %(client_id)s;

-- name: lock_client
-- Lets one transaction at a time change a client's secrets.
SELECT pg_advisory_xact_lock(hashtextextended('client ' || %(client_id)s, 0));

-- name: end_client_secrets
-- Says until when the secrets that a client has now hold.
INSERT INTO foundation.client_secret_ends (client_id, number, ends_at, noted_at)
SELECT s.client_id, s.number, %(ends_at)s, %(now)s
FROM foundation.client_secrets s
WHERE s.client_id = %(client_id)s
ON CONFLICT (client_id, number, ends_at) DO NOTHING;

-- name: end_client
-- Takes a client's access away; gives nothing when there is none, or it has ended.
INSERT INTO foundation.client_ends (client_id, reason, ended_at)
SELECT c.id, %(reason)s, %(now)s
FROM foundation.clients c
WHERE c.id = %(client_id)s
ON CONFLICT (client_id) DO NOTHING
RETURNING client_id;

-- name: find_client_by_secret
-- The client that has not ended and has this secret now, and the number of the secret.
SELECT c.id, c.name, c.scopes, c.requests_a_minute, c.made_at, NULL::timestamptz AS ended_at, ARRAY[s.number] AS secrets
FROM foundation.clients c
JOIN foundation.client_secrets s ON s.client_id = c.id
WHERE c.id = %(client_id)s AND s.secret_hash = %(secret_hash)s
    AND NOT EXISTS (SELECT FROM foundation.client_ends e WHERE e.client_id = c.id)
    AND NOT EXISTS (
        SELECT FROM foundation.client_secret_ends n
        WHERE n.client_id = s.client_id AND n.number = s.number AND n.ends_at <= %(now)s
    )
LIMIT 1;

-- name: list_clients
-- Every client that there is or was, with the numbers of the secrets that hold.
SELECT c.id, c.name, c.scopes, c.requests_a_minute, c.made_at, e.ended_at,
    ARRAY(SELECT s.number FROM foundation.client_secrets s
        WHERE s.client_id = c.id AND NOT EXISTS (
            SELECT FROM foundation.client_secret_ends n
            WHERE n.client_id = s.client_id AND n.number = s.number AND n.ends_at <= %(now)s)
        ORDER BY s.number) AS secrets
FROM foundation.clients c
LEFT JOIN foundation.client_ends e ON e.client_id = c.id
ORDER BY c.id;

-- name: insert_client_request
-- Keeps what a client asks for; gives nothing when it asked under this id before.
INSERT INTO foundation.client_requests (id, client_id, correlation_id, kind, asked, callback_url, asked_at)
VALUES (%(id)s, %(client_id)s, %(correlation_id)s, %(kind)s, %(asked)s, %(callback_url)s, %(now)s)
ON CONFLICT (client_id, correlation_id) DO NOTHING
RETURNING id;

-- name: client_request_by_correlation
-- What a client asked for under an id of its own, and what became of it.
SELECT r.id, r.client_id, r.correlation_id, r.kind, r.asked, r.callback_url, r.asked_at,
    e.completed, e.object_ref, e.answer, e.ended_at
FROM foundation.client_requests r
LEFT JOIN foundation.client_request_ends e ON e.request_id = r.id
WHERE r.client_id = %(client_id)s AND r.correlation_id = %(correlation_id)s;

-- name: client_request
-- One request, and what became of it.
SELECT r.id, r.client_id, r.correlation_id, r.kind, r.asked, r.callback_url, r.asked_at,
    e.completed, e.object_ref, e.answer, e.ended_at
FROM foundation.client_requests r
LEFT JOIN foundation.client_request_ends e ON e.request_id = r.id
WHERE r.id = %(id)s;

-- name: client_request_by_object
-- The request by which a client made an object.
SELECT r.id, r.client_id, r.correlation_id, r.kind, r.asked, r.callback_url, r.asked_at,
    e.completed, e.object_ref, e.answer, e.ended_at
FROM foundation.client_request_ends e
JOIN foundation.client_requests r ON r.id = e.request_id
WHERE e.client_id = %(client_id)s AND e.object_ref = %(object_ref)s
ORDER BY r.id LIMIT 1;

-- name: open_client_requests
-- What was begun and has no end yet, oldest first.
SELECT r.id
FROM foundation.client_requests r
WHERE r.id > %(after)s
    AND NOT EXISTS (SELECT FROM foundation.client_request_ends e WHERE e.request_id = r.id)
ORDER BY r.id LIMIT %(most)s;

-- name: end_client_request
-- Says what became of a request; gives nothing when that was said before.
INSERT INTO foundation.client_request_ends (request_id, completed, client_id, object_ref, answer, ended_at)
SELECT r.id, %(object_ref)s::text IS NOT NULL, r.client_id, %(object_ref)s, %(answer)s, %(now)s
FROM foundation.client_requests r WHERE r.id = %(id)s
ON CONFLICT (request_id) DO NOTHING
RETURNING request_id;

-- name: insert_webhook
-- Keeps an address of a client's; gives nothing when there is one with this id.
INSERT INTO foundation.webhooks (id, client_id, url, key_version, asked_seq, begun_at)
VALUES (%(id)s, %(client_id)s, %(url)s, %(key_version)s, %(asked_seq)s, %(now)s)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: insert_webhook_step
-- Notes the next step of a webhook; gives nothing when another one was noted first, or the same was asked before.
INSERT INTO foundation.webhook_steps (webhook_id, number, kind, told_seq, trying_seq, events, failures, problem,
    asked_key, at)
VALUES (%(id)s, %(number)s, %(kind)s, %(told_seq)s, %(trying_seq)s, %(events)s, %(failures)s, %(problem)s,
    %(asked_key)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING number;

-- name: webhook
-- A webhook of a client's, and where it stands.
SELECT w.id, w.client_id, w.url, w.key_version, w.asked_seq, w.begun_at,
    s.number, s.kind, s.told_seq, s.trying_seq, s.failures, s.problem, s.at
FROM foundation.webhooks w
JOIN LATERAL (
    SELECT * FROM foundation.webhook_steps o WHERE o.webhook_id = w.id ORDER BY o.number DESC LIMIT 1
) s ON true
WHERE w.id = %(id)s AND w.client_id = %(client_id)s;

-- name: open_webhooks
-- The webhooks that have not ended, of one client or of all that have not ended either, oldest first.
SELECT w.id, w.client_id, w.url, w.key_version, w.asked_seq, w.begun_at,
    s.number, s.kind, s.told_seq, s.trying_seq, s.failures, s.problem, s.at
FROM foundation.webhooks w
JOIN LATERAL (
    SELECT * FROM foundation.webhook_steps o WHERE o.webhook_id = w.id ORDER BY o.number DESC LIMIT 1
) s ON s.kind <> 'ended'
WHERE (%(client_id)s::text IS NULL OR w.client_id = %(client_id)s)
    AND NOT EXISTS (SELECT FROM foundation.client_ends e WHERE e.client_id = w.client_id)
ORDER BY w.id;

-- name: webhook_steps
-- The steps of a webhook, newest first.
SELECT s.number, s.kind, s.told_seq, s.trying_seq, s.events, s.failures, s.problem, s.at
FROM foundation.webhook_steps s
WHERE s.webhook_id = %(id)s AND s.number < %(before)s AND s.kind <> 'passed'
ORDER BY s.number DESC LIMIT %(most)s;

-- name: webhook_replay
-- The webhook that was told again under a key, if it was.
SELECT s.webhook_id, s.told_seq FROM foundation.webhook_steps s WHERE s.asked_key = %(asked_key)s;

-- name: take_lead
-- Leads a follower for as long as this connection lives, unless another connection does.
SELECT pg_try_advisory_lock(hashtextextended('follower ' || %(name)s, 0));

-- name: leave_lead
-- Lets another one lead.
SELECT pg_advisory_unlock(hashtextextended('follower ' || %(name)s, 0));

-- name: still_there
-- Asks nothing: it fails when the connection is lost.
SELECT 1;
