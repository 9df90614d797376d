-- A client is linked to one wallet, which its holder allowed, to one shop, or (with neither) to every wallet and shop:
-- so are the channels of the issuer's own. The client's id is of the foundation.
CREATE TABLE wallet.links (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text NOT NULL CONSTRAINT links_are_of_a_client CHECK (client_id ~ '^[a-z][a-z0-9-]{2,39}$'),
    person_id uuid CONSTRAINT links_are_to_a_wallet REFERENCES wallet.wallets (person_id),
    shop_id uuid CONSTRAINT links_are_to_a_shop REFERENCES wallet.shops (id),
    begun_at timestamptz NOT NULL,
    begun_by text NOT NULL,
    ended_at timestamptz,
    ended_by text,
    CONSTRAINT links_are_to_one_thing CHECK (person_id IS NULL OR shop_id IS NULL),
    CONSTRAINT links_end_whole CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX links_are_open_once ON wallet.links (client_id, person_id, shop_id) NULLS NOT DISTINCT
    WHERE ended_at IS NULL;
CREATE INDEX links_by_wallet ON wallet.links (person_id) WHERE person_id IS NOT NULL;
