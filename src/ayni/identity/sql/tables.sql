-- Identity: people, their documents, contacts and addresses; and the officers' accounts.
CREATE SCHEMA IF NOT EXISTS identity;
CREATE SCHEMA IF NOT EXISTS identity_api;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA identity;

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

-- An identity document belongs to one person: (kind, number) is unique.
CREATE TABLE identity.documents (
    kind text NOT NULL CONSTRAINT documents_kind_fits CHECK (length(kind) BETWEEN 1 AND 20),
    number text NOT NULL CONSTRAINT documents_number_fits CHECK (length(number) BETWEEN 1 AND 40),
    person_id uuid NOT NULL CONSTRAINT documents_belong_to_a_person REFERENCES identity.people (id),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT documents_are_held_once PRIMARY KEY (kind, number)
);
CREATE INDEX documents_by_person ON identity.documents (person_id);

-- A document that was entered on the wrong person leaves them, and stays on record here.
CREATE TABLE identity.withdrawn_documents (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    number text NOT NULL,
    person_id uuid NOT NULL CONSTRAINT withdrawn_documents_were_of_a_person REFERENCES identity.people (id),
    recorded_at timestamptz NOT NULL,
    withdrawn_at timestamptz NOT NULL,
    withdrawn_by text NOT NULL,
    reason text NOT NULL CONSTRAINT withdrawn_documents_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500)
);
CREATE INDEX withdrawn_documents_by_person ON identity.withdrawn_documents (person_id);

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
    -- Who said that it was theirs when it was asked about.
    person_id uuid NOT NULL CONSTRAINT verifications_are_about_a_person REFERENCES identity.people (id),
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

