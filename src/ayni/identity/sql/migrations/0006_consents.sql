-- What a person permits, for one purpose, in the words that were read to them. Withdrawn once, for ever.
CREATE TABLE identity.consents (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT consents_are_of_a_person REFERENCES identity.people (id),
    purpose text NOT NULL CONSTRAINT consents_purpose_is_plain CHECK (purpose ~ '^[a-z][a-z0-9_.]{0,59}$'),
    text_version text NOT NULL CONSTRAINT consents_text_version_fits CHECK (
        length(btrim(text_version)) BETWEEN 1 AND 60),
    given_on date NOT NULL,
    -- The person, or the guardian of a minor.
    given_by uuid NOT NULL CONSTRAINT consents_are_given_by_a_person REFERENCES identity.people (id),
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    withdrawn_on date,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawn_reason text CONSTRAINT consents_are_withdrawn_for_a_reason CHECK (
        length(btrim(withdrawn_reason)) BETWEEN 1 AND 500),
    CONSTRAINT consents_are_not_of_the_future CHECK (given_on <= (recorded_at AT TIME ZONE 'UTC')::date + 1),
    CONSTRAINT consents_end_after_they_begin CHECK (withdrawn_on >= given_on),
    CONSTRAINT consents_are_withdrawn_whole CHECK ((withdrawn_on IS NULL) = (withdrawn_at IS NULL)
        AND (withdrawn_on IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_on IS NULL) = (withdrawn_reason IS NULL))
);
CREATE UNIQUE INDEX consents_are_open_once ON identity.consents (person_id, purpose, text_version)
    WHERE withdrawn_on IS NULL;
CREATE INDEX consents_by_person ON identity.consents (person_id, number);
