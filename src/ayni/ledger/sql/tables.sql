-- The ledger's tables. It knows accounts and transfers, and no people.
CREATE SCHEMA IF NOT EXISTS ledger;
CREATE SCHEMA IF NOT EXISTS ledger_api;

-- A currency and a legal scope. A transfer stays inside one book.
CREATE TABLE ledger.books (
    book smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    currency text NOT NULL CONSTRAINT currency_is_iso CHECK (currency ~ '^[A-Z]{3}$'),
    entity_ref uuid NOT NULL, -- the legal person whose book it is
    created_at timestamptz NOT NULL
);

-- A named set of limits, with the time zone of its months, and today's limits as last looked up.
CREATE TABLE ledger.limit_classes (
    class smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    time_zone text NOT NULL,
    -- What the dated rows say between fresh_from and fresh_until; refreshed under the ledger's lock.
    fresh_from timestamptz NOT NULL DEFAULT '-infinity',
    fresh_until timestamptz NOT NULL DEFAULT '-infinity',
    month integer NOT NULL DEFAULT 0, -- year × 12 + month − 1, in time_zone
    known smallint NOT NULL DEFAULT 0, -- bits of the kinds that have a row today: see limit_kind
    single_max bigint,
    conversions_max bigint,
    total_max bigint,
    balance_max bigint
);

-- What a class may do from a day on. A null maximum says "no limit" in so many words.
CREATE TABLE ledger.limits (
    class smallint NOT NULL REFERENCES ledger.limit_classes,
    kind text NOT NULL CONSTRAINT limit_kind
        CHECK (kind IN ('single', 'conversions_month', 'total_month', 'balance')),
    valid_from date NOT NULL,
    valid_until date, -- the last day; null while no end is known
    maximum_minor bigint CONSTRAINT limit_is_not_negative CHECK (maximum_minor >= 0),
    source text NOT NULL,
    PRIMARY KEY (class, kind, valid_from),
    CONSTRAINT limit_days_in_order CHECK (valid_until >= valid_from)
);

-- Which transfer codes a class may be touched by, and in which kinds of limit they count.
-- Bits: 1 single, 2 conversions_month, 4 total_month for the debited owner; 8, 16, 32 for the credited.
CREATE TABLE ledger.limit_codes (
    class smallint NOT NULL REFERENCES ledger.limit_classes,
    code smallint NOT NULL,
    valid_from date NOT NULL,
    counts smallint NOT NULL CONSTRAINT counts_are_bits CHECK (counts BETWEEN 0 AND 63),
    PRIMARY KEY (class, code, valid_from)
);

-- Today's limit_codes, refreshed together with their class.
CREATE TABLE ledger.limit_codes_today (
    class smallint NOT NULL REFERENCES ledger.limit_classes,
    code smallint NOT NULL,
    counts smallint NOT NULL,
    PRIMARY KEY (class, code)
);

-- Whoever holds accounts, by an opaque id. Flags: 1 frozen, 2 dormant, 4 legal hold.
CREATE TABLE ledger.owners (
    owner_ref uuid PRIMARY KEY,
    limit_class smallint REFERENCES ledger.limit_classes,
    flags smallint NOT NULL DEFAULT 0 CONSTRAINT owner_flags_are_bits CHECK (flags BETWEEN 0 AND 7),
    created_at timestamptz NOT NULL
);

-- Four counters and the guards. Never deleted.
-- Flags: 1 frozen, 2 dormant, 4 legal hold; 8, 16, 32 the same of the owner; 64 closed.
CREATE TABLE ledger.accounts (
    id uuid PRIMARY KEY,
    owner_ref uuid NOT NULL REFERENCES ledger.owners,
    created_at timestamptz NOT NULL,
    debits_pending bigint NOT NULL DEFAULT 0,
    debits_posted bigint NOT NULL DEFAULT 0,
    credits_pending bigint NOT NULL DEFAULT 0,
    credits_posted bigint NOT NULL DEFAULT 0,
    credit_limit_minor bigint DEFAULT 0,
    balance_ceiling_minor bigint,
    conversions_used bigint NOT NULL DEFAULT 0,
    total_used bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0, -- of the newest transfer that touched it: the head of its chain
    used_month integer NOT NULL DEFAULT 0, -- the month that the two usages belong to
    book smallint NOT NULL REFERENCES ledger.books,
    code smallint NOT NULL,
    flags smallint NOT NULL DEFAULT 0,
    limit_class smallint, -- its owner's, so that a posting reads one row per account
    purpose smallint,
    debit_normal boolean NOT NULL,
    sole boolean NOT NULL DEFAULT true, -- its owner has no other account in this book
    accepts smallint[], -- the purposes whose money it may receive
    -- Few and short: a statement that updates an account reads the text of each anew. A null passes.
    CONSTRAINT numbers_in_range CHECK (
        least(debits_pending, debits_posted, credits_pending, credits_posted, conversions_used, total_used,
            credit_limit_minor, balance_ceiling_minor, flags, 127 - flags,
            4000000000000000000 - credit_limit_minor, 4000000000000000000 - balance_ceiling_minor) >= 0),
    -- The funds test, said once more where nobody can go around it.
    CONSTRAINT funds_cover CHECK (
        CASE WHEN debit_normal THEN debits_posted - credits_posted - credits_pending
            ELSE credits_posted - debits_posted - debits_pending END >= -credit_limit_minor),
    CONSTRAINT closed_is_empty CHECK (
        flags < 64 OR (credits_posted = debits_posted AND debits_pending = 0 AND credits_pending = 0))
) WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX accounts_by_owner ON ledger.accounts (owner_ref);

