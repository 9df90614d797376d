-- name: insert_restriction
-- Restricts a person's file from now on.
INSERT INTO identity.restrictions (person_id, reason, restricted_at, restricted_by)
VALUES (%(person_id)s, %(reason)s, %(now)s, %(by)s);

-- name: lift_restriction
-- Ends the restriction of a file; gives nothing when there is none.
UPDATE identity.restrictions
SET lifted_at = %(now)s, lifted_by = %(by)s, lifted_reason = %(reason)s
WHERE person_id = %(person_id)s AND lifted_at IS NULL
RETURNING number;

-- name: list_restrictions
-- Every restriction of a person's file, oldest first.
SELECT reason, restricted_at, restricted_by, lifted_at, lifted_by, lifted_reason
FROM identity.restrictions
WHERE person_id = %(person_id)s
ORDER BY number;

-- name: insert_read
-- Writes down that somebody looked at a person's file, and what for.
INSERT INTO identity.reads (person_id, kind, purpose, read_at, read_by, channel)
VALUES (%(person_id)s, %(kind)s, %(purpose)s, %(now)s, %(by)s, %(channel)s);

-- name: insert_reads_in_a_list
-- Writes down of many people that they were in a list, who asked for it, and what for.
INSERT INTO identity.reads (person_id, kind, purpose, read_at, read_by, channel)
SELECT u.person_id, 'list', %(purpose)s, %(now)s, %(by)s, %(channel)s FROM unnest(%(person_ids)s::uuid[]) u (person_id);

-- name: list_reads
-- Who looked at a person's file, oldest first.
SELECT kind, purpose, read_at, read_by, channel
FROM identity.reads
WHERE person_id = %(person_id)s
ORDER BY number;

-- name: list_files_of_human
-- The other files of the same human, in the order of their ids.
SELECT f.person_id
FROM (SELECT identity_api.canonical_id(%(person_id)s) AS person_id
    UNION
    SELECT m.person_id FROM identity_api.merged m
    WHERE m.canonical_id = identity_api.canonical_id(%(person_id)s)) f
WHERE f.person_id <> %(person_id)s
ORDER BY f.person_id;

-- name: list_verifications
-- Every answer of a register about a person's documents, oldest first.
SELECT v.document_kind, v.document_number, v.source, v.matches, v.differences, v.verified_at, v.verified_by
FROM identity.documents d
JOIN identity.verifications v ON v.document_kind = d.kind AND v.document_number = d.number AND v.person_id = d.person_id
WHERE d.person_id = %(person_id)s
ORDER BY v.number;
