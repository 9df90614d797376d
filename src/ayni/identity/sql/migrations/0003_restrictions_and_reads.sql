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
    -- The whole file; the export that a person asks for; a restricted file found by document, telephone or id.
    kind text NOT NULL CONSTRAINT reads_kind_is_known CHECK (kind IN ('file', 'export', 'restricted')),
    purpose text NOT NULL CONSTRAINT reads_have_a_purpose CHECK (length(btrim(purpose)) BETWEEN 1 AND 500),
    read_at timestamptz NOT NULL,
    read_by text NOT NULL,
    channel text NOT NULL
);
CREATE INDEX reads_by_person ON identity.reads (person_id, number);
