-- Names as they sound, and searching by them.

-- name: insert_staged_name_keys
-- Adds the name keys of the staged people.
INSERT INTO identity.name_keys (person_id, given_key, first_key, second_key)
SELECT person_id, given_key, first_key, second_key
FROM pg_temp.staged_people
WHERE given_key IS NOT NULL;

-- name: insert_name_keys
-- Adds keys of registered people, where they are not there yet.
INSERT INTO identity.name_keys (person_id, given_key, first_key, second_key)
SELECT * FROM unnest(%(people)s::uuid[], %(given)s::text[], %(first)s::text[], %(second)s::text[])
ON CONFLICT DO NOTHING;

-- name: list_people_without_name_keys
-- Some people after a given one who have no key yet, as they were first written and as they were corrected.
SELECT p.id, n.given_names, n.first_surname, n.second_surname
FROM (
    SELECT p.id, p.given_names, p.first_surname, p.second_surname
    FROM identity.people p
    WHERE p.id > %(after)s AND NOT EXISTS (SELECT FROM identity.name_keys k WHERE k.person_id = p.id)
    ORDER BY p.id
    LIMIT %(limit)s
) p
CROSS JOIN LATERAL (
    SELECT p.given_names, p.first_surname, p.second_surname
    UNION
    SELECT c.given_names, c.first_surname, c.second_surname FROM identity.corrections c WHERE c.person_id = p.id
) n
ORDER BY p.id;

-- name: set_likeness
-- How like two names, or a word and the best of a name's words, must be to be found; from 0 to 1.
SELECT set_config('pg_trgm.similarity_threshold', %(names)s, true),
    set_config('pg_trgm.word_similarity_threshold', %(words)s, true);

-- name: search_by_name
-- The people whose names sound most like a key, whatever the order of its words, the likest first. Each once, by
-- the likest of their names; among equals the first registered.
SELECT k.person_id, max(round(1000 * identity.similarity(k.key, %(key)s)))::integer AS likeness_per_mille
FROM identity.name_keys k
WHERE k.key OPERATOR(identity.%%) %(key)s
    AND NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = k.person_id AND r.lifted_at IS NULL)
    AND (%(district)s::text IS NULL OR EXISTS (
        SELECT FROM identity.addresses a
        WHERE a.person_id = k.person_id AND a.valid_until IS NULL AND a.district_code = %(district)s))
GROUP BY k.person_id
ORDER BY likeness_per_mille DESC, k.person_id
LIMIT %(limit)s;

-- name: search_by_word
-- The people one of whose names sounds most like a single word; otherwise as search_by_name.
SELECT k.person_id, max(round(1000 * identity.word_similarity(%(key)s, k.key)))::integer AS likeness_per_mille
FROM identity.name_keys k
WHERE k.key OPERATOR(identity.%%>) %(key)s
    AND NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = k.person_id AND r.lifted_at IS NULL)
    AND (%(district)s::text IS NULL OR EXISTS (
        SELECT FROM identity.addresses a
        WHERE a.person_id = k.person_id AND a.valid_until IS NULL AND a.district_code = %(district)s))
GROUP BY k.person_id
ORDER BY likeness_per_mille DESC, k.person_id
LIMIT %(limit)s;

-- name: use_indexes
-- Whether statements of this transaction may read whole tables.
SELECT set_config('enable_seqscan', %(whole_tables)s, true);

-- name: search_by_same_word
-- Some people, no matter which, one of whose names sounds exactly like a word: it may be the name of every tenth, and
-- then ranking them all would take a second and tell nothing.
SELECT DISTINCT f.person_id, 1000
FROM (
    SELECT k.person_id
    FROM identity.name_keys k
    WHERE k.key OPERATOR(identity.%%>) %(key)s
        AND NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = k.person_id AND r.lifted_at IS NULL)
        AND (%(district)s::text IS NULL OR EXISTS (
            SELECT FROM identity.addresses a
            WHERE a.person_id = k.person_id AND a.valid_until IS NULL AND a.district_code = %(district)s))
    LIMIT %(limit)s
) f
ORDER BY f.person_id;

-- name: list_found
-- What a list of people found shows of each: enough to tell them apart, and no whole document.
SELECT p.id, p.given_names, p.first_surname, p.second_surname, p.birth_on, p.birth_estimated, p.died_on,
    d.kind AS document_kind, '…' || right(d.number, 3) AS document_ends,
    a.district_code, identity_api.canonical_id(p.id) AS canonical_id
FROM unnest(%(people)s::uuid[]) WITH ORDINALITY AS f (id, place)
JOIN identity.present_people p ON p.id = f.id AND NOT p.restricted
LEFT JOIN LATERAL (
    SELECT d.kind, d.number FROM identity.documents d WHERE d.person_id = p.id
    ORDER BY d.recorded_at, d.kind, d.number LIMIT 1
) d ON true
LEFT JOIN identity.addresses a ON a.person_id = p.id AND a.valid_until IS NULL
ORDER BY f.place;

-- name: insert_search
-- Notes that somebody searched, how, and how many they found.
INSERT INTO identity.searches (kind, found, searched_at, searched_by, channel)
VALUES (%(kind)s, %(found)s, %(now)s, %(by)s, %(channel)s);

-- name: list_searches
-- The last searches, the newest first.
SELECT kind, found, searched_at, searched_by, channel FROM identity.searches ORDER BY number DESC LIMIT %(limit)s;
