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

-- name: empty_batch
-- Clears the batch before.
TRUNCATE pg_temp.import_batch, pg_temp.import_batch_households, pg_temp.import_variants,
    pg_temp.import_disagreements;

-- name: judge_batch
-- Takes one batch and says of each row what is to happen: add, update, unchanged, or why it is refused.
INSERT INTO pg_temp.import_batch
SELECT s.line, s.household_code, s.role, s.person_key, s.core, s.fingerprint, s.document_kind,
    s.document_number, s.first_surname, s.second_surname, s.given_names, s.birth_on, s.birth_estimated, s.sex,
    s.district_code, s.address_line, s.phone, s.language, s.synthetic, s.person_facts, s.household_facts,
    h.id,
    coalesce(k.person_id, registry.new_id(%(now)s)),
    CASE
        WHEN s.size > %(largest)s THEN 'household_too_large'
        WHEN s.line > s.first_line AND s.fingerprint = s.first_fingerprint THEN 'same_row_twice'
        WHEN s.line > s.first_line THEN 'contradictory_rows'
        WHEN k.fingerprint = s.fingerprint THEN 'unchanged'
        WHEN k.core <> s.core THEN 'differs_from_registry'
        WHEN k.core = s.core THEN 'update'
        WHEN s.line > d.first_line THEN 'document_twice_in_file'
        WHEN o.person_id IS NOT NULL THEN 'document_held'
        ELSE 'add'
    END,
    CASE
        WHEN s.size > %(largest)s THEN NULL
        WHEN s.line > s.first_line THEN s.first_line
        WHEN k.person_id IS NULL AND s.line > d.first_line THEN d.first_line
    END
FROM (
    SELECT s.*, b.size,
        first_value(s.line) OVER same_person AS first_line,
        first_value(s.fingerprint) OVER same_person AS first_fingerprint
    FROM pg_temp.import_households b
    JOIN pg_temp.import_stage s ON s.household_code = b.household_code
    WHERE b.batch = %(batch)s
    WINDOW same_person AS (PARTITION BY s.household_code, s.person_key ORDER BY s.line)
) s
LEFT JOIN registry.households h ON h.source = %(source)s AND h.code = s.household_code
LEFT JOIN LATERAL (
    SELECT r.person_id, r.core, r.fingerprint
    FROM registry.import_rows r
    WHERE r.household_id = h.id AND r.person_key = s.person_key
    ORDER BY r.number DESC
    LIMIT 1
) k ON true
LEFT JOIN pg_temp.import_document_lines d
    ON d.document_kind = s.document_kind AND d.document_number = s.document_number
LEFT JOIN identity_api.document_holders o ON o.kind = s.document_kind AND o.number = s.document_number
ORDER BY s.line;

-- name: refuse_second_heads
-- Of several heads of a household keeps the one that is known, or the first in the file, and refuses the others.
UPDATE pg_temp.import_batch b
SET verdict = 'second_head', other_line = x.first_line
FROM (
    SELECT line, first_value(line) OVER (
        PARTITION BY household_code ORDER BY verdict = 'add', line) AS first_line
    FROM pg_temp.import_batch
    WHERE role = 'head' AND verdict IN ('add', 'update', 'unchanged')
) x
WHERE b.line = x.line AND b.line <> x.first_line AND b.verdict = 'add';

-- name: refuse_heads_beside_known_ones
-- Refuses a new head where the registry has one whom the file does not name.
UPDATE pg_temp.import_batch b
SET verdict = 'second_head'
WHERE b.role = 'head' AND b.verdict = 'add' AND EXISTS (
    SELECT FROM registry.memberships m
    WHERE m.household_id = b.household_id AND m.role = 'head'
        AND (m.valid_until IS NULL OR m.valid_until >= %(on)s));

-- name: insert_batch_households
-- Adds the households of the batch that are new.
INSERT INTO registry.households (id, source, code, recorded_at)
SELECT registry.new_id(%(now)s), %(source)s, n.household_code, %(now)s
FROM (
    SELECT household_code
    FROM pg_temp.import_batch
    WHERE household_id IS NULL AND verdict = 'add'
    GROUP BY household_code
    ORDER BY min(line)
) n;

