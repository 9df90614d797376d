-- Changes of households: who moves, and what an officer must look at.

-- name: list_household_history
-- Every membership of a household that was ever in force, oldest first.
SELECT household_id, person_id, role, valid_from, valid_until
FROM registry.memberships
WHERE household_id = %(household_id)s AND (valid_until IS NULL OR valid_until >= valid_from)
ORDER BY valid_from, role <> 'head', number;

-- name: find_overlapping_membership
-- The first membership of a person that is in force on a day or later.
SELECT household_id, person_id, role, valid_from, valid_until
FROM registry.memberships
WHERE person_id = %(person_id)s AND (valid_until IS NULL OR valid_until >= greatest(%(on)s, valid_from))
ORDER BY valid_from, number
LIMIT 1;

-- name: find_present_membership
-- The membership of a person that has no end.
SELECT household_id, person_id, role, valid_from, valid_until
FROM registry.memberships
WHERE person_id = %(person_id)s AND valid_until IS NULL;

-- name: list_present_members
-- Who belongs to a household without an end, the head first.
SELECT household_id, person_id, role, valid_from, valid_until
FROM registry.memberships
WHERE household_id = %(household_id)s AND valid_until IS NULL
ORDER BY role <> 'head', number;

-- name: lock_households
-- Lets one change of these households after another, always in one order.
SELECT pg_advisory_xact_lock(uuid_hash_extended(h.id, 0))
FROM (SELECT DISTINCT unnest(%(household_ids)s::uuid[]) AS id ORDER BY 1) h;

-- name: flag_households
-- Asks for a look at households whose members cannot be so old.
SELECT registry.flag_ages(%(household_ids)s::uuid[], %(now)s);

-- name: flag_sources
-- Asks for a look where two sources say different things of one day about a subject.
SELECT registry.flag_disagreeing_sources(ARRAY[%(subject_id)s::uuid], %(on)s, %(now)s);

-- name: flag_missing_heads
-- Asks for a head where somebody lives and nobody is the head.
INSERT INTO registry.flags (household_id, reason, details, raised_at)
SELECT h.id, 'no_head', '{}', %(now)s
FROM unnest(%(household_ids)s::uuid[]) AS h (id)
WHERE EXISTS (
        SELECT FROM registry.memberships m WHERE m.household_id = h.id AND m.valid_until IS NULL)
    AND NOT EXISTS (
        SELECT FROM registry.memberships m
        WHERE m.household_id = h.id AND m.valid_until IS NULL AND m.role = 'head')
ON CONFLICT (household_id, reason) WHERE resolved_at IS NULL DO NOTHING;

-- name: settle_missing_heads
-- Settles the flag where there is a head, or nobody any more.
UPDATE registry.flags f
SET resolved_at = %(now)s, resolution = 'put right by a change of the household'
WHERE f.household_id = ANY (%(household_ids)s) AND f.reason = 'no_head' AND f.resolved_at IS NULL
    AND (EXISTS (
            SELECT FROM registry.memberships m
            WHERE m.household_id = f.household_id AND m.valid_until IS NULL AND m.role = 'head')
        OR NOT EXISTS (
            SELECT FROM registry.memberships m
            WHERE m.household_id = f.household_id AND m.valid_until IS NULL));

-- name: resolve_flag
-- Settles one open flag of a household with a reason.
UPDATE registry.flags
SET resolved_at = %(now)s, resolution = %(reason)s
WHERE household_id = %(household_id)s AND reason = %(flag)s AND resolved_at IS NULL
RETURNING number;

-- name: list_open_flags
-- What waits for adjudication in all households, oldest first.
SELECT household_id, reason, details, raised_at
FROM registry.flags
WHERE resolved_at IS NULL
ORDER BY number
LIMIT %(most)s;

-- name: insert_class
-- Adds an evaluation of a household.
INSERT INTO registry.classes (household_id, class, source, valid_from, valid_until, recorded_at)
VALUES (%(household_id)s, %(word)s, %(source)s, %(valid_from)s, %(valid_until)s, %(now)s);

-- name: list_classes
-- Every evaluation of a household, oldest first.
SELECT household_id, class AS word, source, valid_from, valid_until
FROM registry.classes
WHERE household_id = %(household_id)s
ORDER BY valid_from, number;

-- name: list_lapsing_classes
-- Classes that hold on a day and no longer on another, those that lapse first before the others: of households in
-- which somebody lives.
SELECT household_id, class AS word, source, valid_from, valid_until
FROM registry_api.classes_on(%(on)s) k
WHERE valid_until >= %(on)s AND valid_until < %(until)s
    AND EXISTS (SELECT FROM registry.memberships m
        WHERE m.household_id = k.household_id AND (m.valid_until IS NULL OR m.valid_until >= %(on)s))
ORDER BY valid_until, household_id
LIMIT %(most)s;

-- name: list_class_warnings
-- When households were last warned that their class lapses.
SELECT household_id, max(warned_at)
FROM registry.class_warnings
WHERE household_id = ANY (%(households)s)
GROUP BY household_id;

-- name: warn_of_lapsing
-- Notes a warning for each class that holds on a day and no longer on another, once.
INSERT INTO registry.class_warnings (class_number, household_id, lapses_after, warned_at)
SELECT c.number, c.household_id, c.valid_until, %(now)s
FROM registry_api.classes_on(%(on)s) k
JOIN registry.classes c ON c.household_id = k.household_id AND c.valid_from = k.valid_from AND c.class = k.class
    AND c.valid_until = k.valid_until AND c.source = k.source
WHERE k.valid_until >= %(on)s AND k.valid_until < %(until)s
    AND EXISTS (SELECT FROM registry.memberships m
        WHERE m.household_id = k.household_id AND (m.valid_until IS NULL OR m.valid_until >= %(on)s))
ON CONFLICT (class_number) DO NOTHING;
