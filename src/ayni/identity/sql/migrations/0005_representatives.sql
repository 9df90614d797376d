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
