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
