-- Sources that contradict each other, and warnings of classes that lapse.
ALTER TABLE registry.flags DROP CONSTRAINT flags_reason_is_known;
ALTER TABLE registry.flags ADD CONSTRAINT flags_reason_is_known CHECK (
    reason IN ('no_head', 'facts_disagree', 'district_disagrees', 'ages_contradict', 'sources_disagree'));

-- Which evaluations were warned of before they lapse: each once, for whoever tells the household.
CREATE TABLE registry.class_warnings (
    class_number bigint PRIMARY KEY CONSTRAINT class_warnings_are_of_a_class REFERENCES registry.classes (number),
    household_id uuid NOT NULL CONSTRAINT class_warnings_are_of_a_household REFERENCES registry.households (id),
    lapses_after date NOT NULL,
    warned_at timestamptz NOT NULL
);
CREATE INDEX class_warnings_by_household ON registry.class_warnings (household_id);
