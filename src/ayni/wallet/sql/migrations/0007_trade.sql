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
