-- Socio-economic classes with their validity, and flags for ages that cannot be.
ALTER TABLE registry.flags DROP CONSTRAINT flags_reason_is_known;
ALTER TABLE registry.flags ADD CONSTRAINT flags_reason_is_known CHECK (
    reason IN ('no_head', 'facts_disagree', 'district_disagrees', 'ages_contradict'));

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
