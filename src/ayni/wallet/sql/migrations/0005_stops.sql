-- What keeps a wallet from paying: its holder's word, an office, a court, sleep, or a death. Each begins and ends once.
CREATE TABLE wallet.stops (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT stops_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    kind text NOT NULL CONSTRAINT stops_kind_is_known CHECK (
        kind IN ('frozen_by_holder', 'frozen_by_office', 'legal_hold', 'dormant', 'death')),
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

-- A code with which a holder frees their own wallet is a purpose of its own.
ALTER TABLE wallet.codes DROP CONSTRAINT codes_purpose_is_known;
ALTER TABLE wallet.codes ADD CONSTRAINT codes_purpose_is_known CHECK (
    purpose IN ('open', 'device', 'recover', 'pay', 'unfreeze'));
