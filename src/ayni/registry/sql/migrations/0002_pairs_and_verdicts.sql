-- Two files that may be of one human, who judged them, and what became of their households.
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
