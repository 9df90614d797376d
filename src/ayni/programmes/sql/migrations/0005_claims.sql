-- Whom an entitlement covers is frozen with it, and each of them is claimed once in a cycle.

ALTER TABLE programmes.assessments ADD COLUMN subjects integer; -- of how many it was made; null: of the whole registry
ALTER TABLE programmes.assessments ADD COLUMN scorecards jsonb NOT NULL DEFAULT '{}';

ALTER TABLE programmes.assessment_rows ADD COLUMN members uuid[];
ALTER TABLE programmes.assessment_rows ADD COLUMN quantity integer;
ALTER TABLE programmes.assessment_rows ADD COLUMN priority smallint;
ALTER TABLE programmes.assessment_rows ADD COLUMN rank_value numeric;
ALTER TABLE programmes.assessment_rows ADD COLUMN conflict text;
ALTER TABLE programmes.assessment_rows DISABLE TRIGGER USER;
UPDATE programmes.assessment_rows SET members = ARRAY[recipient_id] WHERE outcome = 'eligible';
ALTER TABLE programmes.assessment_rows ENABLE TRIGGER USER;
ALTER TABLE programmes.assessment_rows ADD CONSTRAINT eligible_covers_somebody CHECK (
    outcome <> 'eligible' OR cardinality(members) > 0);
ALTER TABLE programmes.assessment_rows ADD CONSTRAINT eligible_has_no_conflict CHECK (
    outcome <> 'eligible' OR conflict IS NULL);

ALTER TABLE programmes.enrolments DROP CONSTRAINT enrolment_state_is_known;
ALTER TABLE programmes.enrolments ADD CONSTRAINT enrolment_state_is_known CHECK (
    state IN ('draft', 'waiting', 'enrolled', 'paused', 'exited', 'not_eligible', 'duplicated'));

ALTER TABLE programmes.cycles ADD COLUMN kind text NOT NULL DEFAULT 'regular' CONSTRAINT cycle_kind_is_known CHECK (
    kind IN ('regular', 'top_up', 'follow_up'));
ALTER TABLE programmes.cycles ADD COLUMN parent_id uuid REFERENCES programmes.cycles;
ALTER TABLE programmes.cycles ADD COLUMN first_on date; -- null in cycles from before periods were written down
ALTER TABLE programmes.cycles ADD COLUMN last_on date;
ALTER TABLE programmes.cycles ADD COLUMN approvals_needed integer NOT NULL DEFAULT 1
    CONSTRAINT somebody_approves CHECK (approvals_needed BETWEEN 1 AND 2);
ALTER TABLE programmes.cycles ADD CONSTRAINT period_has_days CHECK (first_on <= last_on);
ALTER TABLE programmes.cycles ADD CONSTRAINT regular_cycles_have_no_parent CHECK ((kind = 'regular') = (parent_id IS NULL));
DROP INDEX programmes.one_cycle_per_assessment;
CREATE UNIQUE INDEX one_cycle_per_assessment ON programmes.cycles (assessment_id)
    WHERE state <> 'cancelled' AND kind <> 'top_up';
ALTER TABLE programmes.cycles ADD CONSTRAINT one_regular_cycle_per_period EXCLUDE USING gist (
    programme_id WITH =, daterange(first_on, last_on, '[]') WITH &&)
    WHERE (state <> 'cancelled' AND kind = 'regular');

ALTER TABLE programmes.entitlements ADD COLUMN members uuid[];
ALTER TABLE programmes.entitlements ADD COLUMN kind text NOT NULL DEFAULT 'cash';
ALTER TABLE programmes.entitlements ADD COLUMN quantity integer;
ALTER TABLE programmes.entitlements ADD COLUMN deducted_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE programmes.entitlements ADD COLUMN recovers uuid;
ALTER TABLE programmes.entitlements DISABLE TRIGGER USER;
UPDATE programmes.entitlements SET members = ARRAY[recipient_id],
    kind = CASE WHEN purpose IS NULL THEN 'cash' ELSE 'purpose' END;
ALTER TABLE programmes.entitlements ENABLE TRIGGER USER;
ALTER TABLE programmes.entitlements ALTER COLUMN members SET NOT NULL;
ALTER TABLE programmes.entitlements ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE programmes.entitlements ADD CONSTRAINT entitlement_covers_somebody CHECK (
    cardinality(members) > 0 AND array_position(members, NULL) IS NULL);