-- name: name_batch_households
-- Tells the rows of the batch which households were made for them.
UPDATE pg_temp.import_batch b
SET household_id = h.id
FROM registry.households h
WHERE b.household_id IS NULL AND b.verdict = 'add' AND h.source = %(source)s AND h.code = b.household_code;

-- name: list_new_people
-- The people whom the batch adds, with all that it says of who they are.
SELECT person_id, given_names, first_surname, second_surname, birth_on, birth_estimated, sex, language,
    synthetic, document_kind, document_number, phone, district_code, address_line
FROM pg_temp.import_batch
WHERE verdict = 'add'
ORDER BY line;

-- name: list_changed_people
-- Where the people live whom the batch updates, and their telephones.
SELECT person_id, phone, district_code, address_line
FROM pg_temp.import_batch
WHERE verdict = 'update'
ORDER BY line;

-- name: insert_batch_memberships
-- Puts the new people into their households.
INSERT INTO registry.memberships (household_id, person_id, role, valid_from, recorded_at)
SELECT household_id, person_id, role, %(on)s, %(now)s
FROM pg_temp.import_batch
WHERE verdict = 'add'
ORDER BY line;

-- name: insert_batch_memory
-- Remembers what was said of each person, as hashes.
INSERT INTO registry.import_rows (household_id, person_key, core, fingerprint, person_id, import_id, line)
SELECT household_id, person_key, core, fingerprint, person_id, %(import_id)s, line
FROM pg_temp.import_batch
WHERE verdict IN ('add', 'update')
ORDER BY line;

-- name: insert_batch_person_facts
-- Adds what is new about people.
INSERT INTO registry.records (subject_kind, subject_id, observed_on, source, facts, recorded_at)
SELECT 'person', b.person_id, %(on)s, %(source)s, b.person_facts, %(now)s
FROM pg_temp.import_batch b
WHERE b.person_facts <> '{}' AND (b.verdict = 'add' OR b.verdict = 'update' AND NOT (
    SELECT registry.lay_over(r.facts ORDER BY r.observed_on, r.number) @> b.person_facts
    FROM registry.records r
    WHERE r.subject_id = b.person_id AND r.observed_on <= %(on)s))
ORDER BY b.line;

-- name: gather_batch_households
-- The households of the batch that have a usable row, and whether anything about them is new.
INSERT INTO pg_temp.import_batch_households
SELECT household_id, min(line), bool_or(verdict <> 'unchanged')
FROM pg_temp.import_batch
WHERE verdict IN ('add', 'update', 'unchanged')
GROUP BY household_id;

-- name: gather_variants
-- What the rows of each household say of it, each different version once with its first line.
INSERT INTO pg_temp.import_variants
SELECT household_id, household_facts, min(line)
FROM pg_temp.import_batch
WHERE verdict IN ('add', 'update', 'unchanged') AND household_facts <> '{}'
GROUP BY household_id, household_facts;

-- name: find_disagreements
-- Facts of a household on which its rows disagree, with the first line of each of two values.
INSERT INTO pg_temp.import_disagreements
SELECT household_id, name, min(line), (array_agg(line ORDER BY line))[2]
FROM (
    SELECT v.household_id, f.key AS name, f.value, min(v.line) AS line
    FROM pg_temp.import_variants v
    CROSS JOIN LATERAL jsonb_each(v.household_facts) f
    WHERE v.household_id IN (
        SELECT household_id FROM pg_temp.import_variants GROUP BY household_id HAVING count(*) > 1)
    GROUP BY v.household_id, f.key, f.value
) said
GROUP BY household_id, name
HAVING count(*) > 1;

-- name: find_district_disagreements
-- Households whose rows name several districts, with two of the lines.
INSERT INTO pg_temp.import_disagreements
SELECT household_id, NULL, min(line), (array_agg(line ORDER BY line))[2]
FROM (
    SELECT household_id, district_code, min(line) AS line
    FROM pg_temp.import_batch
    WHERE verdict IN ('add', 'update', 'unchanged') AND district_code IS NOT NULL
    GROUP BY household_id, district_code
) said
GROUP BY household_id
HAVING count(*) > 1;

