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
