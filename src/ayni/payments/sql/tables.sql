-- Money across our border: the institutions' accounts, the programmes' books, what the bank confirmed.
CREATE SCHEMA IF NOT EXISTS payments;
CREATE SCHEMA IF NOT EXISTS payments_api;

-- The institutions and the accounts that the trust book cannot be without, by the part that they play.
CREATE TABLE payments.institutions (
    role text PRIMARY KEY CONSTRAINT institutions_role_is_known CHECK (role IN ('issuer', 'municipality')),
    owner_ref uuid NOT NULL UNIQUE,
    account_id uuid UNIQUE, -- the issuer's own e-money; the municipality's is with its programmes
    trust_account_id uuid UNIQUE, -- the issuer's account at the bank, as the trust book counts it
    opened_at timestamptz NOT NULL
);

-- A programme's budget is a book of its own, and mirrors the programme's account in the trust book.
CREATE TABLE payments.programme_books (
    programme_id uuid PRIMARY KEY,
    book smallint NOT NULL CONSTRAINT programme_books_are_distinct UNIQUE
        CONSTRAINT programme_books_have_their_range CHECK (book BETWEEN 100 AND 32767),
    name text NOT NULL CONSTRAINT programme_books_name_is_taken UNIQUE
        CONSTRAINT programme_books_name_fits CHECK (length(btrim(name)) BETWEEN 1 AND 120),
    owner_ref uuid NOT NULL UNIQUE,
    emoney_account_id uuid NOT NULL UNIQUE, -- in the trust book: what the issuer owes the programme
    asset_account_id uuid NOT NULL UNIQUE, -- in its own book: the same, as the programme's asset
    free_account_id uuid NOT NULL UNIQUE,
    reserved_account_id uuid NOT NULL UNIQUE,
    opened_at timestamptz NOT NULL
);

-- How a programme is called on statements. Names change and are not edited: the newest holds.
CREATE TABLE payments.programme_names (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme_id uuid NOT NULL REFERENCES payments.programme_books,
    name text NOT NULL
        CONSTRAINT programme_names_fit CHECK (length(btrim(name)) BETWEEN 1 AND 200),
    since timestamptz NOT NULL
);
CREATE INDEX programme_names_by_programme ON payments.programme_names (programme_id, number);

-- A credit that the bank confirmed, and the account whose e-money was issued for it.
CREATE TABLE payments.deposits (
    bank_reference text PRIMARY KEY
        CONSTRAINT deposits_reference_fits CHECK (bank_reference ~ '^[A-Za-z0-9][A-Za-z0-9/_.-]{0,63}$'),
    event_id uuid NOT NULL,
    account_id uuid NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT deposits_are_positive CHECK (amount_minor > 0),
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX deposits_by_time ON payments.deposits (received_at);

-- What the bank says stands on the trust account, each time that it was asked.
CREATE TABLE payments.bank_balances (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bank text NOT NULL,
    as_of timestamptz NOT NULL,
    balance_minor bigint NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX bank_balances_by_time ON payments.bank_balances (as_of);