-- name: insert_batch_household_facts
-- Adds what is new about households, without the facts on which their rows disagree.
INSERT INTO registry.records (subject_kind, subject_id, observed_on, source, facts, recorded_at)
SELECT 'household', n.household_id, %(on)s, %(source)s, n.facts, %(now)s
FROM (
    SELECT v.household_id, registry.lay_over(v.household_facts ORDER BY v.line) - ARRAY(
        SELECT d.name FROM pg_temp.import_disagreements d
        WHERE d.household_id = v.household_id AND d.name IS NOT NULL) AS facts
    FROM pg_temp.import_variants v
    JOIN pg_temp.import_batch_households t ON t.household_id = v.household_id AND t.touched
    GROUP BY v.household_id
) n
WHERE n.facts <> '{}' AND NOT (
    SELECT registry.lay_over(r.facts ORDER BY r.observed_on, r.number) @> n.facts
    FROM registry.records r
    WHERE r.subject_id = n.household_id AND r.observed_on <= %(on)s);

-- name: insert_batch_locations
-- Adds the districts of households where they are new; null where the rows disagree.
INSERT INTO registry.locations (household_id, district_code, observed_on, recorded_at)
SELECT n.household_id, n.district_code, %(on)s, %(now)s
FROM (
    SELECT b.household_id,
        CASE WHEN count(DISTINCT b.district_code) = 1 THEN min(b.district_code) END AS district_code
    FROM pg_temp.import_batch b
    JOIN pg_temp.import_batch_households t ON t.household_id = b.household_id AND t.touched
    WHERE b.verdict IN ('add', 'update', 'unchanged') AND b.district_code IS NOT NULL
    GROUP BY b.household_id
) n
LEFT JOIN LATERAL (
    SELECT l.number, l.district_code
    FROM registry.locations l
    WHERE l.household_id = n.household_id AND l.observed_on <= %(on)s
    ORDER BY l.observed_on DESC, l.number DESC
    LIMIT 1
) l ON true
WHERE l.number IS NULL OR l.district_code IS DISTINCT FROM n.district_code;

-- name: report_batch
-- Notes for the report the rows that were refused, households without a head, and what rows disagree on.
INSERT INTO pg_temp.import_refusals (line, column_name, code, other_line, flagged)
SELECT line, NULL, verdict, other_line, false
FROM pg_temp.import_batch
WHERE verdict NOT IN ('add', 'update', 'unchanged')
UNION ALL
SELECT t.first_line, NULL, 'no_head', NULL, true
FROM pg_temp.import_batch_households t
WHERE NOT EXISTS (
    SELECT FROM registry.memberships m
    WHERE m.household_id = t.household_id AND m.role = 'head' AND m.valid_until IS NULL)
UNION ALL
SELECT d.other_line, 'household.' || d.name,
    CASE WHEN d.name IS NULL THEN 'district_disagrees' ELSE 'facts_disagree' END, d.line, true
FROM pg_temp.import_disagreements d;

-- name: raise_flags
-- Asks for adjudication of the households of the batch that are new or changed and need it.
INSERT INTO registry.flags (household_id, reason, details, raised_at)
SELECT t.household_id, 'no_head', '{}', %(now)s
FROM pg_temp.import_batch_households t
WHERE t.touched AND NOT EXISTS (
    SELECT FROM registry.memberships m
    WHERE m.household_id = t.household_id AND m.role = 'head' AND m.valid_until IS NULL)
UNION ALL
SELECT d.household_id,
    CASE WHEN d.name IS NULL THEN 'district_disagrees' ELSE 'facts_disagree' END,
    jsonb_build_object('facts', jsonb_agg(d.name ORDER BY d.name) FILTER (WHERE d.name IS NOT NULL)),
    %(now)s
FROM pg_temp.import_disagreements d
JOIN pg_temp.import_batch_households t ON t.household_id = d.household_id AND t.touched
GROUP BY d.household_id, d.name IS NULL
ON CONFLICT (household_id, reason) WHERE resolved_at IS NULL DO NOTHING;

