-- Suspected duplicates: finding them by exact rules, the queue, and verdicts.

-- name: list_added_people
-- The people whom the batch in hand of an import has added.
SELECT person_id FROM pg_temp.import_batch WHERE verdict = 'add';

-- name: find_exact_pairs
-- Who among all people agrees with one of the given ones so exactly that an officer must look: in the whole name and
-- the birth (surnames may be swapped), or in birth, given name, one surname and telephone or district. Given names
-- agree when they sound the same or one is the beginning of the other, so that siblings and twins, who share the
-- rest, are left out. Two documents of a kind which differ in more than two digits are two humans: homonyms.
WITH asked AS MATERIALIZED (
    SELECT k.person_id, k.given_key, k.first_key, k.second_key, p.birth_on
    FROM unnest(%(people)s::uuid[]) AS a (person_id)
    JOIN identity_api.name_keys k ON k.person_id = a.person_id
    JOIN identity_api.particulars p ON p.person_id = a.person_id
    WHERE p.birth_on IS NOT NULL AND NOT p.birth_estimated AND k.given_key <> ''
),
alike AS (
    SELECT a.person_id AS one_id, k.person_id AS other_id,
        CASE WHEN a.first_key = k.first_key THEN 'same_name_and_birth' ELSE 'swapped_surnames_and_birth' END AS model,
        CASE WHEN a.first_key = k.first_key THEN 970 ELSE 930 END AS score
    FROM asked a
    JOIN identity_api.name_keys k ON k.given_key = a.given_key
        AND least(k.first_key, k.second_key) = least(a.first_key, a.second_key)
        AND greatest(k.first_key, k.second_key) = greatest(a.first_key, a.second_key)
    JOIN identity_api.particulars p ON p.person_id = k.person_id AND p.birth_on = a.birth_on
        AND NOT p.birth_estimated
    WHERE k.person_id <> a.person_id AND a.first_key <> ''
    UNION ALL
    SELECT a.person_id, k.person_id, 'same_telephone_given_name_and_birth', 900
    FROM asked a
    JOIN identity_api.current_phones one ON one.person_id = a.person_id
    JOIN identity_api.current_phones other ON other.phone = one.phone AND other.person_id <> a.person_id
    JOIN identity_api.name_keys k ON k.person_id = other.person_id
    JOIN identity_api.particulars p ON p.person_id = k.person_id AND p.birth_on = a.birth_on
    WHERE k.given_key <> '' AND (k.given_key = a.given_key OR starts_with(k.given_key || ' ', a.given_key || ' ')
            OR starts_with(a.given_key || ' ', k.given_key || ' '))
        AND (a.first_key IN (k.first_key, k.second_key) AND a.first_key <> ''
            OR a.second_key IN (k.first_key, k.second_key) AND a.second_key <> '')
),
best AS (
    SELECT DISTINCT ON (least(one_id, other_id), greatest(one_id, other_id))
        least(one_id, other_id) AS low_id, greatest(one_id, other_id) AS high_id, model, score
    FROM alike
    ORDER BY least(one_id, other_id), greatest(one_id, other_id), score DESC, model
),
compared AS (
    SELECT b.*, d.differing, EXISTS (
        SELECT FROM identity_api.current_phones l
        JOIN identity_api.current_phones h ON h.phone = l.phone AND h.person_id = b.high_id
        WHERE l.person_id = b.low_id) AS same_phone
    FROM best b
    LEFT JOIN LATERAL (
        -- In how many places the two numbers differ; numbers of unlike length in all.
        SELECT min(CASE WHEN length(l.number) <> length(h.number) THEN 99 ELSE (
            SELECT count(*) FROM generate_series(1, length(l.number)) i
            WHERE substr(l.number, i, 1) <> substr(h.number, i, 1)) END) AS differing
        FROM identity_api.document_holders l
        JOIN identity_api.document_holders h ON h.person_id = b.high_id AND h.kind = l.kind
        WHERE l.person_id = b.low_id
    ) d ON true
)
SELECT low_id, high_id, score, model, jsonb_build_object(
    'given_names', 'alike',
    'surnames', CASE model WHEN 'same_name_and_birth' THEN 'same'
        WHEN 'swapped_surnames_and_birth' THEN 'swapped' ELSE 'one of them' END,
    'birth', 'same',
    'document', CASE WHEN differing IS NULL THEN 'not on both' ELSE 'differs in a digit or two' END,
    'telephone', CASE WHEN same_phone THEN 'same' ELSE 'not shared' END) AS evidence
FROM compared
WHERE differing IS NULL OR differing <= 2
ORDER BY low_id, high_id;