-- Committed transfers: plain appends, never changed.
-- Kinds: 0 single, 1 pending, 2 post, 3 void, 4 expire, 5 return.
CREATE TABLE ledger.transfers (
    seq bigint NOT NULL,
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT amount_is_positive CHECK (amount_minor > 0),
    event_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    debit_version bigint NOT NULL,
    credit_version bigint NOT NULL,
    debit_balance bigint NOT NULL, -- posted balance after it, on the account's normal side
    credit_balance bigint NOT NULL,
    debit_previous_seq bigint NOT NULL, -- the transfer before it on the same account, 0 for the first
    credit_previous_seq bigint NOT NULL,
    timeout_seconds integer,
    book smallint NOT NULL,
    code smallint NOT NULL,
    kind smallint NOT NULL CONSTRAINT kind_is_known CHECK (kind BETWEEN 0 AND 5),
    balancing boolean NOT NULL DEFAULT false,
    requested_minor bigint, -- what was asked where it is not amount_minor; 0 is "all of the hold"
    pending_id uuid, -- the hold that it resolves, or the transfer that it returns
    reference uuid,
    context jsonb,
    CONSTRAINT transfers_pkey PRIMARY KEY (id),
    CONSTRAINT seq_is_unique UNIQUE (seq),
    CONSTRAINT accounts_differ CHECK (debit_account_id <> credit_account_id)
);
-- A hold resolves exactly once: the index itself refuses the second time.
CREATE UNIQUE INDEX hold_resolves_once ON ledger.transfers (pending_id) WHERE kind BETWEEN 2 AND 4;

-- The state of each pending transfer: 0 pending, 1 posted, 2 voided, 3 expired.
CREATE TABLE ledger.holds (
    id uuid PRIMARY KEY,
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    expires_at timestamptz,
    book smallint NOT NULL,
    code smallint NOT NULL,
    state smallint NOT NULL DEFAULT 0 CONSTRAINT hold_state_is_known CHECK (state BETWEEN 0 AND 3),
    debit_month integer NOT NULL, -- the months whose limits it used, for giving back
    credit_month integer NOT NULL,
    counts smallint NOT NULL -- in which limits it counted: the bits of limit_codes
) WITH (fillfactor = 80);
CREATE INDEX holds_by_expiry ON ledger.holds (expires_at, seq) WHERE state = 0 AND expires_at IS NOT NULL;

-- Refused ids with what they asked for: they answer the same for ever.
CREATE TABLE ledger.refusals (
    id uuid PRIMARY KEY,
    result smallint NOT NULL,
    event_id uuid NOT NULL,
    debit_account_id uuid,
    credit_account_id uuid,
    amount_minor bigint NOT NULL,
    event_at timestamptz,
    created_at timestamptz NOT NULL,
    timeout_seconds integer,
    book smallint NOT NULL,
    code smallint NOT NULL,
    kind smallint NOT NULL,
    balancing boolean NOT NULL,
    pending_id uuid,
    reference uuid
);

-- From where the money on an account with a purpose came, so that it may go back there.
CREATE TABLE ledger.purpose_origins (
    account_id uuid NOT NULL,
    origin_account_id uuid NOT NULL,
    PRIMARY KEY (account_id, origin_account_id)
);

-- How much of a transfer has been given back by returns: never more than it moved.
CREATE TABLE ledger.returned (
    id uuid PRIMARY KEY, -- of the transfer that was returned
    amount_minor bigint NOT NULL, -- what it had moved
    returned_minor bigint NOT NULL,
    CONSTRAINT returned_is_within_the_amount CHECK (returned_minor BETWEEN 1 AND amount_minor)
) WITH (fillfactor = 80);

-- The class that an owner was in up to a seq, for telling later in which limits a transfer counted.
-- A class in which nothing was posted leaves no trace.
CREATE TABLE ledger.former_classes (
    owner_ref uuid NOT NULL REFERENCES ledger.owners,
    until_seq bigint NOT NULL,
    limit_class smallint REFERENCES ledger.limit_classes,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (owner_ref, until_seq)
);
