-- The wallet: who holds which accounts. It knows people and accounts, and never holds a balance.
CREATE SCHEMA IF NOT EXISTS wallet;
CREATE SCHEMA IF NOT EXISTS wallet_api;

-- The link between a person and the opaque owner that the ledger knows. Money and people meet only here.
CREATE TABLE wallet.wallets (
    person_id uuid CONSTRAINT wallets_are_one_a_person PRIMARY KEY,
    owner_ref uuid NOT NULL UNIQUE,
    main_account_id uuid NOT NULL UNIQUE,
    opened_at timestamptz NOT NULL
);

-- What money may be bound to: food, school things. The number is the ledger's.
CREATE TABLE wallet.purposes (
    purpose smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CONSTRAINT purposes_name_is_taken UNIQUE
        CONSTRAINT purposes_name_is_plain CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    defined_at timestamptz NOT NULL
);

-- A person's account for money of one purpose, opened with the first benefit of that purpose.
CREATE TABLE wallet.purpose_accounts (
    person_id uuid NOT NULL REFERENCES wallet.wallets (person_id),
    purpose smallint NOT NULL REFERENCES wallet.purposes (purpose),
    account_id uuid NOT NULL UNIQUE,
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, purpose)
);

-- Shops that take payments or trade cash. Each has a keeper, who is a known human, and a code on its sign.
CREATE TABLE wallet.shops (
    id uuid PRIMARY KEY,
    kind text NOT NULL CONSTRAINT shops_kind_is_known CHECK (kind IN ('merchant', 'agent', 'biller')),
    code text NOT NULL CONSTRAINT shops_code_is_taken UNIQUE
        CONSTRAINT shops_code_is_plain CHECK (code ~ '^[A-Z0-9]{4,12}$'),
    display_name text NOT NULL
        CONSTRAINT shops_name_fits CHECK (length(btrim(display_name)) BETWEEN 1 AND 80),
    category text CONSTRAINT shops_category_is_plain CHECK (category ~ '^[a-z][a-z0-9_]{0,39}$'),
    keeper_id uuid NOT NULL, -- a person of identity
    owner_ref uuid NOT NULL UNIQUE,
    account_id uuid NOT NULL UNIQUE,
    opened_at timestamptz NOT NULL,
    CONSTRAINT shops_merchants_have_a_category CHECK ((kind = 'merchant') = (category IS NOT NULL))
);

-- The purposes whose money a merchant may take.
CREATE TABLE wallet.accepted_purposes (
    shop_id uuid NOT NULL REFERENCES wallet.shops (id),
    purpose smallint NOT NULL REFERENCES wallet.purposes (purpose),
    PRIMARY KEY (shop_id, purpose)
);

-- Money that was sent to a telephone of nobody with a wallet, and how each such wait ended.
CREATE TABLE wallet.parcels (
    id uuid PRIMARY KEY, -- of the transfer that filled its account, made of the client's key
    sender_id uuid NOT NULL REFERENCES wallet.wallets (person_id),
    phone text NOT NULL CONSTRAINT parcels_phone_is_e164 CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    amount_minor bigint NOT NULL CONSTRAINT parcels_hold_something CHECK (amount_minor > 0),
    account_id uuid NOT NULL UNIQUE,
    event_id uuid NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT parcels_wait_a_while CHECK (expires_at > sent_at)
);
CREATE INDEX parcels_by_phone ON wallet.parcels (phone);
CREATE INDEX parcels_by_sender ON wallet.parcels (sender_id, sent_at);
CREATE INDEX parcels_by_term ON wallet.parcels (expires_at);

-- A parcel ends once: the key itself refuses the second time.
CREATE TABLE wallet.parcel_ends (
    parcel_id uuid CONSTRAINT parcels_end_once PRIMARY KEY REFERENCES wallet.parcels (id),
    how text NOT NULL CONSTRAINT parcels_end_is_known CHECK (how IN ('taken', 'returned')),
    taker_id uuid REFERENCES wallet.wallets (person_id),
    reason text NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT parcels_are_taken_by_somebody CHECK ((how = 'taken') = (taker_id IS NOT NULL))
);

-- Who may use a wallet: PINs, one-time codes, devices and sessions, and what keeps money from being sent for a while.

