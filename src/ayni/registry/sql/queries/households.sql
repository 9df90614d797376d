-- Households, their members, and what is known of them.

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
