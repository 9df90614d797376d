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
    kind text NOT NULL CONSTRAINT shops_kind_is_known CHECK (kind IN ('merchant', 'agent')),
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