-- name: insert_pairs
-- Adds pairs, and says how many are new. One that was found before, or judged, stays as it is.
INSERT INTO registry.pairs (low_id, high_id, score_per_mille, evidence, found_by, model, blocks, found_at)
SELECT least(n.one_id, n.other_id), greatest(n.one_id, n.other_id), n.score, n.evidence, n.found_by, n.model,
    n.score >= %(blocks_from)s, %(now)s
FROM unnest(%(one)s::uuid[], %(other)s::uuid[], %(score)s::integer[], %(evidence)s::jsonb[],
    %(found_by)s::text[], %(model)s::text[]) AS n (one_id, other_id, score, evidence, found_by, model)
-- In one order, so that two who add the same pairs at once wait for each other and not in a circle.
ORDER BY 1, 2
ON CONFLICT DO NOTHING;

-- name: find_pair
-- One pair, judged or not.
SELECT low_id, high_id, score_per_mille, evidence, found_by, model, found_at, blocks
FROM registry.pairs
WHERE low_id = %(low_id)s AND high_id = %(high_id)s;

-- name: list_open_pairs
-- What waits for a verdict: the likeliest first, and after all others what an officer was unsure about.
SELECT low_id, high_id, score_per_mille, evidence, found_by, model, found_at, blocks
FROM registry.open_pairs
ORDER BY unsure_number NULLS FIRST, score_per_mille DESC, low_id, high_id
LIMIT %(limit)s;

-- name: count_open_pairs
-- How many pairs wait for a verdict, and how many of them hold up payments.
SELECT count(*), count(*) FILTER (WHERE blocks) FROM registry.open_pairs;

-- name: list_pairs_for_officer
-- The next pairs for an officer: the one on the table, then as in list_open_pairs. Left out are those that others
-- have on the table, and everybody of the officer's own household.
SELECT p.low_id, p.high_id, p.score_per_mille, p.evidence, p.found_by, p.model, p.found_at, p.blocks
FROM registry.open_pairs p
LEFT JOIN registry.leases l ON l.low_id = p.low_id AND l.high_id = p.high_id AND l.leased_until > %(now)s
WHERE (l.leased_to IS NULL OR l.leased_to = %(officer)s)
    AND p.low_id <> ALL(%(own)s::uuid[]) AND p.high_id <> ALL(%(own)s::uuid[])
ORDER BY l.leased_to NULLS LAST, p.unsure_number NULLS FIRST, p.score_per_mille DESC, p.low_id, p.high_id
LIMIT 20;

-- name: take_lease
-- Puts a pair on an officer's table, unless somebody else has it there.
INSERT INTO registry.leases AS l (low_id, high_id, leased_to, leased_until)
VALUES (%(low_id)s, %(high_id)s, %(officer)s, %(until)s)
ON CONFLICT (low_id, high_id) DO UPDATE SET leased_to = excluded.leased_to, leased_until = excluded.leased_until
    WHERE l.leased_until <= %(now)s OR l.leased_to = excluded.leased_to
RETURNING low_id;

-- name: drop_lease
-- Takes a pair from the table.
DELETE FROM registry.leases WHERE low_id = %(low_id)s AND high_id = %(high_id)s;

-- name: insert_verdict
-- Adds a verdict that follows the last one (or none), and gives its number.
INSERT INTO registry.verdicts (low_id, high_id, verdict, reason, decided_by, decided_at, follows)
VALUES (%(low_id)s, %(high_id)s, %(verdict)s, %(reason)s, %(by)s, %(now)s, %(follows)s)
RETURNING number;

-- name: list_verdicts
-- What was decided about a pair, oldest first.
SELECT number, low_id, high_id, verdict, reason, decided_by, decided_at
FROM registry.verdicts
WHERE low_id = %(low_id)s AND high_id = %(high_id)s
ORDER BY number;

-- name: list_verdicts_among
-- The verdicts in force, of one kind, of pairs with one file among the first and the other among the second people.
SELECT v.number, v.low_id, v.high_id, v.verdict, v.reason, v.decided_by, v.decided_at
FROM registry.verdicts v
WHERE v.verdict = %(verdict)s
    AND (v.low_id = ANY(%(first)s) AND v.high_id = ANY(%(second)s)
        OR v.low_id = ANY(%(second)s) AND v.high_id = ANY(%(first)s))
    AND NOT EXISTS (SELECT FROM registry.verdicts n
        WHERE n.low_id = v.low_id AND n.high_id = v.high_id AND n.follows = v.number)
ORDER BY v.number;