ALTER TABLE programmes.entitlements ADD CONSTRAINT entitlement_kind_is_known CHECK (
    kind IN ('cash', 'purpose', 'in_kind') AND (kind = 'purpose') = (purpose IS NOT NULL)
    AND (kind = 'in_kind') = (quantity IS NOT NULL));
ALTER TABLE programmes.entitlements ADD CONSTRAINT rations_are_counted CHECK (quantity > 0);
ALTER TABLE programmes.entitlements ADD CONSTRAINT deductions_are_sums CHECK (
    deducted_minor >= 0 AND (deducted_minor > 0) = (recovers IS NOT NULL));
CREATE INDEX entitlements_recovering ON programmes.entitlements (recovers) WHERE recovers IS NOT NULL;

-- Each officer who approved a cycle, as the human that they were then: one human once.
CREATE TABLE programmes.cycle_approvals (
    cycle_id uuid NOT NULL REFERENCES programmes.cycles,
    person_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    warnings_read boolean NOT NULL,
    approved_at timestamptz NOT NULL,
    CONSTRAINT one_approval_per_human PRIMARY KEY (cycle_id, person_id)
);
INSERT INTO programmes.cycle_approvals (cycle_id, person_id, officer_id, warnings_read, approved_at)
SELECT id, approved_by, approved_by, true, approved_at FROM programmes.cycles WHERE approved_by IS NOT NULL;

-- What an officer should look at before approving: a code and its numbers.
CREATE TABLE programmes.cycle_warnings (
    cycle_id uuid NOT NULL REFERENCES programmes.cycles,
    code text NOT NULL,
    numbers jsonb NOT NULL,
    PRIMARY KEY (cycle_id, code)
);

-- What differs from the programme's cycle before: who came in, who went out, whose amount changed, and why.
CREATE TABLE programmes.cycle_changes (
    cycle_id uuid NOT NULL, -- guarded
    subject_id uuid NOT NULL,
    change text NOT NULL CONSTRAINT change_is_known CHECK (change IN ('in', 'out', 'amount')),
    before_minor bigint,
    after_minor bigint,
    reason text NOT NULL,
    details jsonb NOT NULL,
    PRIMARY KEY (cycle_id, subject_id),
    CONSTRAINT changes_have_their_amounts CHECK (
        (change = 'in') = (before_minor IS NULL) AND (change = 'out') = (after_minor IS NULL))
);

-- One row for each person whom an approved entitlement covers, as the file that stood for them at the approval. The
-- key is the promise: no human twice in a cycle of a programme. A follow-up claims in the cycle that it follows.
CREATE TABLE programmes.entitlement_claims (
    programme_id uuid NOT NULL,
    cycle_id uuid NOT NULL,
    person_id uuid NOT NULL,
    entitlement_id uuid NOT NULL,
    CONSTRAINT claimed_once PRIMARY KEY (programme_id, cycle_id, person_id)
);
CREATE INDEX claims_by_entitlement ON programmes.entitlement_claims (entitlement_id);
CREATE INDEX claims_by_person ON programmes.entitlement_claims (person_id);
INSERT INTO programmes.entitlement_claims (programme_id, cycle_id, person_id, entitlement_id)
SELECT c.programme_id, c.id, e.recipient_id, e.id
FROM programmes.entitlements e
JOIN programmes.cycles c ON c.id = e.cycle_id
WHERE c.state IN ('approved', 'distributed', 'ended')
ORDER BY e.id
ON CONFLICT DO NOTHING;

-- Entitlements of an approved cycle that could not be claimed, and why. The newest reason holds, until they are.
CREATE TABLE programmes.set_asides (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entitlement_id uuid NOT NULL, -- guarded
    code text NOT NULL CONSTRAINT set_aside_for_a_reason CHECK (code IN ('same_human', 'incompatible', 'overpayment')),
    other text, -- the other programme's code
    set_aside_at timestamptz NOT NULL
);
CREATE INDEX set_asides_by_entitlement ON programmes.set_asides (entitlement_id, number DESC);

