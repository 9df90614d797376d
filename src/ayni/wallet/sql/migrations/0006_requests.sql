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
