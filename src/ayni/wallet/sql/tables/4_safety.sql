-- What was odd about an order, and what was done. An order is decided about once for each rule.
CREATE TABLE wallet.risk_decisions (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT risk_decisions_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    event_id uuid NOT NULL,
    rule text NOT NULL,
    action text NOT NULL CONSTRAINT risk_decisions_action_is_known CHECK (action IN ('ask_code', 'hold', 'review')),
    reason text NOT NULL,
    shop_id uuid CONSTRAINT risk_decisions_are_at_a_shop REFERENCES wallet.shops (id),
    decided_at timestamptz NOT NULL,
    CONSTRAINT risk_decisions_are_made_once UNIQUE (event_id, rule)
);
CREATE INDEX risk_decisions_by_person ON wallet.risk_decisions (person_id, decided_at);

-- How each ended: by the holder's code, or by an officer's verdict.
CREATE TABLE wallet.risk_ends (
    decision_id uuid CONSTRAINT risk_decisions_end_once PRIMARY KEY REFERENCES wallet.risk_decisions (id),
    how text NOT NULL CONSTRAINT risk_ends_are_known CHECK (how IN ('code', 'cleared', 'confirmed')),
    reason text NOT NULL CONSTRAINT risk_ends_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    ended_by text NOT NULL,
    ended_at timestamptz NOT NULL
);

-- Who may be somebody on a list of sanctions. A verdict is remembered for ever, and nobody is asked twice.
CREATE TABLE wallet.sanction_hits (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT sanction_hits_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    list text NOT NULL,
    entry text NOT NULL,
    version text NOT NULL,
    likeness_per_mille integer NOT NULL CONSTRAINT sanction_hits_are_alike CHECK (likeness_per_mille BETWEEN 0 AND 1000),
    reason text NOT NULL,
    found_at timestamptz NOT NULL,
    CONSTRAINT sanction_hits_are_found_once UNIQUE (person_id, list, entry)
);

CREATE TABLE wallet.sanction_verdicts (
    hit_id uuid CONSTRAINT sanction_hits_are_decided_once PRIMARY KEY REFERENCES wallet.sanction_hits (id),
    is_same boolean NOT NULL,
    reason text NOT NULL CONSTRAINT sanction_verdicts_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL
);

-- Case files of suspicious activity. Nobody who is not trusted with them sees that there is one.
CREATE TABLE wallet.cases (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT cases_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    reason text NOT NULL CONSTRAINT cases_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL
);
CREATE INDEX cases_by_person ON wallet.cases (person_id, opened_at);

CREATE TABLE wallet.case_notes (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES wallet.cases (id),
    note text NOT NULL CONSTRAINT case_notes_say_something CHECK (length(btrim(note)) BETWEEN 1 AND 4000),
    noted_by text NOT NULL,
    noted_at timestamptz NOT NULL
);
CREATE INDEX case_notes_by_case ON wallet.case_notes (case_id, number);

CREATE TABLE wallet.case_ends (
    case_id uuid CONSTRAINT cases_end_once PRIMARY KEY REFERENCES wallet.cases (id),
    how text NOT NULL CONSTRAINT case_ends_are_known CHECK (how IN ('dismissed', 'reported')),
    reference text CONSTRAINT case_ends_reference_fits CHECK (length(btrim(reference)) BETWEEN 1 AND 80),
    reason text NOT NULL CONSTRAINT case_ends_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    ended_by text NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT case_ends_name_the_report CHECK ((how = 'reported') = (reference IS NOT NULL))
);

-- Who looked up whom a telephone reaches: for counting, so without the telephone.
CREATE TABLE wallet.lookups (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT lookups_are_by_a_wallet REFERENCES wallet.wallets (person_id),
    looked_at timestamptz NOT NULL
);
CREATE INDEX lookups_by_person ON wallet.lookups (person_id, looked_at);
