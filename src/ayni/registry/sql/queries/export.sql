-- name: open_listed
-- Makes the place where identity's part of a list waits for the registry's.
CREATE TEMPORARY TABLE listed (
    person_id uuid PRIMARY KEY, document_kind text, document_number text, first_surname text, second_surname text,
    given_names text, birth_on date, birth_estimated boolean, sex text, ubigeo text, address text, phone text,
    language text, synthetic boolean
) ON COMMIT DROP;

-- name: fill_listed
-- Takes identity's part in, as CSV.
COPY pg_temp.listed FROM STDIN (FORMAT csv);

-- name: analyze_listed
-- Tells the planner how many they are.
ANALYZE pg_temp.listed;

-- name: read_listed
-- A list of those who belong to a household on a day, house by house, heads first. Of one source, with its own codes,
-- or of all, with the source before each code.
SELECT
    l.person_id, CASE WHEN %(source)s::text IS NULL THEN h.source || '/' || h.code ELSE h.code END AS household_code,
    m.role, l.document_kind, l.document_number, l.first_surname, l.second_surname, l.given_names, l.birth_on,
    l.birth_estimated, l.sex, l.ubigeo, l.address, l.phone, l.language, l.synthetic, p.facts,
    coalesce(f.facts, '{}') || CASE WHEN k.household_id IS NULL THEN '{}'
        ELSE jsonb_build_object('cse', k.class, 'cse_on', k.valid_from) END
FROM registry.memberships m
JOIN registry.households h ON h.id = m.household_id
JOIN pg_temp.listed l ON l.person_id = m.person_id
LEFT JOIN registry_api.facts_on(%(on)s) p ON p.subject_id = m.person_id AND p.subject_kind = 'person'
LEFT JOIN registry_api.facts_on(%(on)s) f ON f.subject_id = h.id AND f.subject_kind = 'household'
LEFT JOIN registry_api.classes_on(%(on)s) k ON k.household_id = h.id
WHERE m.valid_from <= %(on)s AND (m.valid_until IS NULL OR m.valid_until >= %(on)s)
    AND (%(source)s::text IS NULL OR h.source = %(source)s)
ORDER BY h.source, h.code, m.role <> 'head', l.birth_on, l.person_id;
