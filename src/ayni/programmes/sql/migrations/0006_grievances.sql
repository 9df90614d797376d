-- What people complain of, and the decisions that they appeal against. Nothing of it is ever changed: what happens to it
-- is added.
CREATE TABLE programmes.grievances (
    id uuid PRIMARY KEY,
    ticket bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT tickets_are_numbered UNIQUE,
    kind text NOT NULL CONSTRAINT grievance_kind_is_known CHECK (kind IN ('complaint', 'appeal')),
    category text NOT NULL CONSTRAINT grievance_category_is_known CHECK (category IN (
        'not_included', 'wrong_amount', 'not_paid', 'wrong_data', 'treatment', 'fraud', 'overpayment', 'other')),
    channel text NOT NULL CONSTRAINT grievance_channel_is_known CHECK (
        channel IN ('desk', 'phone', 'web', 'agent', 'letter')),
    severity smallint NOT NULL CONSTRAINT severity_is_low_to_high CHECK (severity BETWEEN 1 AND 3),
    is_sensitive boolean NOT NULL,
    person_id uuid, -- who complains; null: somebody who does not say who they are
    programme_id uuid REFERENCES programmes.programmes,
    subject_id uuid,
    assessment_id uuid REFERENCES programmes.assessments, -- the judgement that is appealed against
    overpayment_id uuid REFERENCES programmes.overpayment_decisions (overpayment_id), -- or the recovery
    text text NOT NULL CONSTRAINT grievances_say_something CHECK (length(btrim(text)) BETWEEN 1 AND 4000),
    received_at timestamptz NOT NULL,
    received_by text NOT NULL,
    due_on date NOT NULL, -- the legal term
    CONSTRAINT appeals_are_against_a_decision CHECK (
        (kind = 'appeal') = (num_nonnulls(assessment_id, overpayment_id) = 1)),
    CONSTRAINT appeals_are_of_somebody CHECK (kind = 'complaint' OR person_id IS NOT NULL)
);
CREATE INDEX grievances_by_person ON programmes.grievances (person_id);
CREATE INDEX grievances_by_overpayment ON programmes.grievances (overpayment_id) WHERE overpayment_id IS NOT NULL;

-- Which officers made the decision that is appealed against: none of these humans decides the appeal.
CREATE TABLE programmes.grievance_deciders (
    grievance_id uuid NOT NULL REFERENCES programmes.grievances,
    officer_id uuid NOT NULL,
    PRIMARY KEY (grievance_id, officer_id)
);

-- Who works on it since when, what was noted, and that it was passed up because its term was near.
CREATE TABLE programmes.grievance_notes (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    grievance_id uuid NOT NULL REFERENCES programmes.grievances,
    kind text NOT NULL CONSTRAINT note_kind_is_known CHECK (kind IN ('assigned', 'note', 'escalated')),
    officer_id uuid, -- to whom it is assigned, or who notes; null: a round did it
    text text NOT NULL,
    noted_at timestamptz NOT NULL,
    noted_by text NOT NULL
);
CREATE INDEX notes_by_grievance ON programmes.grievance_notes (grievance_id, number);

-- How it ended, once.
CREATE TABLE programmes.grievance_decisions (
    grievance_id uuid CONSTRAINT grievance_decided_once PRIMARY KEY REFERENCES programmes.grievances,
    outcome text NOT NULL CONSTRAINT grievance_outcome_is_known CHECK (
        outcome IN ('upheld', 'partially_upheld', 'rejected', 'withdrawn', 'referred')),
    reasons text NOT NULL CONSTRAINT grievances_are_decided_for_reasons CHECK (btrim(reasons) <> ''),
    effect text NOT NULL CONSTRAINT grievance_effect_is_known CHECK (effect IN ('none', 'reassessed', 'recovery')),
    assessment_id uuid REFERENCES programmes.assessments, -- made anew
    amount_minor bigint, -- what is recovered from now on
    officer_id uuid, -- null: withdrawn by whoever complained
    decided_at timestamptz NOT NULL,
    CONSTRAINT somebody_decides CHECK ((officer_id IS NULL) = (outcome = 'withdrawn')),
    CONSTRAINT effects_have_their_facts CHECK (
        (effect = 'reassessed') = (assessment_id IS NOT NULL) AND (effect = 'recovery') = (amount_minor IS NOT NULL)),
    CONSTRAINT only_what_is_upheld_has_an_effect CHECK (effect = 'none' OR outcome IN ('upheld', 'partially_upheld'))
);
