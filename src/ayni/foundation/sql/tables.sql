-- The foundation's tables: the clock, the audit trail and what the invariants said.
CREATE SCHEMA IF NOT EXISTS foundation;

-- One clock for SQL and Python. A database is live or simulated for ever.
CREATE TABLE foundation.clock (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT clock_has_one_row CHECK (only_row),
    simulated boolean NOT NULL,
    -- Simulated: the present instant. Live: a floor under the server's clock, which never goes back.
    at timestamptz NOT NULL
);

-- Who did what, when and why. Rows are added in the transaction of the deed and never change.
CREATE TABLE foundation.audit (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    channel text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL DEFAULT '',
    details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_subject ON foundation.audit (subject, number);

-- What the invariants said, hour by hour.
CREATE TABLE foundation.invariant_results (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    name text NOT NULL,
    held boolean NOT NULL,
    violations integer NOT NULL CONSTRAINT violations_agree_with_held CHECK ((violations = 0) = held),
    -- The first few, as ids and numbers.
    examples jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX invariant_results_violated ON foundation.invariant_results (at) WHERE NOT held;

-- What is to be told to people by telephone: written with the deed that it tells of, and sent afterwards.
CREATE TABLE foundation.messages (
    id uuid PRIMARY KEY,
    -- Where to: a telephone in E.164.
    recipient text NOT NULL CONSTRAINT messages_recipient_is_e164 CHECK (recipient ~ '^\+[1-9][0-9]{6,14}$'),
    -- Which text, as module.what; the channel knows its words in each language.
    kind text NOT NULL CONSTRAINT messages_kind_is_plain CHECK (kind ~ '^[a-z_]+\.[a-z_]+$'),
    language text CONSTRAINT messages_language_is_a_code CHECK (language ~ '^[a-z]{2,3}$'),
    numbers jsonb NOT NULL DEFAULT '{}',
    -- What nobody may read here, such as a one-time code: sealed with a key of the ring.
    sealed bytea,
    key_version integer,
    written_at timestamptz NOT NULL,
    useless_after timestamptz,
    CONSTRAINT messages_are_sealed_whole CHECK ((sealed IS NULL) = (key_version IS NULL))
);

-- How each ended: sent, or dropped because it came too late or could not be sent.
CREATE TABLE foundation.message_ends (
    message_id uuid CONSTRAINT messages_end_once PRIMARY KEY REFERENCES foundation.messages (id),
    how text NOT NULL CONSTRAINT message_ends_are_known CHECK (how IN ('sent', 'dropped')),
    reason text NOT NULL DEFAULT '',
    ended_at timestamptz NOT NULL
);

-- Systems outside that reach Ayni by themselves: what each may do, and how much it may ask.
CREATE TABLE foundation.clients (
    id text PRIMARY KEY CONSTRAINT clients_id_is_plain CHECK (id ~ '^[a-z][a-z0-9-]{2,39}$'),
    name text NOT NULL CONSTRAINT clients_are_named CHECK (btrim(name) <> ''),
    scopes text[] NOT NULL CONSTRAINT clients_have_scopes CHECK (cardinality(scopes) > 0),
    requests_a_minute integer NOT NULL CONSTRAINT clients_have_a_rate CHECK (requests_a_minute > 0),
    made_at timestamptz NOT NULL
);

-- Their secrets, as SHA-256 of 256 random bits: whoever reads this table can use none of them.
CREATE TABLE foundation.client_secrets (
    client_id text NOT NULL REFERENCES foundation.clients (id),
    number integer NOT NULL,
    secret_hash bytea NOT NULL CONSTRAINT client_secrets_are_hashes CHECK (length(secret_hash) = 32),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, number)
);

-- Until when a secret holds. More than one row may say so, and the earliest counts: a leak shortens an overlap.
CREATE TABLE foundation.client_secret_ends (
    client_id text NOT NULL,
    number integer NOT NULL,
    ends_at timestamptz NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, number, ends_at),
    FOREIGN KEY (client_id, number) REFERENCES foundation.client_secrets (client_id, number)
);

-- Clients whose access was taken away, for good.
CREATE TABLE foundation.client_ends (
    client_id text CONSTRAINT clients_end_once PRIMARY KEY REFERENCES foundation.clients (id),
    reason text NOT NULL CONSTRAINT client_ends_have_a_reason CHECK (btrim(reason) <> ''),
    ended_at timestamptz NOT NULL
);

-- What a client asked for under an id of its own, so that the same request again finds what became of the first.
CREATE TABLE foundation.client_requests (
    id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES foundation.clients (id),
    correlation_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT client_requests_have_a_kind CHECK (kind ~ '^[a-z_./]{1,60}$'),
    asked jsonb NOT NULL,
    callback_url text CONSTRAINT client_requests_call_back_by_http CHECK (callback_url ~ '^https?://'),
    asked_at timestamptz NOT NULL,
    CONSTRAINT client_requests_are_asked_once UNIQUE (client_id, correlation_id)
);

-- What became of it: an object that can be fetched, or why there is none.
CREATE TABLE foundation.client_request_ends (
    request_id uuid CONSTRAINT client_requests_end_once PRIMARY KEY REFERENCES foundation.client_requests (id),
    completed boolean NOT NULL,
    client_id text NOT NULL,
    object_ref text CONSTRAINT client_requests_name_what_was_made CHECK (object_ref <> ''),
    answer jsonb NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT client_requests_make_one_object CHECK (completed = (object_ref IS NOT NULL))
);
CREATE INDEX client_request_ends_by_object ON foundation.client_request_ends (client_id, object_ref);

-- Addresses that clients want told what happens. The id is made from the client's own key.
CREATE TABLE foundation.webhooks (
    id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES foundation.clients (id),
    url text NOT NULL CONSTRAINT webhooks_are_reached_by_http CHECK (url ~ '^https?://'),
    key_version integer NOT NULL CONSTRAINT webhooks_name_their_key CHECK (key_version > 0),
    asked_seq bigint CONSTRAINT webhooks_begin_somewhere CHECK (asked_seq >= 0), -- null: with what came next
    begun_at timestamptz NOT NULL
);
CREATE INDEX webhooks_by_client ON foundation.webhooks (client_id);

-- How each came to where it stands in the ledger's order; the step with the highest number says where that is.
CREATE TABLE foundation.webhook_steps (
    webhook_id uuid NOT NULL REFERENCES foundation.webhooks (id),
    number bigint NOT NULL CONSTRAINT webhook_steps_are_counted CHECK (number > 0),
    kind text NOT NULL CONSTRAINT webhook_steps_are_known
        CHECK (kind IN ('begun', 'passed', 'taken', 'refused', 'replayed', 'ended')),
    told_seq bigint NOT NULL CONSTRAINT webhooks_stand_somewhere CHECK (told_seq >= 0),
    trying_seq bigint CONSTRAINT webhooks_try_what_comes_next CHECK (trying_seq > told_seq),
    events integer NOT NULL,
    failures integer NOT NULL,
    problem text,
    asked_key uuid CONSTRAINT webhooks_are_replayed_once UNIQUE,
    at timestamptz NOT NULL,
    PRIMARY KEY (webhook_id, number),
    CONSTRAINT webhooks_are_refused_for_a_reason CHECK (
        (kind = 'refused') = (problem IS NOT NULL) AND (problem IS NULL) = (trying_seq IS NULL)
        AND (problem IS NULL) = (failures = 0)),
    CONSTRAINT webhooks_are_replayed_when_asked CHECK ((kind = 'replayed') = (asked_key IS NOT NULL))
);
