-- The batch in hand of an import: what is to happen to each row.

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
    h.id, h.id IS NOT NULL,
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

-- name: refuse_restricted_people
-- Refuses what is new about people whose file is restricted: nothing in it changes.
UPDATE pg_temp.import_batch b
SET verdict = 'restricted_person'
WHERE b.verdict = 'update' AND EXISTS (
    SELECT FROM identity_api.restricted_people r WHERE r.person_id = b.person_id);

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
-- A new household has no id yet, and so no head: said here, for of a table that is just being filled the planner
-- believes that it is small, and would read it for each row.
WHERE b.role = 'head' AND b.verdict = 'add' AND b.household_id IS NOT NULL AND EXISTS (
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
