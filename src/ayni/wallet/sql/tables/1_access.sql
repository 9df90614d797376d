-- Who may use a wallet: PINs, one-time codes, devices and sessions, and what keeps money from being sent for a while.

-- Each PIN that was ever set, as what is kept of it (foundation.pins). One is in force.
CREATE TABLE wallet.pins (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT pins_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    kept text NOT NULL,
    pepper_version integer NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    replaced_at timestamptz
);
CREATE UNIQUE INDEX pins_are_open_once ON wallet.pins (person_id) WHERE replaced_at IS NULL;

-- Wrong tries since the last right one. Each try is counted before it is looked at, in one statement, so that a
-- hundred at once are a hundred.
CREATE TABLE wallet.pin_tries (
    person_id uuid CONSTRAINT pin_tries_are_of_a_wallet PRIMARY KEY REFERENCES wallet.wallets (person_id),
    wrong integer NOT NULL CONSTRAINT pin_tries_are_a_count CHECK (wrong >= 0),
    locked_until timestamptz,
    last_at timestamptz NOT NULL
);

-- One-time codes as tags that only the ring can compare. `person_id` is of identity: they may have no wallet yet.
CREATE TABLE wallet.codes (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    purpose text NOT NULL CONSTRAINT codes_purpose_is_known CHECK (purpose IN ('open', 'device', 'recover', 'pay', 'unfreeze')),
    phone text NOT NULL CONSTRAINT codes_phone_is_e164 CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    tag bytea NOT NULL,
    key_version integer NOT NULL,
    wrong integer NOT NULL DEFAULT 0 CONSTRAINT codes_wrong_is_a_count CHECK (wrong >= 0),
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_how text CONSTRAINT codes_end_is_known CHECK (ended_how IN ('used', 'replaced', 'guessed')),
    CONSTRAINT codes_end_whole CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX codes_are_open_once ON wallet.codes (person_id, purpose) WHERE ended_at IS NULL;
CREATE INDEX codes_by_phone ON wallet.codes (phone, sent_at);
CREATE INDEX codes_by_person ON wallet.codes (person_id, sent_at);

-- What a wallet is used from. The token is known to the device alone; here is its SHA-256.
CREATE TABLE wallet.devices (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT devices_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    kind text NOT NULL CONSTRAINT devices_kind_is_known CHECK (kind IN ('browser', 'app', 'sim')),
    name text NOT NULL CONSTRAINT devices_name_fits CHECK (length(btrim(name)) BETWEEN 1 AND 60),
    token_hash bytea NOT NULL CONSTRAINT devices_have_a_token UNIQUE CHECK (length(token_hash) = 32),
    bound_at timestamptz NOT NULL,
    bound_by text NOT NULL,
    ended_at timestamptz,
    ended_reason text,
    CONSTRAINT devices_end_whole CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX devices_by_person ON wallet.devices (person_id, bound_at);

CREATE TABLE wallet.sessions (
    token_hash bytea PRIMARY KEY CONSTRAINT sessions_have_a_token CHECK (length(token_hash) = 32),
    person_id uuid NOT NULL CONSTRAINT sessions_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    device_id uuid NOT NULL CONSTRAINT sessions_are_on_a_device REFERENCES wallet.devices (id),
    opened_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sessions_by_person ON wallet.sessions (person_id) WHERE ended_at IS NULL;

-- Until when nothing is sent and no cash is taken out, and why. Lifted by an officer, for a reason.
CREATE TABLE wallet.sending_locks (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT sending_locks_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    why text NOT NULL CONSTRAINT sending_locks_why_is_known CHECK (why IN ('new_number', 'new_sim', 'recovered')),
    locked_at timestamptz NOT NULL,
    locked_until timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    lifted_reason text CONSTRAINT sending_locks_are_lifted_for_a_reason CHECK (
        length(btrim(lifted_reason)) BETWEEN 1 AND 500),
    CONSTRAINT sending_locks_are_lifted_whole CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL))
);
CREATE INDEX sending_locks_by_person ON wallet.sending_locks (person_id, locked_until);

-- A wallet whose holder has lost PIN or telephone: who saw the document, and the telephone that is to reach them now.
CREATE TABLE wallet.recoveries (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL CONSTRAINT recoveries_are_of_a_wallet REFERENCES wallet.wallets (person_id),
    -- The agent's shop, or none when an officer did it.
    shop_id uuid CONSTRAINT recoveries_are_at_a_shop REFERENCES wallet.shops (id),
    begun_by text NOT NULL,
    document_kind text NOT NULL,
    phone text NOT NULL CONSTRAINT recoveries_phone_is_e164 CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    begun_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX recoveries_by_person ON wallet.recoveries (person_id, number);
