-- name: lock_person
-- Makes others who would change the same person wait until this transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('identity.person ' || %(person_id)s::text, 0));

-- name: close_correction
-- Closes the particulars that hold at present, which another correction replaces.
UPDATE identity.corrections SET replaced_at = %(now)s
WHERE person_id = %(person_id)s AND replaced_at IS NULL;

-- name: insert_correction
-- Adds the full set of a person's particulars as they are from now on.
INSERT INTO identity.corrections (person_id, first_surname, second_surname, given_names, birth_on, birth_estimated,
    sex, language, reason, source, corrected_at, corrected_by)
VALUES (%(person_id)s, %(first_surname)s, %(second_surname)s, %(given_names)s, %(birth_on)s, %(birth_estimated)s,
    %(sex)s, %(language)s, %(reason)s, %(source)s, %(now)s, %(by)s);

-- name: list_particulars
-- Everything that was ever written down of who a person is: first as registered, then each correction.
SELECT p.first_surname, p.second_surname, p.given_names, p.birth_on, p.birth_estimated, p.sex, p.language,
    p.recorded_at AS since, NULL::text AS reason, NULL::text AS source, NULL::text AS recorded_by
FROM identity.people p
WHERE p.id = %(person_id)s
UNION ALL
(SELECT c.first_surname, c.second_surname, c.given_names, c.birth_on, c.birth_estimated, c.sex, c.language,
    c.corrected_at, c.reason, c.source, c.corrected_by
FROM identity.corrections c
WHERE c.person_id = %(person_id)s
ORDER BY c.number);

-- name: close_death
-- Closes what is known at present of a person's death, which another row replaces.
UPDATE identity.deaths SET replaced_at = %(now)s
WHERE person_id = %(person_id)s AND replaced_at IS NULL;

-- name: insert_death
-- Adds a death with its day, or without one the finding that the person lives.
INSERT INTO identity.deaths (person_id, died_on, source, reason, recorded_at, recorded_by)
VALUES (%(person_id)s, %(died_on)s, %(source)s, %(reason)s, %(now)s, %(by)s);

-- name: list_deaths
-- Everything that was ever recorded of a person's death, oldest first.
SELECT died_on, source, reason, recorded_at, recorded_by
FROM identity.deaths
WHERE person_id = %(person_id)s
ORDER BY number;
