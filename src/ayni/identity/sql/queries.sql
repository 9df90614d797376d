-- name: stage_people
-- Makes the empty table that a bulk registration is copied into, for this transaction only.
CREATE TEMP TABLE IF NOT EXISTS staged_people (
    person_id uuid NOT NULL,
    first_surname text,
    second_surname text,
    given_names text,
    birth_on date,
    birth_estimated boolean,
    sex text,
    language text,
    synthetic boolean,
    document_kind text,
    document_number text,
    phone text,
    district_code text,
    address_line text,
    given_key text,
    first_key text,
    second_key text
) ON COMMIT DELETE ROWS;

-- name: empty_staged_people
-- Clears what an earlier call in this transaction has staged.
DELETE FROM pg_temp.staged_people;

-- name: copy_staged_people
-- Takes people from the caller into the staging table.
COPY pg_temp.staged_people FROM STDIN;

-- name: insert_staged_people
-- Adds the staged people.
INSERT INTO identity.people (id, first_surname, second_surname, given_names, birth_on, birth_estimated,
    sex, language, synthetic, recorded_at)
SELECT person_id, first_surname, second_surname, given_names, birth_on, birth_estimated,
    sex, language, synthetic, %(now)s
FROM pg_temp.staged_people;

-- name: insert_staged_documents
-- Adds the documents of the staged people.
INSERT INTO identity.documents (kind, number, person_id, recorded_at)
SELECT document_kind, document_number, person_id, %(now)s
FROM pg_temp.staged_people
WHERE document_number IS NOT NULL;

-- name: insert_staged_contacts
-- Adds those telephones of the staged people that are not yet theirs.
INSERT INTO identity.contacts (person_id, phone, valid_from, recorded_at)
SELECT person_id, phone, %(on)s, %(now)s
FROM pg_temp.staged_people
WHERE phone IS NOT NULL
ON CONFLICT (person_id, phone) WHERE valid_until IS NULL DO NOTHING;

-- name: insert_staged_addresses
-- Adds the addresses of the staged people who have no present one.
INSERT INTO identity.addresses (person_id, district_code, line, valid_from, recorded_at)
SELECT person_id, district_code, address_line, %(on)s, %(now)s
FROM pg_temp.staged_people
WHERE district_code IS NOT NULL OR address_line IS NOT NULL
ON CONFLICT (person_id) WHERE valid_until IS NULL DO NOTHING;

-- name: close_changed_addresses
-- Closes, on the day before, the present addresses from which staged people have moved.
UPDATE identity.addresses a
SET valid_until = %(on)s::date - 1
FROM pg_temp.staged_people s
WHERE a.person_id = s.person_id AND a.valid_until IS NULL AND a.valid_from <= %(on)s
    AND (s.district_code IS NOT NULL OR s.address_line IS NOT NULL)
    AND (a.district_code, a.line) IS DISTINCT FROM (s.district_code, s.address_line);

-- name: drop_restricted_staged
-- Leaves out people whose file is restricted: nothing new is kept of them, and the others of a list are.
DELETE FROM pg_temp.staged_people s
USING identity.restrictions r
WHERE r.person_id = s.person_id AND r.lifted_at IS NULL;

-- name: find_unknown_staged
-- A staged person who is not registered, or nothing.
SELECT s.person_id
FROM pg_temp.staged_people s
LEFT JOIN identity.people p ON p.id = s.person_id
WHERE p.id IS NULL
LIMIT 1;

-- name: find_person
-- One person by id, as known now.
SELECT id, first_surname, second_surname, given_names, birth_on, birth_estimated, sex, language,
    synthetic, recorded_at, died_on, restricted
FROM identity.present_people
WHERE id = %(person_id)s;

-- name: find_holder
-- The person who holds a document.
SELECT p.id, p.first_surname, p.second_surname, p.given_names, p.birth_on, p.birth_estimated, p.sex,
    p.language, p.synthetic, p.recorded_at, p.died_on, p.restricted
FROM identity.documents d
JOIN identity.present_people p ON p.id = d.person_id
WHERE d.kind = %(kind)s AND d.number = %(number)s;

-- name: list_people_by_phone
-- Everybody whom a telephone reaches at present, in the order in which they were registered.
SELECT p.id, p.first_surname, p.second_surname, p.given_names, p.birth_on, p.birth_estimated, p.sex,
    p.language, p.synthetic, p.recorded_at, p.died_on, p.restricted
