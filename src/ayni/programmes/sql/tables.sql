-- Programmes: what they promise, who was assessed and how, who is enrolled, and what each cycle owes.
CREATE SCHEMA IF NOT EXISTS programmes;
CREATE SCHEMA IF NOT EXISTS programmes_api;

CREATE TABLE programmes.programmes (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT programme_code_is_unique UNIQUE
        CONSTRAINT programme_code_is_plain CHECK (code ~ '^[a-z][a-z0-9_]{1,59}$'),
    target text NOT NULL CONSTRAINT programme_target_is_known CHECK (target IN ('household', 'person')),
    created_at timestamptz NOT NULL
);

-- A definition is never edited: a change is the next version.
CREATE TABLE programmes.versions (
    programme_id uuid NOT NULL REFERENCES programmes.programmes,
    version integer NOT NULL CONSTRAINT version_is_positive CHECK (version > 0),
    definition jsonb NOT NULL,
    digest text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (programme_id, version)
);

CREATE TABLE programmes.assessments (
    id uuid PRIMARY KEY,
    programme_id uuid NOT NULL,
    version integer NOT NULL,
    as_of date NOT NULL,
    assessed_at timestamptz NOT NULL,
    assessed_by text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY, -- the order in which they were made
    subjects integer, -- of how many it was made; null: of the whole registry
    scorecards jsonb NOT NULL DEFAULT '{}', -- the version of each score that was used
    FOREIGN KEY (programme_id, version) REFERENCES programmes.versions
);
CREATE INDEX assessments_by_programme ON programmes.assessments (programme_id, number);

-- One subject's assessment: the facts that were used and what each criterion said of them, null for "unknown".
-- Here and below, where a million rows come in one statement, what they belong to is looked up once for all of
-- them by a guard in functions.sql, and not row by row by a foreign key.
CREATE TABLE programmes.assessment_rows (
    assessment_id uuid NOT NULL, -- guarded
    subject_id uuid NOT NULL,
    recipient_id uuid,
    facts jsonb NOT NULL,
    criteria boolean[] NOT NULL,
    outcome text NOT NULL CONSTRAINT outcome_is_known CHECK (outcome IN ('eligible', 'not_eligible', 'unknown')),
    amount_minor bigint,
    amount_fault text, -- why the formula's answer is no amount that can be paid
    members uuid[], -- of an eligible subject: whom it covers
    quantity integer, -- in kind: how many units
    priority smallint, -- the group of the waiting list, from 1; null: none of them, served last
    rank_value numeric, -- the smallest is served first
    conflict text, -- the code of an incompatible programme that somebody of the subject is enrolled in
    PRIMARY KEY (assessment_id, subject_id),
    CONSTRAINT eligible_has_amount_and_recipient CHECK (
        outcome <> 'eligible' OR (amount_minor > 0 AND recipient_id IS NOT NULL)),
    CONSTRAINT amount_fault_is_known CHECK (
        amount_fault IN ('unknown', 'zero', 'negative', 'fraction', 'too_large')),
    CONSTRAINT eligible_has_no_amount_fault CHECK (outcome <> 'eligible' OR amount_fault IS NULL),
    CONSTRAINT eligible_covers_somebody CHECK (outcome <> 'eligible' OR cardinality(members) > 0),
    CONSTRAINT eligible_has_no_conflict CHECK (outcome <> 'eligible' OR conflict IS NULL)
);

