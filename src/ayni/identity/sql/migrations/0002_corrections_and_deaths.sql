-- What was found to be wrong in how a person was written down: each row is the full set of particulars, and the
-- next one replaces it. What was first written stays in people.
CREATE TABLE identity.corrections (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT corrections_are_of_a_person REFERENCES identity.people (id),
    first_surname text CONSTRAINT corrections_first_surname_fits CHECK (length(first_surname) BETWEEN 1 AND 200),
    second_surname text CONSTRAINT corrections_second_surname_fits CHECK (length(second_surname) BETWEEN 1 AND 200),
    given_names text NOT NULL CONSTRAINT corrections_given_names_fit CHECK (length(given_names) BETWEEN 1 AND 200),
    birth_on date,
    birth_estimated boolean NOT NULL,
    sex text CONSTRAINT corrections_sex_is_known CHECK (sex IN ('female', 'male')),
    language text CONSTRAINT corrections_language_is_a_code CHECK (language ~ '^[a-z]{2,3}$'),
    reason text NOT NULL CONSTRAINT corrections_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    -- What proves it: a document, a register, a declaration.
    source text NOT NULL CONSTRAINT corrections_name_a_source CHECK (length(btrim(source)) BETWEEN 1 AND 100),
    corrected_at timestamptz NOT NULL,
    corrected_by text NOT NULL,
    replaced_at timestamptz,
    CONSTRAINT corrections_estimate_needs_a_date CHECK (birth_on IS NOT NULL OR NOT birth_estimated),
    CONSTRAINT corrections_end_after_they_begin CHECK (replaced_at >= corrected_at)
);
CREATE UNIQUE INDEX corrections_are_open_once ON identity.corrections (person_id) WHERE replaced_at IS NULL;
CREATE INDEX corrections_by_person ON identity.corrections (person_id, number);

-- Who has died, and when. A record that was a mistake is reversed by a later row without a day: the person lives.
CREATE TABLE identity.deaths (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT deaths_are_of_a_person REFERENCES identity.people (id),
    died_on date,
    source text NOT NULL CONSTRAINT deaths_name_a_source CHECK (length(btrim(source)) BETWEEN 1 AND 100),
    reason text NOT NULL CONSTRAINT deaths_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    replaced_at timestamptz,
    -- The civil day of the furthest time zone: what lies beyond it is the future everywhere.
    CONSTRAINT deaths_are_past CHECK (died_on <= (recorded_at AT TIME ZONE 'UTC')::date + 1),
    CONSTRAINT deaths_end_after_they_begin CHECK (replaced_at >= recorded_at)
);
CREATE UNIQUE INDEX deaths_are_open_once ON identity.deaths (person_id) WHERE replaced_at IS NULL;
CREATE INDEX deaths_by_person ON identity.deaths (person_id, number);
