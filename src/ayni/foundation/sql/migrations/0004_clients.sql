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