-- Each PIN that was ever set, as what is kept of it (foundation.pins). One is in force.
CREATE TABLE wallet.pins (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT pins_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    kept text NOT NULL,
    pepper_version integer NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    replaced_at timestamptz
);
CREATE UNIQUE INDEX pins_are_open_once ON wallet.pins (person_id) WHERE replaced_at IS NULL;

-- Wrong tries since the last right one. Each try is counted before it is looked at, in one statement, so that a
-- hundred at once are a hundred.
CREATE TABLE wallet.pin_tries (
    person_id uuid CONSTRAINT pin_tries_are_of_a_wallet PRIMARY KEY REFERENCES wallet.wallets (person_id),
    wrong integer NOT NULL CONSTRAINT pin_tries_are_a_count CHECK (wrong >= 0),
    locked_until timestamptz,
    last_at timestamptz NOT NULL
);

-- One-time codes as tags that only the ring can compare. `person_id` is of identity: they may have no wallet yet.
CREATE TABLE wallet.codes (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    purpose text NOT NULL CONSTRAINT codes_purpose_is_known CHECK (purpose IN ('open', 'device', 'recover', 'pay', 'unfreeze')),
    phone text NOT NULL CONSTRAINT codes_phone_is_e164 CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    tag bytea NOT NULL,
    key_version integer NOT NULL,
    wrong integer NOT NULL DEFAULT 0 CONSTRAINT codes_wrong_is_a_count CHECK (wrong >= 0),
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_how text CONSTRAINT codes_end_is_known CHECK (ended_how IN ('used', 'replaced', 'guessed')),
    CONSTRAINT codes_end_whole CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX codes_are_open_once ON wallet.codes (person_id, purpose) WHERE ended_at IS NULL;
CREATE INDEX codes_by_phone ON wallet.codes (phone, sent_at);
CREATE INDEX codes_by_person ON wallet.codes (person_id, sent_at);

-- What a wallet is used from. The token is known to the device alone; here is its SHA-256.
CREATE TABLE wallet.devices (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT devices_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    kind text NOT NULL CONSTRAINT devices_kind_is_known CHECK (kind IN ('browser', 'app', 'sim')),
    name text NOT NULL CONSTRAINT devices_name_fits CHECK (length(btrim(name)) BETWEEN 1 AND 60),
    token_hash bytea NOT NULL CONSTRAINT devices_have_a_token UNIQUE CHECK (length(token_hash) = 32),
    bound_at timestamptz NOT NULL,
    bound_by text NOT NULL,
    ended_at timestamptz,
    ended_reason text,
    CONSTRAINT devices_end_whole CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX devices_by_person ON wallet.devices (person_id, bound_at);

CREATE TABLE wallet.sessions (
    token_hash bytea PRIMARY KEY CONSTRAINT sessions_have_a_token CHECK (length(token_hash) = 32),
    person_id uuid NOT NULL CONSTRAINT sessions_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    device_id uuid NOT NULL CONSTRAINT sessions_are_on_a_device REFERENCES wallet.devices (id),
    opened_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sessions_by_person ON wallet.sessions (person_id) WHERE ended_at IS NULL;

-- Until when nothing is sent and no cash is taken out, and why. Lifted by an officer, for a reason.
CREATE TABLE wallet.sending_locks (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT sending_locks_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    why text NOT NULL CONSTRAINT sending_locks_why_is_known CHECK (why IN ('new_number', 'new_sim', 'recovered')),
    locked_at timestamptz NOT NULL,
    locked_until timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    lifted_reason text CONSTRAINT sending_locks_are_lifted_for_a_reason CHECK (
        length(btrim(lifted_reason)) BETWEEN 1 AND 500),
    CONSTRAINT sending_locks_are_lifted_whole CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL))
);
CREATE INDEX sending_locks_by_person ON wallet.sending_locks (person_id, locked_until);

-- A wallet whose holder has lost PIN or telephone: who saw the document, and the telephone that is to reach them now.
CREATE TABLE wallet.recoveries (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT recoveries_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    -- The agent's shop, or none when an officer did it.
    shop_id uuid CONSTRAINT recoveries_are_at_a_shop REFERENCES wallet.shops (id),
    begun_by text NOT NULL,
    document_kind text NOT NULL,
    phone text NOT NULL CONSTRAINT recoveries_phone_is_e164 CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    begun_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX recoveries_by_person ON wallet.recoveries (person_id, number);

-- Cash that a resident has set aside, to be handed over by whichever agent is told the code; and how each ended.
CREATE TABLE wallet.cash_codes (
    id uuid PRIMARY KEY, -- of the transfer that filled its account, made of the client's key
    person_id uuid NOT NULL CONSTRAINT cash_codes_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    amount_minor bigint NOT NULL CONSTRAINT cash_codes_hold_something CHECK (amount_minor > 0),
    account_id uuid NOT NULL CONSTRAINT cash_codes_have_an_account UNIQUE,
    event_id uuid NOT NULL,
    tag bytea NOT NULL,
    key_version integer NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT cash_codes_wait_a_while CHECK (expires_at > made_at)
);
CREATE INDEX cash_codes_by_person ON wallet.cash_codes (person_id, made_at);
CREATE INDEX cash_codes_by_term ON wallet.cash_codes (expires_at);

-- Tries that named the person and not the code: after some of them the code is over.
CREATE TABLE wallet.cash_code_tries (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_id uuid NOT NULL CONSTRAINT cash_code_tries_are_of_a_code REFERENCES wallet.cash_codes (id),
    shop_id uuid NOT NULL CONSTRAINT cash_code_tries_are_at_a_shop REFERENCES wallet.shops (id),
    tried_at timestamptz NOT NULL
);
CREATE INDEX cash_code_tries_by_code ON wallet.cash_code_tries (code_id);

-- A cash code ends once: the key itself refuses the second time.
CREATE TABLE wallet.cash_code_ends (
    code_id uuid CONSTRAINT cash_codes_end_once PRIMARY KEY REFERENCES wallet.cash_codes (id),
    how text NOT NULL CONSTRAINT cash_codes_end_is_known CHECK (how IN ('paid_out', 'returned')),
    shop_id uuid CONSTRAINT cash_codes_are_paid_out_at_a_shop REFERENCES wallet.shops (id),
    reason text NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT cash_codes_are_paid_out_by_somebody CHECK ((how = 'paid_out') = (shop_id IS NOT NULL))
);

-- What keeps a wallet from paying: its holder's word, an office, a court, sleep, or a death. Each begins and ends once.
CREATE TABLE wallet.stops (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT stops_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    kind text NOT NULL CONSTRAINT stops_kind_is_known CHECK (
        kind IN ('frozen_by_holder', 'frozen_by_office', 'legal_hold', 'dormant', 'death', 'closed')),
    reason text NOT NULL CONSTRAINT stops_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    -- The order of a court or an authority, by its number.
    authority text CONSTRAINT stops_authority_fits CHECK (length(btrim(authority)) BETWEEN 1 AND 200),
    begun_at timestamptz NOT NULL,
    begun_by text NOT NULL,
    ended_at timestamptz,
    ended_by text,
    ended_reason text CONSTRAINT stops_end_for_a_reason CHECK (length(btrim(ended_reason)) BETWEEN 1 AND 500),
    CONSTRAINT stops_of_law_name_their_order CHECK ((kind = 'legal_hold') = (authority IS NOT NULL)),
    CONSTRAINT stops_end_whole CHECK (
        (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE UNIQUE INDEX stops_are_open_once ON wallet.stops (person_id, kind) WHERE ended_at IS NULL;
CREATE INDEX stops_by_person ON wallet.stops (person_id, number);

-- Requests to pay: somebody asks somebody else for money, who pays it once, declines, or lets it be.
CREATE TABLE wallet.requests (
    id uuid PRIMARY KEY,
    payee_id uuid NOT NULL CONSTRAINT requests_are_by_a_wallet REFERENCES wallet.wallets (person_id),
    payer_id uuid NOT NULL CONSTRAINT requests_are_to_a_wallet REFERENCES wallet.wallets (person_id),
    amount_minor bigint NOT NULL CONSTRAINT requests_ask_for_something CHECK (amount_minor > 0),
    note text NOT NULL DEFAULT '' CONSTRAINT requests_note_fits CHECK (length(note) <= 140),
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT requests_are_to_somebody_else CHECK (payee_id <> payer_id),
    CONSTRAINT requests_wait_a_while CHECK (expires_at > asked_at)
);
CREATE INDEX requests_by_payer ON wallet.requests (payer_id, asked_at);
CREATE INDEX requests_by_payee ON wallet.requests (payee_id, asked_at);

-- A request ends once: the key itself refuses the second time.
CREATE TABLE wallet.request_ends (
    request_id uuid CONSTRAINT requests_end_once PRIMARY KEY REFERENCES wallet.requests (id),
    how text NOT NULL CONSTRAINT requests_end_is_known CHECK (how IN ('paid', 'declined', 'withdrawn')),
    ended_at timestamptz NOT NULL
);

-- Where a shop's money goes at its bank. The newest holds.
CREATE TABLE wallet.shop_accounts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shop_id uuid NOT NULL CONSTRAINT shop_accounts_are_of_a_shop REFERENCES wallet.shops (id),
    bank_account text NOT NULL CONSTRAINT shop_accounts_have_a_number CHECK (bank_account ~ '^[0-9A-Z]{8,34}$'),
    creditor text NOT NULL CONSTRAINT shop_accounts_name_their_holder CHECK (length(btrim(creditor)) BETWEEN 1 AND 140),
    since timestamptz NOT NULL,
    set_by text NOT NULL
);
CREATE INDEX shop_accounts_by_shop ON wallet.shop_accounts (shop_id, number);

-- What a shop asked to have at its bank, and what was sent there of itself: of a day once.
CREATE TABLE wallet.settlements (
    payout_id uuid PRIMARY KEY,
    shop_id uuid NOT NULL CONSTRAINT settlements_are_of_a_shop REFERENCES wallet.shops (id),
    amount_minor bigint NOT NULL CONSTRAINT settlements_are_of_something CHECK (amount_minor > 0),
    on_day date, -- NULL: asked for by the shop
    asked_at timestamptz NOT NULL,
    CONSTRAINT settlements_are_once_a_day UNIQUE (shop_id, on_day)
);
CREATE INDEX settlements_by_shop ON wallet.settlements (shop_id, asked_at);

-- What an agent has earned by the cash of a day, each day once.
CREATE TABLE wallet.commissions (
    shop_id uuid NOT NULL CONSTRAINT commissions_are_of_a_shop REFERENCES wallet.shops (id),
    on_day date NOT NULL,
    orders integer NOT NULL CONSTRAINT commissions_count_orders CHECK (orders > 0),
    turnover_minor bigint NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT commissions_are_not_below_zero CHECK (amount_minor >= 0),
    event_id uuid NOT NULL,
    paid_at timestamptz NOT NULL,
    CONSTRAINT commissions_are_once_a_day PRIMARY KEY (shop_id, on_day)
);

-- Bills as their company told them. What is owed may change: each state of a bill is a row, and a bill is paid once.
CREATE TABLE wallet.bills (
    id uuid PRIMARY KEY, -- made of company, number and amount
    shop_id uuid NOT NULL CONSTRAINT bills_are_of_a_company REFERENCES wallet.shops (id),
    customer text NOT NULL CONSTRAINT bills_name_a_customer CHECK (length(customer) BETWEEN 1 AND 40),
    number text NOT NULL CONSTRAINT bills_have_a_number CHECK (length(number) BETWEEN 1 AND 40),
    holder text NOT NULL CONSTRAINT bills_holder_fits CHECK (length(holder) <= 80),
    amount_minor bigint NOT NULL CONSTRAINT bills_are_of_something CHECK (amount_minor > 0),
    due_on date,
    told_at timestamptz NOT NULL
);

CREATE TABLE wallet.bill_payments (
    id uuid PRIMARY KEY, -- of the transfer
    bill_id uuid NOT NULL REFERENCES wallet.bills (id),
    shop_id uuid NOT NULL,
    number text NOT NULL,
    attempt integer NOT NULL CONSTRAINT bill_payments_count_from_one CHECK (attempt > 0),
    person_id uuid NOT NULL CONSTRAINT bill_payments_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    paid_at timestamptz NOT NULL,
    CONSTRAINT bills_are_paid_once UNIQUE (shop_id, number, attempt)
);
CREATE INDEX bill_payments_by_person ON wallet.bill_payments (person_id, paid_at);

-- What the company said when it was told of a payment. What it refused was given back.
CREATE TABLE wallet.bill_answers (
    payment_id uuid CONSTRAINT bill_payments_are_answered_once PRIMARY KEY REFERENCES wallet.bill_payments (id),
    accepted boolean NOT NULL,
    reason text NOT NULL,
    answered_at timestamptz NOT NULL
);

-- Money put aside for something, on an account of the holder's own.
CREATE TABLE wallet.goals (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT goals_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    name text NOT NULL CONSTRAINT goals_have_a_name CHECK (length(btrim(name)) BETWEEN 1 AND 60),
    target_minor bigint CONSTRAINT goals_aim_at_something CHECK (target_minor > 0),
    by_on date,
    account_id uuid NOT NULL CONSTRAINT goals_have_an_account UNIQUE,
    opened_at timestamptz NOT NULL
);
CREATE INDEX goals_by_person ON wallet.goals (person_id, opened_at);

CREATE TABLE wallet.goal_ends (
    goal_id uuid CONSTRAINT goals_end_once PRIMARY KEY REFERENCES wallet.goals (id),
    ended_at timestamptz NOT NULL
);

-- Payments that are made again and again, to a person or into a goal of one's own.
CREATE TABLE wallet.standing (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT standing_is_of_a_wallet REFERENCES wallet.wallets (person_id),
    payee_id uuid CONSTRAINT standing_goes_to_a_wallet REFERENCES wallet.wallets (person_id),
    goal_id uuid CONSTRAINT standing_goes_to_a_goal REFERENCES wallet.goals (id),
    amount_minor bigint NOT NULL CONSTRAINT standing_moves_something CHECK (amount_minor > 0),
    every text NOT NULL CONSTRAINT standing_rhythm_is_known CHECK (every IN ('week', 'month')),
    first_on date NOT NULL,
    last_on date,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT standing_goes_somewhere CHECK ((payee_id IS NULL) <> (goal_id IS NULL)),
    CONSTRAINT standing_goes_to_somebody_else CHECK (payee_id <> person_id),
    CONSTRAINT standing_lasts CHECK (last_on >= first_on)
);
CREATE INDEX standing_by_person ON wallet.standing (person_id, agreed_at);

CREATE TABLE wallet.standing_ends (
    standing_id uuid CONSTRAINT standing_ends_once PRIMARY KEY REFERENCES wallet.standing (id),
    reason text NOT NULL,
    ended_at timestamptz NOT NULL
);

-- Each try of each day on which one was due. A day is over when it was paid or given up.
CREATE TABLE wallet.standing_tries (
    standing_id uuid NOT NULL REFERENCES wallet.standing (id),
    due_on date NOT NULL,
    attempt integer NOT NULL CONSTRAINT standing_tries_count_from_one CHECK (attempt > 0),
    outcome text NOT NULL CONSTRAINT standing_outcome_is_known CHECK (outcome IN ('paid', 'refused', 'given_up')),
    code text NOT NULL,
    reason text NOT NULL,
    tried_on date NOT NULL,
    tried_at timestamptz NOT NULL,
    CONSTRAINT standing_is_tried_once PRIMARY KEY (standing_id, due_on, attempt)
);
CREATE UNIQUE INDEX standing_days_end_once ON wallet.standing_tries (standing_id, due_on) WHERE outcome <> 'refused';

-- Wallets on their way to being closed. It is closed when nothing is in it and nothing on its way to the holder's bank.
CREATE TABLE wallet.closings (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT closings_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    payout_id uuid CONSTRAINT closings_have_a_payout_of_their_own UNIQUE,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_how text CONSTRAINT closings_end_is_known CHECK (ended_how IN ('closed', 'failed')),
    reopened_at timestamptz,
    CONSTRAINT closings_end_whole CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
    CONSTRAINT closings_are_reopened_when_closed CHECK (reopened_at IS NULL OR ended_how = 'closed')
);
CREATE UNIQUE INDEX closings_are_open_once ON wallet.closings (person_id) WHERE ended_how IS NULL
    OR (ended_how = 'closed' AND reopened_at IS NULL);

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
