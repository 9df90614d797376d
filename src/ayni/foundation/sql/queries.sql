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
