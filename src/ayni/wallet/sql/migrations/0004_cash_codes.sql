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