-- The states of a membership, each with its reason; the newest holds.
CREATE TABLE programmes.enrolments (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme_id uuid NOT NULL, -- guarded
    subject_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT enrolment_state_is_known CHECK (
        state IN ('draft', 'waiting', 'enrolled', 'paused', 'exited', 'not_eligible', 'duplicated')),
    reason text NOT NULL,
    assessment_id uuid, -- guarded
    since timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX enrolments_by_subject ON programmes.enrolments (programme_id, subject_id, number DESC);

CREATE TABLE programmes.cycles (
    id uuid PRIMARY KEY,
    programme_id uuid NOT NULL REFERENCES programmes.programmes,
    name text NOT NULL,
    assessment_id uuid NOT NULL REFERENCES programmes.assessments,
    state text NOT NULL DEFAULT 'draft' CONSTRAINT cycle_state_is_known CHECK (
        state IN ('draft', 'to_approve', 'approved', 'distributed', 'ended', 'cancelled')),
    entitlements integer NOT NULL DEFAULT 0,
    total_minor bigint NOT NULL DEFAULT 0,
    digest text NOT NULL DEFAULT '', -- SHA-256 of the frozen entitlements
    opened_by uuid NOT NULL, -- officers' ids
    opened_at timestamptz NOT NULL,
    approved_by uuid,
    approved_at timestamptz,
    kind text NOT NULL DEFAULT 'regular' CONSTRAINT cycle_kind_is_known CHECK (
        kind IN ('regular', 'top_up', 'follow_up')),
    parent_id uuid REFERENCES programmes.cycles,
    first_on date, -- null in cycles from before periods were written down
    last_on date,
    approvals_needed integer NOT NULL DEFAULT 1 CONSTRAINT somebody_approves CHECK (approvals_needed BETWEEN 1 AND 2),
    CONSTRAINT approved_by_somebody CHECK (
        state NOT IN ('approved', 'distributed', 'ended') OR (approved_by IS NOT NULL AND approved_at IS NOT NULL)),
    CONSTRAINT period_has_days CHECK (first_on <= last_on),
    CONSTRAINT regular_cycles_have_no_parent CHECK ((kind = 'regular') = (parent_id IS NULL)),
    -- No day is paid for twice, whatever the cycles are called.
    CONSTRAINT one_regular_cycle_per_period EXCLUDE USING gist (
        programme_id WITH =, daterange(first_on, last_on, '[]') WITH &&)
        WHERE (state <> 'cancelled' AND kind = 'regular')
);
-- A cancelled cycle leaves its name to the next.
CREATE UNIQUE INDEX cycle_name_is_unique ON programmes.cycles (programme_id, name) WHERE state <> 'cancelled';
-- One assessment is paid once, whatever the cycles are called.
CREATE UNIQUE INDEX one_cycle_per_assessment ON programmes.cycles (assessment_id)
    WHERE state <> 'cancelled' AND kind <> 'top_up';

-- What a cycle owes: at most once to each subject. Frozen when the cycle leaves the draft.
CREATE TABLE programmes.entitlements (
    id uuid PRIMARY KEY,
    cycle_id uuid NOT NULL, -- guarded
    subject_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT entitlement_is_positive CHECK (amount_minor > 0),
    purpose text,
    created_at timestamptz NOT NULL,
    members uuid[] NOT NULL, -- whom it covers, as they lived together on the assessment's day
    kind text NOT NULL,
    quantity integer, -- in kind: how many units
    deducted_minor bigint NOT NULL DEFAULT 0, -- kept back for an overpayment; the amount is what is left
    recovers uuid, -- the overpayment for which it is kept back
    CONSTRAINT one_entitlement_per_cycle UNIQUE (cycle_id, subject_id),
    CONSTRAINT entitlement_covers_somebody CHECK (
        cardinality(members) > 0 AND array_position(members, NULL) IS NULL),
    CONSTRAINT entitlement_kind_is_known CHECK (
        kind IN ('cash', 'purpose', 'in_kind') AND (kind = 'purpose') = (purpose IS NOT NULL)
        AND (kind = 'in_kind') = (quantity IS NOT NULL)),
    CONSTRAINT rations_are_counted CHECK (quantity > 0),
    CONSTRAINT deductions_are_sums CHECK (deducted_minor >= 0 AND (deducted_minor > 0) = (recovers IS NOT NULL))
);
CREATE INDEX entitlements_in_order ON programmes.entitlements (cycle_id, id);
-- Who receives what in a cycle: for finding a human who would be paid twice after two files were merged.
CREATE INDEX entitlements_by_recipient ON programmes.entitlements (recipient_id, cycle_id);
CREATE INDEX entitlements_recovering ON programmes.entitlements (recovers) WHERE recovers IS NOT NULL;

-- Each try to pay an entitlement, with its answer. At most one of them paid.
CREATE TABLE programmes.payments (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entitlement_id uuid NOT NULL, -- guarded
    attempt integer NOT NULL,
    transfer_id uuid NOT NULL,
    paid boolean NOT NULL,
    sent boolean NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    tried_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX paid_once ON programmes.payments (entitlement_id) WHERE paid;
CREATE INDEX payments_by_entitlement ON programmes.payments (entitlement_id) WHERE NOT paid;
CREATE INDEX payments_as_vouchers ON programmes.payments (transfer_id) WHERE code = 'voucher';
