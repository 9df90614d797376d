-- Files that turned out to be of one human.

-- name: insert_merge
-- Merges one file into another, and gives the merge its number.
INSERT INTO identity.merges (kept_id, merged_id, reason, decided_by, decided_at)
VALUES (%(kept_id)s, %(merged_id)s, %(reason)s, %(by)s, %(now)s)
RETURNING number;

-- name: undo_merge
-- Ends a merge, and gives its number; nothing when it has been undone before, or never was.
UPDATE identity.merges
SET undone_at = %(now)s, undone_by = %(by)s, undone_reason = %(reason)s
WHERE number = %(number)s AND undone_at IS NULL
RETURNING number;

-- name: find_merge
-- One merge.
SELECT number, kept_id, merged_id, reason, decided_by, decided_at, undone_at, undone_by, undone_reason
FROM identity.merges
WHERE number = %(number)s;

-- name: list_merges
-- Every merge that a file was ever part of, oldest first.
SELECT number, kept_id, merged_id, reason, decided_by, decided_at, undone_at, undone_by, undone_reason
FROM identity.merges
WHERE kept_id = %(person_id)s OR merged_id = %(person_id)s
ORDER BY number;

-- name: get_canonical_id
-- The file that stands for a person.
SELECT identity_api.canonical_id(%(person_id)s);

-- name: list_same_human
-- Every file of a human, in the order in which they were registered.
WITH RECURSIVE files (id) AS (
    SELECT identity_api.canonical_id(%(person_id)s)
    UNION
    SELECT m.merged_id FROM files JOIN identity.merges m ON m.kept_id = files.id AND m.undone_at IS NULL
)
SELECT id FROM files ORDER BY id;

-- name: lock_merges
-- Waits until no other merge is under way: whoever merges or undoes after this sees all of them.
SELECT pg_advisory_xact_lock(hashtextextended('identity.merges', 0));
