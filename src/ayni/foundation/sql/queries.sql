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
