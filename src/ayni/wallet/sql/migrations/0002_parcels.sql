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
