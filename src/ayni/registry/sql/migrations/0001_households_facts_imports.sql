-- The social registry: households, who belongs to them, and what is known about both.
CREATE SCHEMA IF NOT EXISTS registry;
CREATE SCHEMA IF NOT EXISTS registry_api;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA registry;

-- One reading of a file. What came of it stands in import_results once it has ended.
CREATE TABLE registry.imports (
    id uuid PRIMARY KEY,
    source text NOT NULL CONSTRAINT imports_source_fits CHECK (length(source) BETWEEN 1 AND 100),
    file_digest text NOT NULL,
    observed_on date NOT NULL,
    started_at timestamptz NOT NULL
);

CREATE TABLE registry.import_results (
    import_id uuid PRIMARY KEY CONSTRAINT import_results_belong_to_an_import REFERENCES registry.imports (id),
    rows_read bigint NOT NULL,
    people_added bigint NOT NULL,
    households_added bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    refused bigint NOT NULL,
    finished_at timestamptz NOT NULL
);

-- A household by its source's own code. Two sources may know one household: that is for adjudication.
CREATE TABLE registry.households (
    id uuid PRIMARY KEY,
    source text NOT NULL CONSTRAINT households_source_fits CHECK (length(source) BETWEEN 1 AND 100),
    code text NOT NULL CONSTRAINT households_code_fits CHECK (length(code) BETWEEN 1 AND 100),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT households_code_is_taken UNIQUE (source, code)
);

-- Who lived where, from the first day to the last. `valid_until` is the last day; one before `valid_from`
-- means that the row was a mistake and never in force. Ids that were made together differ only in their last bits,
-- on which GiST cannot split its pages: hence their 64-bit hashes, seven times as fast.
CREATE TABLE registry.memberships (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id uuid NOT NULL CONSTRAINT memberships_are_of_a_household REFERENCES registry.households (id),
    person_id uuid NOT NULL,
    role text NOT NULL CONSTRAINT memberships_role_is_known CHECK (role IN ('head', 'spouse', 'child',
        'grandchild', 'parent', 'sibling', 'other_relative', 'not_relative')),
    valid_from date NOT NULL,
    valid_until date,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT memberships_end_after_they_begin CHECK (valid_until >= valid_from - 1),
    CONSTRAINT memberships_one_household_at_a_time EXCLUDE USING gist (
        uuid_hash_extended(person_id, 0) registry.gist_int8_ops WITH =, daterange(valid_from, valid_until + 1) WITH &&),
    CONSTRAINT memberships_one_head_at_a_time EXCLUDE USING gist (
        uuid_hash_extended(household_id, 0) registry.gist_int8_ops WITH =, daterange(valid_from, valid_until + 1) WITH &&)
        WHERE (role = 'head')
);
CREATE INDEX memberships_by_household ON registry.memberships (household_id);

-- The district in which a household lives; null where its source contradicts itself.
CREATE TABLE registry.locations (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id uuid NOT NULL CONSTRAINT locations_are_of_a_household REFERENCES registry.households (id),
    district_code text CONSTRAINT locations_district_is_a_code CHECK (district_code ~ '^[0-9]{6}$'),
    observed_on date NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX locations_by_household ON registry.locations (household_id, observed_on, number);

-- The names that facts may have. Their type and meaning never change: another meaning is another name.
CREATE TABLE registry.fact_names (
    subject_kind text NOT NULL CONSTRAINT fact_names_subject_is_known CHECK (
        subject_kind IN ('household', 'person')),
    name text NOT NULL CONSTRAINT fact_names_name_is_plain CHECK (name ~ '^[a-z][a-z0-9_]{0,59}$'),
    type text NOT NULL CONSTRAINT fact_names_type_is_known CHECK (
        type IN ('bool', 'int', 'money', 'text', 'date')),
    meaning text NOT NULL CONSTRAINT fact_names_meaning_fits CHECK (length(meaning) BETWEEN 1 AND 500),
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (subject_kind, name)
);

-- What one survey, declaration or import said about a household or a person: dated, with its source, for ever.
CREATE TABLE registry.records (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_kind text NOT NULL CONSTRAINT records_subject_is_known CHECK (
        subject_kind IN ('household', 'person')),
    subject_id uuid NOT NULL,
    observed_on date NOT NULL,
    source text NOT NULL CONSTRAINT records_source_fits CHECK (length(source) BETWEEN 1 AND 100),
    facts jsonb NOT NULL CONSTRAINT records_facts_are_named CHECK (jsonb_typeof(facts) = 'object'),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX records_by_subject ON registry.records (subject_id, observed_on, number);

-- What each source last said of each person of a household, as hashes: so that the same row changes nothing.
CREATE TABLE registry.import_rows (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id uuid NOT NULL CONSTRAINT import_rows_are_of_a_household REFERENCES registry.households (id),
    -- Who: the document, or names and birth. Core: who, with all that only an officer may correct.
    person_key bytea NOT NULL,
    core bytea NOT NULL,
    fingerprint bytea NOT NULL,
    person_id uuid NOT NULL,
    import_id uuid NOT NULL CONSTRAINT import_rows_are_of_an_import REFERENCES registry.imports (id),
    line bigint NOT NULL
);
CREATE INDEX import_rows_by_person ON registry.import_rows (household_id, person_key, number);

-- What a person must look at. Resolved by an officer, or by an import that brings what was missing.
CREATE TABLE registry.flags (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id uuid NOT NULL CONSTRAINT flags_are_of_a_household REFERENCES registry.households (id),
    reason text NOT NULL CONSTRAINT flags_reason_is_known CHECK (
        reason IN ('no_head', 'facts_disagree', 'district_disagrees')),
    details jsonb NOT NULL DEFAULT '{}',
    raised_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolution text,
    CONSTRAINT flags_are_resolved_with_a_reason CHECK ((resolved_at IS NULL) = (resolution IS NULL))
);
CREATE UNIQUE INDEX flags_are_open_once ON registry.flags (household_id, reason) WHERE resolved_at IS NULL;
