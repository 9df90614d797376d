-- Programmes: what was claimed, changed and decided about what cycles owe.

-- Each officer who approved a cycle, as the human that they were then: one human once.
CREATE TABLE programmes.cycle_approvals (
    cycle_id uuid NOT NULL REFERENCES programmes.cycles,
    person_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    warnings_read boolean NOT NULL,
    approved_at timestamptz NOT NULL,
    CONSTRAINT one_approval_per_human PRIMARY KEY (cycle_id, person_id)
);

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
CREATE INDEX payees_by_payee ON programmes.payees (payee_id);

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