-- A role is granted and revoked, and may be granted again: each time is a row.
CREATE TABLE identity.officer_roles (
    officer_id uuid NOT NULL CONSTRAINT officer_roles_belong_to_an_officer REFERENCES identity.officers (id),
    role text NOT NULL CONSTRAINT officer_roles_role_is_known CHECK (
        role IN ('registrar', 'programme_officer', 'approver', 'agent_supervisor', 'auditor', 'compliance')),
    granted_at timestamptz NOT NULL,
    granted_by text NOT NULL,
    revoked_at timestamptz,
    revoked_by text,
    revoked_reason text CONSTRAINT officer_roles_are_revoked_for_a_reason CHECK (
        length(btrim(revoked_reason)) BETWEEN 1 AND 500),
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    CONSTRAINT officer_roles_end_after_they_begin CHECK (revoked_at >= granted_at),
    CONSTRAINT officer_roles_are_revoked_whole CHECK (
        (revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE UNIQUE INDEX officer_roles_are_held_once ON identity.officer_roles (officer_id, role) WHERE revoked_at IS NULL;

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

-- Files that are kept because the law asks, and used for nothing else: the erasure of a person. Lifted once.
CREATE TABLE identity.restrictions (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT restrictions_are_of_a_person REFERENCES identity.people (id),
    reason text NOT NULL CONSTRAINT restrictions_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    restricted_at timestamptz NOT NULL,
    restricted_by text NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    lifted_reason text CONSTRAINT restrictions_are_lifted_for_a_reason CHECK (
        length(btrim(lifted_reason)) BETWEEN 1 AND 500),
    CONSTRAINT restrictions_end_after_they_begin CHECK (lifted_at >= restricted_at),
    CONSTRAINT restrictions_are_lifted_whole CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL))
);
CREATE UNIQUE INDEX restrictions_are_open_once ON identity.restrictions (person_id) WHERE lifted_at IS NULL;
CREATE INDEX restrictions_by_person ON identity.restrictions (person_id, number);

-- Who looked at a person's file, when and what for. The person may see it all.
CREATE TABLE identity.reads (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT reads_are_of_a_person REFERENCES identity.people (id),
    -- The whole file; the export that a person asks for; a restricted file found by document, telephone or id; as one
    -- of many in a list.
    kind text NOT NULL CONSTRAINT reads_kind_is_known CHECK (kind IN ('file', 'export', 'restricted', 'list')),
    purpose text NOT NULL CONSTRAINT reads_have_a_purpose CHECK (length(btrim(purpose)) BETWEEN 1 AND 500),
    read_at timestamptz NOT NULL,
    read_by text NOT NULL,
    channel text NOT NULL
);
CREATE INDEX reads_by_person ON identity.reads (person_id, number);

-- What showed that a telephone still reaches its person: a code that came back, or its use. Numbers change hands,
-- so that one without a recent proof is verified again.
CREATE TABLE identity.contact_proofs (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_number bigint NOT NULL CONSTRAINT contact_proofs_are_of_a_contact REFERENCES identity.contacts (number),
    kind text NOT NULL CONSTRAINT contact_proofs_kind_is_known CHECK (kind IN ('verified', 'used')),
    proved_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX contact_proofs_by_contact ON identity.contact_proofs (contact_number, proved_at);

-- A range of one id, so that an exclusion constraint compares ids exactly and without an extension.
CREATE TYPE identity.id_range AS RANGE (subtype = uuid);

-- Who collects for a person, or acts for a minor by law; with what gives them the right. Never the owner. The authority
-- itself may name its last day; `ended_on` is written once when it ends before, and the day before `valid_from`
-- means that the row was a mistake.
CREATE TABLE identity.representatives (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT representatives_act_for_a_person REFERENCES identity.people (id),
    representative_id uuid NOT NULL CONSTRAINT representatives_are_people REFERENCES identity.people (id),
    kind text NOT NULL CONSTRAINT representatives_kind_is_known CHECK (
        kind IN ('primary_collector', 'alternate_collector', 'guardian')),
    authority_kind text NOT NULL CONSTRAINT representatives_authority_kind_fits CHECK (
        length(btrim(authority_kind)) BETWEEN 1 AND 60),
    authority_number text CONSTRAINT representatives_authority_number_fits CHECK (
        length(btrim(authority_number)) BETWEEN 1 AND 60),
    authority_says text CONSTRAINT representatives_authority_says_fits CHECK (
        length(btrim(authority_says)) BETWEEN 1 AND 500),
    -- How many people one collector might serve, by the law of the day on which this was written.
    most_people integer NOT NULL CONSTRAINT representatives_cap_is_a_count CHECK (most_people > 0),
    valid_from date NOT NULL,
    valid_until date,
    reason text NOT NULL CONSTRAINT representatives_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    ended_on date,
    ended_at timestamptz,
    ended_by text,
    ended_reason text CONSTRAINT representatives_end_for_a_reason CHECK (
        length(btrim(ended_reason)) BETWEEN 1 AND 500),
    CONSTRAINT representatives_are_somebody_else CHECK (person_id <> representative_id),
    CONSTRAINT representatives_show_their_authority CHECK (
        authority_number IS NOT NULL OR authority_says IS NOT NULL),
    CONSTRAINT representatives_last_after_they_begin CHECK (valid_until >= valid_from),
    CONSTRAINT representatives_end_after_they_begin CHECK (ended_on >= valid_from - 1),
    CONSTRAINT representatives_end_whole CHECK ((ended_on IS NULL) = (ended_at IS NULL)
        AND (ended_on IS NULL) = (ended_by IS NULL) AND (ended_on IS NULL) = (ended_reason IS NULL)),
    CONSTRAINT representatives_one_primary_at_a_time EXCLUDE USING gist (
        identity.id_range(person_id, person_id, '[]') WITH &&,
        daterange(valid_from, least(valid_until, ended_on) + 1) WITH &&) WHERE (kind = 'primary_collector'),
    CONSTRAINT representatives_collect_once EXCLUDE USING gist (
        identity.id_range(person_id, person_id, '[]') WITH &&,
        identity.id_range(representative_id, representative_id, '[]') WITH &&,
        daterange(valid_from, least(valid_until, ended_on) + 1) WITH &&) WHERE (kind <> 'guardian'),
    CONSTRAINT representatives_guard_once EXCLUDE USING gist (
        identity.id_range(person_id, person_id, '[]') WITH &&,
        identity.id_range(representative_id, representative_id, '[]') WITH &&,
        daterange(valid_from, least(valid_until, ended_on) + 1) WITH &&) WHERE (kind = 'guardian')
);
CREATE INDEX representatives_by_person ON identity.representatives (person_id);
CREATE INDEX representatives_by_representative ON identity.representatives (representative_id);

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

-- When an account was disabled, and enabled again. While a row is open the account may do nothing.
CREATE TABLE identity.disabled_accounts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id uuid NOT NULL CONSTRAINT disabled_accounts_are_of_an_officer REFERENCES identity.officers (id),
    reason text NOT NULL CONSTRAINT disabled_accounts_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    disabled_at timestamptz NOT NULL,
    disabled_by text NOT NULL,
    enabled_at timestamptz,
    enabled_by text,
    enabled_reason text CONSTRAINT disabled_accounts_are_enabled_for_a_reason CHECK (
        length(btrim(enabled_reason)) BETWEEN 1 AND 500),
    CONSTRAINT disabled_accounts_end_after_they_begin CHECK (enabled_at >= disabled_at),
    CONSTRAINT disabled_accounts_are_enabled_whole CHECK (
        (enabled_at IS NULL) = (enabled_by IS NULL) AND (enabled_at IS NULL) = (enabled_reason IS NULL))
);
CREATE UNIQUE INDEX disabled_accounts_are_open_once ON identity.disabled_accounts (officer_id) WHERE enabled_at IS NULL;

-- Names as they sound, for search and comparison: as first written and as corrected, each once.
CREATE TABLE identity.name_keys (
    person_id uuid NOT NULL CONSTRAINT name_keys_are_of_a_person REFERENCES identity.people (id),
    given_key text NOT NULL,
    first_key text NOT NULL,
    second_key text NOT NULL,
    key text GENERATED ALWAYS AS (btrim(given_key || ' ' || first_key || ' ' || second_key)) STORED,
    CONSTRAINT name_keys_are_kept_once PRIMARY KEY (person_id, given_key, first_key, second_key)
);
CREATE INDEX name_keys_by_name ON identity.name_keys (
    given_key, least(first_key, second_key), greatest(first_key, second_key));
CREATE INDEX name_keys_by_likeness ON identity.name_keys USING gin (key identity.gin_trgm_ops);

-- Who searched for people, and how; never for whom.
CREATE TABLE identity.searches (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CONSTRAINT searches_kind_is_known CHECK (kind IN ('name', 'document', 'phone')),
    found integer NOT NULL CONSTRAINT searches_found_is_a_count CHECK (found >= 0),
    searched_at timestamptz NOT NULL,
    searched_by text NOT NULL,
    channel text NOT NULL
);

-- Two files of one human. Nothing moves: the files stay as they were written, and readers see one human.
CREATE TABLE identity.merges (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kept_id uuid NOT NULL CONSTRAINT merges_keep_a_person REFERENCES identity.people (id),
    merged_id uuid NOT NULL CONSTRAINT merges_merge_a_person REFERENCES identity.people (id),
    reason text NOT NULL CONSTRAINT merges_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    undone_at timestamptz,
    undone_by text,
    undone_reason text CONSTRAINT merges_are_undone_for_a_reason CHECK (
        length(btrim(undone_reason)) BETWEEN 1 AND 500),
    CONSTRAINT merges_are_of_two_files CHECK (kept_id <> merged_id),
    CONSTRAINT merges_are_undone_whole CHECK (
        (undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undone_reason IS NULL))
);
CREATE UNIQUE INDEX merges_are_open_once ON identity.merges (merged_id) WHERE undone_at IS NULL;
CREATE INDEX merges_by_kept ON identity.merges (kept_id) WHERE undone_at IS NULL;
