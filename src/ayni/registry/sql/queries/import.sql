-- An import: its one place, its stage, and what came of it.

-- name: lock_imports
-- Whether this session now holds the one place for an import.
SELECT pg_try_advisory_lock(7741001);

-- name: unlock_imports
-- Gives the place back.
SELECT pg_advisory_unlock(7741001);

-- name: open_import
-- Makes this session's tables for an import.
SELECT registry.open_import();

-- name: close_import
-- Removes this session's tables of an import.
SELECT registry.close_import();

-- name: plan_import
-- Puts whole households into batches, and finds documents that the file has twice.
SELECT registry.plan_import();

-- name: copy_stage
-- Takes rows that were read.
COPY pg_temp.import_stage FROM STDIN;

-- name: copy_refusals
-- Takes the reasons for rows that could not be used.
COPY pg_temp.import_refusals (line, column_name, code, reason) FROM STDIN;

-- name: list_batches
-- The batches in their order.
SELECT DISTINCT batch FROM pg_temp.import_households ORDER BY batch;

-- name: count_refusals
-- How many notes the report has of each code, and on how many lines of refused rows.
SELECT code, flagged, count(*), (SELECT count(DISTINCT line) FROM pg_temp.import_refusals WHERE NOT flagged)
FROM pg_temp.import_refusals
GROUP BY code, flagged
ORDER BY code;

-- name: list_refusals
-- The notes of the report in the order of the file.
SELECT line, column_name, code, reason, other_line
FROM pg_temp.import_refusals
ORDER BY line, column_name, code, other_line;

-- name: insert_import
-- Notes that an import begins.
INSERT INTO registry.imports (id, source, file_digest, observed_on, started_at)
VALUES (%(import_id)s, %(source)s, %(digest)s, %(on)s, %(now)s);

-- name: insert_import_result
-- Notes what came of an import.
INSERT INTO registry.import_results (import_id, rows_read, people_added, households_added, updated, unchanged,
    refused, finished_at)
VALUES (%(import_id)s, %(rows_read)s, %(people_added)s, %(households_added)s, %(updated)s, %(unchanged)s,
    %(refused)s, %(now)s);
