-- Names as they sound, for search and comparison; and who searched. People from before get their keys from
-- `identity.backfill_name_keys`, because only the country knows how names are respelt.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA identity;

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

CREATE TABLE identity.searches (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CONSTRAINT searches_kind_is_known CHECK (kind IN ('name', 'document', 'phone')),
    found integer NOT NULL CONSTRAINT searches_found_is_a_count CHECK (found >= 0),
    searched_at timestamptz NOT NULL,
    searched_by text NOT NULL,
    channel text NOT NULL
);