-- Claims are let go only by one of these: of one entitlement, or of all that a cycle has not paid.
CREATE TABLE programmes.reversals (
    id uuid PRIMARY KEY,
    cycle_id uuid NOT NULL REFERENCES programmes.cycles,
    entitlement_id uuid CONSTRAINT voided_once UNIQUE REFERENCES programmes.entitlements,
    kind text NOT NULL CONSTRAINT reversal_kind_is_known CHECK (kind IN ('void', 'cancel', 'lapse')),
    released integer NOT NULL,
    reason text NOT NULL CONSTRAINT reversals_have_a_reason CHECK (btrim(reason) <> ''),
    officer_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT voids_name_their_entitlement CHECK ((kind = 'void') = (entitlement_id IS NOT NULL))
);
CREATE UNIQUE INDEX reversed_whole_once ON programmes.reversals (cycle_id) WHERE entitlement_id IS NULL;

-- Who receives instead of the recipient, and why: the newest holds.
CREATE TABLE programmes.payees (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entitlement_id uuid NOT NULL REFERENCES programmes.entitlements,
    payee_id uuid NOT NULL,
    reason text NOT NULL CONSTRAINT payees_have_a_reason CHECK (btrim(reason) <> ''),
    officer_id uuid NOT NULL,
    named_at timestamptz NOT NULL
);
CREATE INDEX payees_by_entitlement ON programmes.payees (entitlement_id, number DESC);

-- Scorecards, by versions: a score is worked out by the newest that was valid on its day.
CREATE TABLE programmes.scorecards (
    code text NOT NULL CONSTRAINT scorecard_code_is_plain CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    version integer NOT NULL CONSTRAINT scorecard_version_is_positive CHECK (version > 0),
    valid_from date NOT NULL,
    definition jsonb NOT NULL,
    digest text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (code, version)
);

-- Money that was paid to a human twice, or to somebody who was not entitled to it.
CREATE TABLE programmes.overpayments (
    id uuid PRIMARY KEY,
    programme_id uuid NOT NULL REFERENCES programmes.programmes,
    entitlement_id uuid NOT NULL CONSTRAINT overpaid_once UNIQUE REFERENCES programmes.entitlements,
    other_entitlement_id uuid REFERENCES programmes.entitlements, -- the one that was rightly paid
    person_id uuid NOT NULL,
    cause text NOT NULL CONSTRAINT overpayment_cause_is_known CHECK (cause IN ('same_human', 'died', 'wrong_facts')),
    amount_minor bigint NOT NULL CONSTRAINT overpayment_is_positive CHECK (amount_minor > 0),
    found_at timestamptz NOT NULL,
    found_by text NOT NULL
);
CREATE INDEX overpayments_by_person ON programmes.overpayments (person_id);

-- What an officer decided about one, once; it may be recovered when the notice was given and its term has passed.
CREATE TABLE programmes.overpayment_decisions (
    overpayment_id uuid CONSTRAINT overpayment_decided_once PRIMARY KEY REFERENCES programmes.overpayments,
    kind text NOT NULL CONSTRAINT overpayment_decision_is_known CHECK (kind IN ('recover', 'waive')),
    amount_minor bigint NOT NULL CONSTRAINT recovered_amount_is_a_sum CHECK (amount_minor >= 0),
    each_cycle_minor bigint NOT NULL CONSTRAINT each_recovery_is_a_sum CHECK (each_cycle_minor >= 0),
    reasons text NOT NULL CONSTRAINT overpayments_are_decided_for_reasons CHECK (btrim(reasons) <> ''),
    officer_id uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    notified_on date NOT NULL,
    appealable_until date NOT NULL,
    CONSTRAINT what_is_waived_is_not_recovered CHECK (
        (kind = 'waive') = (amount_minor = 0) AND (kind = 'waive') = (each_cycle_minor = 0)),
    CONSTRAINT decisions_can_be_appealed CHECK (appealable_until > notified_on)
);

-- Rations that were handed over, each with the number of its receipt.
CREATE TABLE programmes.handovers (
    entitlement_id uuid CONSTRAINT handed_over_once PRIMARY KEY REFERENCES programmes.entitlements,
    receipt_number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT receipts_are_numbered UNIQUE,
    quantity integer NOT NULL CONSTRAINT something_was_handed_over CHECK (quantity > 0),
    received_by uuid NOT NULL,
    place text NOT NULL CONSTRAINT handovers_have_a_place CHECK (btrim(place) <> ''),
    officer_id uuid NOT NULL,
    handed_over_at timestamptz NOT NULL
);
