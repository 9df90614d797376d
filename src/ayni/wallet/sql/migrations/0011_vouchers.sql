-- Each stands in an account of the programme's own, until an agent who is told its number and code pays it out, or its
-- deadline gives it back. Its id is of the transfer that filled the account.
CREATE TABLE wallet.vouchers (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY (START WITH 10000001) CONSTRAINT vouchers_are_numbered UNIQUE,
    person_id uuid NOT NULL,
    programme_account_id uuid NOT NULL,
    account_id uuid NOT NULL CONSTRAINT vouchers_have_an_account UNIQUE,
    amount_minor bigint NOT NULL CONSTRAINT vouchers_hold_something CHECK (amount_minor > 0),
    issued_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    CONSTRAINT vouchers_wait_a_while CHECK (until > issued_at)
);
CREATE INDEX vouchers_by_term ON wallet.vouchers (until, id);
CREATE INDEX vouchers_by_person ON wallet.vouchers (person_id);

-- The code of a voucher is made of a key that is not here, of its id and of a place: a lost one is replaced by the next.
CREATE TABLE wallet.voucher_codes (
    voucher_id uuid NOT NULL REFERENCES wallet.vouchers (id),
    place integer NOT NULL CONSTRAINT voucher_codes_have_a_place CHECK (place BETWEEN 1 AND 1000),
    key_version integer NOT NULL,
    told_at timestamptz NOT NULL,
    told_by text NOT NULL,
    PRIMARY KEY (voucher_id, place)
);

-- Tries that named the voucher and missed its code: after some of them the code is over.
CREATE TABLE wallet.voucher_tries (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    voucher_id uuid NOT NULL,
    place integer NOT NULL,
    shop_id uuid NOT NULL CONSTRAINT voucher_tries_are_at_a_shop REFERENCES wallet.shops (id),
    tried_at timestamptz NOT NULL,
    CONSTRAINT voucher_tries_are_of_a_code FOREIGN KEY (voucher_id, place) REFERENCES wallet.voucher_codes
);
CREATE INDEX voucher_tries_by_code ON wallet.voucher_tries (voucher_id, place);

-- A voucher ends once: the key itself refuses the second time.
CREATE TABLE wallet.voucher_ends (
    voucher_id uuid CONSTRAINT vouchers_end_once PRIMARY KEY REFERENCES wallet.vouchers (id),
    how text NOT NULL CONSTRAINT vouchers_end_in_a_known_way CHECK (how IN ('cashed', 'returned')),
    shop_id uuid CONSTRAINT vouchers_are_cashed_at_a_shop REFERENCES wallet.shops (id),
    ended_at timestamptz NOT NULL,
    CONSTRAINT vouchers_are_cashed_by_somebody CHECK ((how = 'cashed') = (shop_id IS NOT NULL))
);
