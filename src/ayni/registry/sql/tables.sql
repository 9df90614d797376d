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
CREATE INDEX memberships_by_person ON registry.memberships (person_id);

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
        reason IN ('no_head', 'facts_disagree', 'district_disagrees', 'ages_contradict', 'sources_disagree')),
    details jsonb NOT NULL DEFAULT '{}',
    raised_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolution text,
    CONSTRAINT flags_are_resolved_with_a_reason CHECK ((resolved_at IS NULL) = (resolution IS NULL))
);
CREATE UNIQUE INDEX flags_are_open_once ON registry.flags (household_id, reason) WHERE resolved_at IS NULL;

-- Two files that may be of one human: how likely, and what each field says. Found again changes nothing.
CREATE TABLE registry.pairs (
    low_id uuid NOT NULL,
    high_id uuid NOT NULL,
    score_per_mille integer NOT NULL CONSTRAINT pairs_score_is_a_share CHECK (score_per_mille BETWEEN 0 AND 1000),
    -- What each field says, in the order of its weight; names of fields and of what was seen, never their values.
    evidence jsonb NOT NULL CONSTRAINT pairs_evidence_is_by_field CHECK (jsonb_typeof(evidence) = 'object'),
    found_by text NOT NULL CONSTRAINT pairs_finder_is_known CHECK (found_by IN ('exact', 'linkage', 'officer')),
    -- Which rule, or which trained model, with its version.
    model text NOT NULL CONSTRAINT pairs_model_fits CHECK (length(model) BETWEEN 1 AND 100),
    -- Whether payments wait until it is decided: by the country's threshold of the day on which it was found.
    blocks boolean NOT NULL DEFAULT true,
    found_at timestamptz NOT NULL,
    CONSTRAINT pairs_are_found_once PRIMARY KEY (low_id, high_id),
    CONSTRAINT pairs_are_in_order CHECK (low_id < high_id)
);
CREATE INDEX pairs_by_score ON registry.pairs (score_per_mille DESC, low_id, high_id);
CREATE INDEX pairs_by_high ON registry.pairs (high_id);

-- What officers decided. Each verdict names the one that it follows, so that of two at once only one is kept.
CREATE TABLE registry.verdicts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    low_id uuid NOT NULL,
    high_id uuid NOT NULL,
    verdict text NOT NULL CONSTRAINT verdicts_verdict_is_known CHECK (verdict IN ('same', 'different', 'unsure')),
    reason text NOT NULL CONSTRAINT verdicts_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    follows bigint,
    CONSTRAINT verdicts_are_of_a_pair FOREIGN KEY (low_id, high_id) REFERENCES registry.pairs (low_id, high_id),
    CONSTRAINT verdicts_are_known_by_pair UNIQUE (low_id, high_id, number),
    CONSTRAINT verdicts_follow_one_of_their_pair FOREIGN KEY (low_id, high_id, follows)
        REFERENCES registry.verdicts (low_id, high_id, number),
    CONSTRAINT verdicts_follow_each_other UNIQUE NULLS NOT DISTINCT (low_id, high_id, follows)
);
CREATE INDEX verdicts_by_high ON registry.verdicts (high_id);

-- Who has which pair on the table, and until when: for the queue only, a verdict does not need it.
CREATE TABLE registry.leases (
    low_id uuid NOT NULL,
    high_id uuid NOT NULL,
    leased_to text NOT NULL,
    leased_until timestamptz NOT NULL,
    CONSTRAINT leases_are_held_once PRIMARY KEY (low_id, high_id),
    CONSTRAINT leases_are_of_a_pair FOREIGN KEY (low_id, high_id) REFERENCES registry.pairs (low_id, high_id)
);

-- Which merge of files follows from which verdict.
CREATE TABLE registry.verdict_merges (
    merge_number bigint PRIMARY KEY,
    verdict_number bigint NOT NULL
        CONSTRAINT verdict_merges_follow_a_verdict REFERENCES registry.verdicts (number)
);

-- A membership that ended because its person turned out to be somebody who lives elsewhere; and, when the merge is
-- undone, the one that takes its place.
CREATE TABLE registry.merge_closings (
    membership_number bigint PRIMARY KEY
        CONSTRAINT merge_closings_end_a_membership REFERENCES registry.memberships (number),
    merge_number bigint NOT NULL,
    closed_at timestamptz NOT NULL
);
CREATE INDEX merge_closings_by_merge ON registry.merge_closings (merge_number);

CREATE TABLE registry.merge_reopenings (
    membership_number bigint PRIMARY KEY
        CONSTRAINT merge_reopenings_follow_a_closing REFERENCES registry.merge_closings (membership_number),
    reopened_number bigint NOT NULL
        CONSTRAINT merge_reopenings_begin_a_membership REFERENCES registry.memberships (number),
    reopened_at timestamptz NOT NULL
);

-- Each evaluation of a household: its class, from the day from which it counts to the last one on which it holds.
CREATE TABLE registry.classes (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id uuid NOT NULL CONSTRAINT classes_are_of_a_household REFERENCES registry.households (id),
    class text NOT NULL CONSTRAINT classes_class_fits CHECK (length(class) BETWEEN 1 AND 100),
    source text NOT NULL CONSTRAINT classes_source_fits CHECK (length(source) BETWEEN 1 AND 100),
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT classes_end_after_they_begin CHECK (valid_until >= valid_from)
);
CREATE INDEX classes_by_household ON registry.classes (household_id, valid_from, number);

-- Which evaluations were warned of before they lapse: each once, for whoever tells the household.
CREATE TABLE registry.class_warnings (
    class_number bigint PRIMARY KEY CONSTRAINT class_warnings_are_of_a_class REFERENCES registry.classes (number),
    household_id uuid NOT NULL CONSTRAINT class_warnings_are_of_a_household REFERENCES registry.households (id),
    lapses_after date NOT NULL,
    warned_at timestamptz NOT NULL
);
CREATE INDEX class_warnings_by_household ON registry.class_warnings (household_id);
