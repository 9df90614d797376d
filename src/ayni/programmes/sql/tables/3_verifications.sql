-- Programmes: asking residents, and telling them.

-- Questions to a sample of residents whether they received what the ledger says, and what they answered.
CREATE TABLE programmes.verifications (
    id uuid PRIMARY KEY,
    cycle_id uuid NOT NULL REFERENCES programmes.cycles,
    seed text NOT NULL, -- by which the sample can be drawn again
    size integer NOT NULL CONSTRAINT samples_have_somebody CHECK (size > 0),
    officer_id uuid NOT NULL,
    drawn_at timestamptz NOT NULL
);

CREATE TABLE programmes.verification_asks (
    verification_id uuid NOT NULL REFERENCES programmes.verifications,
    entitlement_id uuid NOT NULL REFERENCES programmes.entitlements,
    PRIMARY KEY (verification_id, entitlement_id)
);

CREATE TABLE programmes.verification_answers (
    verification_id uuid NOT NULL,
    entitlement_id uuid NOT NULL,
    answer text NOT NULL CONSTRAINT verification_answer_is_known CHECK (
        answer IN ('received', 'not_received', 'other_amount', 'not_reached')),
    amount_minor bigint CONSTRAINT told_amount_is_a_sum CHECK (amount_minor >= 0),
    note text NOT NULL,
    officer_id uuid NOT NULL,
    answered_at timestamptz NOT NULL,
    CONSTRAINT answered_once PRIMARY KEY (verification_id, entitlement_id),
    CONSTRAINT answers_are_to_a_question FOREIGN KEY (verification_id, entitlement_id)
        REFERENCES programmes.verification_asks,
    CONSTRAINT another_amount_is_told CHECK ((answer = 'other_amount') = (amount_minor IS NOT NULL))
);

-- Up to which payment residents were told of a cycle's payments: a mark that goes up only.
CREATE TABLE programmes.told (
    cycle_id uuid PRIMARY KEY REFERENCES programmes.cycles,
    payment_number bigint NOT NULL,
    told_at timestamptz NOT NULL
);
