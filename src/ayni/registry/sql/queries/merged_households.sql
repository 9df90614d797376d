-- What becomes of households when files are merged, and when that is taken back.

-- name: insert_verdict_merge
-- Notes which merge follows from which verdict.
INSERT INTO registry.verdict_merges (merge_number, verdict_number) VALUES (%(merge)s, %(verdict)s);

-- name: list_verdict_merges
-- The merges that followed from verdicts among these people, the newest first.
SELECT x.merge_number
FROM registry.verdict_merges x
JOIN registry.verdicts v ON v.number = x.verdict_number
WHERE v.low_id = ANY(%(people)s) AND v.high_id = ANY(%(people)s)
ORDER BY x.merge_number DESC;

-- name: list_own_people
-- Files that an officer may not judge: their own, and of everybody who shares a household with one of those today.
SELECT own.id FROM unnest(%(files)s::uuid[]) AS own (id)
UNION
SELECT other.person_id
FROM unnest(%(files)s::uuid[]) AS own (id)
JOIN registry.memberships mine ON mine.person_id = own.id
JOIN registry.memberships other ON other.household_id = mine.household_id
WHERE mine.valid_from <= %(on)s AND (mine.valid_until IS NULL OR mine.valid_until >= %(on)s)
    AND other.valid_from <= %(on)s AND (other.valid_until IS NULL OR other.valid_until >= %(on)s);

-- name: close_memberships_of_merged
-- Ends, on the day before, all present memberships of a human but one: the kept file's own, else the oldest.
WITH present AS (
    SELECT m.number, row_number() OVER (ORDER BY m.person_id <> %(kept_id)s, m.number) AS place
    FROM unnest(%(files)s::uuid[]) AS f (id)
    JOIN registry.memberships m ON m.person_id = f.id
    WHERE m.valid_until IS NULL
)
UPDATE registry.memberships m
SET valid_until = greatest(m.valid_from - 1, %(on)s::date - 1)
FROM present
WHERE m.number = present.number AND present.place > 1
RETURNING m.number, m.household_id, m.role;

-- name: insert_merge_closing
-- Notes that a membership ended because of a merge.
INSERT INTO registry.merge_closings (membership_number, merge_number, closed_at)
VALUES (%(membership)s, %(merge)s, %(now)s);

-- name: flag_missing_head
-- Asks for adjudication of a household that has lost its head and has somebody left.
INSERT INTO registry.flags (household_id, reason, details, raised_at)
SELECT %(household_id)s, 'no_head', '{}', %(now)s
WHERE EXISTS (SELECT FROM registry.memberships m
        WHERE m.household_id = %(household_id)s AND m.valid_until IS NULL)
    AND NOT EXISTS (SELECT FROM registry.memberships m
        WHERE m.household_id = %(household_id)s AND m.valid_until IS NULL AND m.role = 'head')
ON CONFLICT (household_id, reason) WHERE resolved_at IS NULL DO NOTHING;

-- name: list_closings_to_reopen
-- Memberships of these people that a merge has ended and that were not begun again, the oldest first; with whether
-- the household has a head at present.
SELECT c.membership_number, m.person_id, m.household_id, m.role,
    EXISTS (SELECT FROM registry.memberships h
        WHERE h.household_id = m.household_id AND h.role = 'head' AND h.valid_until IS NULL) AS has_head
FROM registry.merge_closings c
JOIN registry.memberships m ON m.number = c.membership_number
WHERE m.person_id = ANY(%(people)s)
    AND NOT EXISTS (SELECT FROM registry.merge_reopenings r WHERE r.membership_number = c.membership_number)
ORDER BY c.membership_number;

-- name: has_present_membership
-- Whether one of these files belongs to a household at present, or will.
SELECT EXISTS (
    SELECT FROM unnest(%(files)s::uuid[]) AS f (id)
    JOIN registry.memberships m ON uuid_hash_extended(m.person_id, 0) = uuid_hash_extended(f.id, 0)
        AND m.person_id = f.id
    WHERE m.valid_until IS NULL OR m.valid_until >= %(on)s);

-- name: reopen_membership
-- Begins a membership again where a merge had ended it, as a new row.
WITH begun AS (
    INSERT INTO registry.memberships (household_id, person_id, role, valid_from, recorded_at)
    SELECT m.household_id, m.person_id, %(role)s, %(on)s, %(now)s
    FROM registry.memberships m
    WHERE m.number = %(membership)s
    RETURNING number
)
INSERT INTO registry.merge_reopenings (membership_number, reopened_number, reopened_at)
SELECT %(membership)s, number, %(now)s FROM begun;