-- name: resolve_flags
-- Settles what the batch has put right: a head who was missing, rows that now agree.
UPDATE registry.flags f
SET resolved_at = %(now)s, resolution = 'put right by an import'
FROM pg_temp.import_batch_households t
WHERE f.household_id = t.household_id AND t.touched AND f.resolved_at IS NULL AND CASE f.reason
    WHEN 'no_head' THEN EXISTS (
        SELECT FROM registry.memberships m
        WHERE m.household_id = t.household_id AND m.role = 'head' AND m.valid_until IS NULL)
    WHEN 'facts_disagree' THEN NOT EXISTS (
        SELECT FROM pg_temp.import_disagreements d
        WHERE d.household_id = t.household_id AND d.name IS NOT NULL)
    ELSE NOT EXISTS (
        SELECT FROM pg_temp.import_disagreements d
        WHERE d.household_id = t.household_id AND d.name IS NULL)
END;

-- name: count_batch
-- How many rows of the batch had which verdict.
SELECT verdict, count(*) FROM pg_temp.import_batch GROUP BY verdict;

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

-- name: declare_facts
-- Adds names of facts; those that exist stay as they are.
INSERT INTO registry.fact_names (subject_kind, name, type, meaning, declared_at)
SELECT f.subject_kind, f.name, f.type, f.meaning, %(now)s
FROM unnest(%(subject_kinds)s::text[], %(names)s::text[], %(types)s::text[], %(meanings)s::text[])
    AS f (subject_kind, name, type, meaning)
ON CONFLICT (subject_kind, name) DO NOTHING;

-- name: list_fact_names
-- Every declared fact, by subject and name.
SELECT subject_kind, name, type, meaning FROM registry.fact_names ORDER BY subject_kind, name;

-- name: insert_record
-- Adds what one survey or declaration said of one household or person.
INSERT INTO registry.records (subject_kind, subject_id, observed_on, source, facts, recorded_at)
VALUES (%(subject_kind)s, %(subject_id)s, %(on)s, %(source)s, %(facts)s, %(now)s);

-- name: list_records
-- Everything that was ever said of one subject, oldest first.
SELECT observed_on, source, facts, recorded_at
FROM registry.records
WHERE subject_id = %(subject_id)s AND subject_kind = %(subject_kind)s
ORDER BY observed_on, number;

-- name: insert_household
-- Adds one household.
INSERT INTO registry.households (id, source, code, recorded_at)
VALUES (%(household_id)s, %(source)s, %(code)s, %(now)s);

-- name: find_household
-- One household, by its id or by its source's code.
SELECT id, source, code, recorded_at
FROM registry.households
WHERE id = %(household_id)s OR (source = %(source)s AND code = %(code)s);

-- name: insert_membership
-- Puts one person into one household.
INSERT INTO registry.memberships (household_id, person_id, role, valid_from, recorded_at)
VALUES (%(household_id)s, %(person_id)s, %(role)s, %(on)s, %(now)s);

-- name: close_membership
-- Ends the present membership of a person; says of which household it was.
UPDATE registry.memberships SET valid_until = %(last_day)s
WHERE person_id = %(person_id)s AND valid_until IS NULL
RETURNING household_id;

-- name: list_members
-- Who belonged to a household on a day: the head first.
SELECT household_id, person_id, role, valid_from, valid_until
FROM registry.memberships
WHERE household_id = %(household_id)s AND valid_from <= %(on)s AND (valid_until IS NULL OR valid_until >= %(on)s)
ORDER BY role <> 'head', number;

-- name: find_membership
-- The household of a person on a day.
SELECT household_id, person_id, role, valid_from, valid_until
FROM registry.memberships
WHERE person_id = %(person_id)s AND valid_from <= %(on)s AND (valid_until IS NULL OR valid_until >= %(on)s);

-- name: list_flags
-- What waits for adjudication in a household, oldest first.
SELECT household_id, reason, details, raised_at
FROM registry.flags
WHERE household_id = %(household_id)s AND resolved_at IS NULL
ORDER BY number;
