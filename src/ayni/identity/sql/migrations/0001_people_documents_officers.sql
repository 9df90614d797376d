-- Identity: people, their documents, contacts and addresses; and the officers' accounts.
CREATE SCHEMA IF NOT EXISTS identity;
CREATE SCHEMA IF NOT EXISTS identity_api;

-- A human being, as first written down. Rows are never edited.
CREATE TABLE identity.people (
    id uuid PRIMARY KEY,
    first_surname text CONSTRAINT people_first_surname_fits CHECK (length(first_surname) BETWEEN 1 AND 200),
    second_surname text CONSTRAINT people_second_surname_fits CHECK (length(second_surname) BETWEEN 1 AND 200),
    given_names text NOT NULL CONSTRAINT people_given_names_fit CHECK (length(given_names) BETWEEN 1 AND 200),
    birth_on date,
    birth_estimated boolean NOT NULL DEFAULT false,
    sex text CONSTRAINT people_sex_is_known CHECK (sex IN ('female', 'male')),
    language text CONSTRAINT people_language_is_a_code CHECK (language ~ '^[a-z]{2,3}$'),
    -- True for people who were made up, for a demonstration or a test.
    synthetic boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT people_estimate_needs_a_date CHECK (birth_on IS NOT NULL OR NOT birth_estimated)
);

-- An identity document belongs to one person, for ever: (kind, number) is unique.
CREATE TABLE identity.documents (
    kind text NOT NULL CONSTRAINT documents_kind_fits CHECK (length(kind) BETWEEN 1 AND 20),
    number text NOT NULL CONSTRAINT documents_number_fits CHECK (length(number) BETWEEN 1 AND 40),
    person_id uuid NOT NULL CONSTRAINT documents_belong_to_a_person REFERENCES identity.people (id),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT documents_are_held_once PRIMARY KEY (kind, number)
);
CREATE INDEX documents_by_person ON identity.documents (person_id);

-- What an official register answered about a document, each time that it was asked. The last answer holds.
CREATE TABLE identity.verifications (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_kind text NOT NULL,
    document_number text NOT NULL,
    source text NOT NULL,
    matches boolean NOT NULL,
    -- The names of the fields that differ, never their values.
    differences text[] NOT NULL DEFAULT '{}',
    verified_at timestamptz NOT NULL,
    verified_by text NOT NULL,
    CONSTRAINT verifications_are_of_a_document FOREIGN KEY (document_kind, document_number)
        REFERENCES identity.documents (kind, number),
    CONSTRAINT verifications_match_without_differences CHECK (NOT matches OR differences = '{}')
);
CREATE INDEX verifications_by_document ON identity.verifications (document_kind, document_number, number);

-- One telephone may serve several people, and one person may have several. The last day closes a row.
CREATE TABLE identity.contacts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT contacts_belong_to_a_person REFERENCES identity.people (id),
    phone text NOT NULL CONSTRAINT contacts_phone_is_e164 CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    valid_from date NOT NULL,
    valid_until date,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT contacts_end_after_they_begin CHECK (valid_until >= valid_from - 1)
);
CREATE UNIQUE INDEX contacts_are_open_once ON identity.contacts (person_id, phone) WHERE valid_until IS NULL;
CREATE INDEX contacts_by_phone ON identity.contacts (phone);

-- Where a person lives. A person has one present address.
CREATE TABLE identity.addresses (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT addresses_belong_to_a_person REFERENCES identity.people (id),
    district_code text CONSTRAINT addresses_district_is_a_code CHECK (district_code ~ '^[0-9]{6}$'),
    line text CONSTRAINT addresses_line_fits CHECK (length(line) BETWEEN 1 AND 300),
    valid_from date NOT NULL,
    valid_until date,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT addresses_say_something CHECK (district_code IS NOT NULL OR line IS NOT NULL),
    CONSTRAINT addresses_end_after_they_begin CHECK (valid_until >= valid_from - 1)
);
CREATE UNIQUE INDEX addresses_are_open_once ON identity.addresses (person_id) WHERE valid_until IS NULL;

-- Accounts of those who work with Ayni. Each belongs to a known human, so that two accounts of one count as one.
CREATE TABLE identity.officers (
    id uuid PRIMARY KEY,
    login text NOT NULL CONSTRAINT officers_login_is_taken UNIQUE
        CONSTRAINT officers_login_is_plain CHECK (login ~ '^[a-z0-9][a-z0-9._@-]{1,99}$'),
    person_id uuid NOT NULL CONSTRAINT officers_are_people REFERENCES identity.people (id),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX officers_by_person ON identity.officers (person_id);

CREATE TABLE identity.officer_roles (
    officer_id uuid NOT NULL CONSTRAINT officer_roles_belong_to_an_officer REFERENCES identity.officers (id),
    role text NOT NULL CONSTRAINT officer_roles_role_is_known CHECK (
        role IN ('registrar', 'programme_officer', 'approver', 'agent_supervisor', 'auditor')),
    granted_at timestamptz NOT NULL,
    granted_by text NOT NULL,
    PRIMARY KEY (officer_id, role)
);
