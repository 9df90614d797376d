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