FROM identity.contacts c
JOIN identity.present_people p ON p.id = c.person_id
WHERE c.phone = %(phone)s AND c.valid_until IS NULL
ORDER BY p.id;

-- name: list_documents
-- A person's documents, each with the last answer of a register.
SELECT d.kind, d.number, coalesce(v.matches, false) AS verified, v.verified_at, v.source AS verified_by
FROM identity.documents d
LEFT JOIN LATERAL (
    SELECT v.matches, v.verified_at, v.source
    FROM identity.verifications v
    WHERE v.document_kind = d.kind AND v.document_number = d.number AND v.person_id = d.person_id
    ORDER BY v.number DESC
    LIMIT 1
) v ON true
WHERE d.person_id = %(person_id)s
ORDER BY d.recorded_at, d.kind, d.number;

-- name: insert_document
-- Adds one document of a person.
INSERT INTO identity.documents (kind, number, person_id, recorded_at)
VALUES (%(kind)s, %(number)s, %(person_id)s, %(now)s);

-- name: note_withdrawn_document
-- Writes down that a person's document is withdrawn; nothing, if they do not hold it.
INSERT INTO identity.withdrawn_documents (kind, number, person_id, recorded_at, withdrawn_at, withdrawn_by, reason)
SELECT kind, number, person_id, recorded_at, %(now)s, %(by)s, %(reason)s
FROM identity.documents
WHERE kind = %(kind)s AND number = %(number)s AND person_id = %(person_id)s
RETURNING entry;

-- name: delete_document
-- Takes a document from its person; that it was withdrawn stands written.
DELETE FROM identity.documents WHERE kind = %(kind)s AND number = %(number)s AND person_id = %(person_id)s;

-- name: list_withdrawn_documents
-- Documents that were entered on a person by mistake, by their last signs: they are somebody else's.
SELECT kind, '…' || right(number, 3) AS ends, recorded_at, withdrawn_at, withdrawn_by, reason
FROM identity.withdrawn_documents
WHERE person_id = %(person_id)s
ORDER BY entry;

-- name: list_claims
-- What the given people say about themselves now, for a register to compare: only documents that no register has
-- confirmed since the person was last corrected, and none of a restricted file.
SELECT d.kind, d.number, p.first_surname, p.second_surname, p.given_names, p.birth_on, p.synthetic, d.person_id
FROM identity.documents d
JOIN identity.present_people p ON p.id = d.person_id
LEFT JOIN identity.corrections c ON c.person_id = d.person_id AND c.replaced_at IS NULL
LEFT JOIN LATERAL (
    SELECT v.matches, v.verified_at
    FROM identity.verifications v
    WHERE v.document_kind = d.kind AND v.document_number = d.number AND v.person_id = d.person_id
    ORDER BY v.number DESC
    LIMIT 1
) v ON true
WHERE d.person_id = ANY(%(person_ids)s)
    -- Said of both, and in these words: of `NOT restricted` the planner believes that it leaves hardly anybody, and
    -- then it would read the whole city for each document.
    AND p.id = ANY(%(person_ids)s)
    AND NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = d.person_id AND r.lifted_at IS NULL)
    AND (v.matches IS NOT TRUE OR v.verified_at < c.corrected_at)
ORDER BY d.person_id, d.kind, d.number;

-- name: list_people_to_verify
-- People after a given one who hold a document that no register has answered about since they were last corrected,
-- in the order of their ids; restricted files are left out.
SELECT DISTINCT d.person_id
FROM identity.documents d
LEFT JOIN identity.corrections c ON c.person_id = d.person_id AND c.replaced_at IS NULL
WHERE d.person_id > %(after)s
    AND NOT EXISTS (SELECT FROM identity.verifications v
        WHERE v.document_kind = d.kind AND v.document_number = d.number AND v.person_id = d.person_id
            AND (c.corrected_at IS NULL OR v.verified_at >= c.corrected_at))
    AND NOT EXISTS (SELECT FROM identity.restrictions r
        WHERE r.person_id = d.person_id AND r.lifted_at IS NULL)
ORDER BY d.person_id
LIMIT %(limit)s;

-- name: copy_verifications
-- Takes a register's answers from the caller.
COPY identity.verifications (document_kind, document_number, person_id, source, matches, differences, verified_at,
    verified_by)
FROM STDIN;
