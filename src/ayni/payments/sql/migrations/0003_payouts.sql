-- Money on its way out to bank accounts, the files that ask the bank for it, and what the bank tells us.
ALTER TABLE payments.institutions DROP CONSTRAINT institutions_role_is_known;
ALTER TABLE payments.institutions ADD CONSTRAINT institutions_role_is_known CHECK (role IN ('issuer', 'municipality', 'payouts'));

-- Our account at the bank that keeps the trust, as files name it. The newest holds.
CREATE TABLE payments.trust_accounts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bank text NOT NULL CONSTRAINT trust_accounts_bank_fits CHECK (length(btrim(bank)) BETWEEN 1 AND 140),
    bank_account text NOT NULL CONSTRAINT trust_accounts_have_a_number CHECK (bank_account ~ '^[0-9A-Z]{8,34}$'),
    holder text NOT NULL CONSTRAINT trust_accounts_holder_fits CHECK (length(btrim(holder)) BETWEEN 1 AND 140),
    since timestamptz NOT NULL
);

-- E-money that somebody wants as money at their bank. It stands on the account of payouts until the bank has spoken.
CREATE TABLE payments.payouts (
    id uuid PRIMARY KEY, -- made of what it is for, so that it is asked for once
    reference text NOT NULL CONSTRAINT payouts_reference_is_taken UNIQUE
        CONSTRAINT payouts_reference_fits CHECK (reference ~ '^[0-9A-Z]{26}$'),
    account_id uuid NOT NULL,
    code smallint NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT payouts_are_of_something CHECK (amount_minor > 0),
    bank_account text NOT NULL CONSTRAINT payouts_have_an_account CHECK (bank_account ~ '^[0-9A-Z]{8,34}$'),
    creditor text NOT NULL CONSTRAINT payouts_creditor_fits CHECK (length(btrim(creditor)) BETWEEN 1 AND 140),
    transfer_id uuid NOT NULL UNIQUE,
    event_id uuid NOT NULL,
    asked_at timestamptz NOT NULL
);
CREATE INDEX payouts_by_account ON payments.payouts (account_id, asked_at);
CREATE INDEX payouts_by_time ON payments.payouts (asked_at, id);

-- A file that asks the bank for payouts. It is kept as it was written, so that it is never written twice.
CREATE TABLE payments.payout_files (
    id uuid PRIMARY KEY,
    message_id text NOT NULL CONSTRAINT payout_files_message_is_taken UNIQUE,
    content bytea NOT NULL,
    payouts integer NOT NULL,
    amount_minor bigint NOT NULL,
    made_at timestamptz NOT NULL
);

CREATE TABLE payments.payout_file_items (
    payout_id uuid CONSTRAINT payouts_are_in_one_file PRIMARY KEY REFERENCES payments.payouts (id),
    file_id uuid NOT NULL REFERENCES payments.payout_files (id)
);
CREATE INDEX payout_file_items_by_file ON payments.payout_file_items (file_id);

CREATE TABLE payments.payout_files_sent (
    file_id uuid PRIMARY KEY REFERENCES payments.payout_files (id),
    sent_at timestamptz NOT NULL
);

-- How a payout ended: paid or rejected, and never both; what was paid may still come back.
CREATE TABLE payments.payout_ends (
    payout_id uuid NOT NULL REFERENCES payments.payouts (id),
    how text NOT NULL CONSTRAINT payout_ends_are_known CHECK (how IN ('paid', 'rejected', 'returned')),
    bank_reference text,
    reason text NOT NULL,
    booked_at timestamptz NOT NULL, -- by the bank
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (payout_id, how),
    CONSTRAINT payout_ends_name_the_entry CHECK ((how = 'rejected') = (bank_reference IS NULL))
);
CREATE UNIQUE INDEX payouts_are_paid_or_rejected ON payments.payout_ends (payout_id) WHERE how <> 'returned';
CREATE INDEX payout_ends_by_time ON payments.payout_ends (booked_at);

-- Every file that the bank gave us, by its digest.
CREATE TABLE payments.bank_files (
    digest bytea PRIMARY KEY CONSTRAINT bank_files_have_a_digest CHECK (length(digest) = 32),
    kind text NOT NULL CONSTRAINT bank_files_kind_is_known CHECK (kind IN ('pain.002', 'camt.053')),
    message_id text NOT NULL,
    content bytea NOT NULL,
    read_at timestamptz NOT NULL
);

CREATE TABLE payments.bank_statements (
    id text PRIMARY KEY, -- the bank's
    digest bytea NOT NULL REFERENCES payments.bank_files (digest),
    opening_minor bigint NOT NULL,
    closing_minor bigint NOT NULL,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    entries_minor bigint NOT NULL,
    CONSTRAINT bank_statements_last CHECK (ends_at >= begins_at),
    CONSTRAINT bank_statements_add_up CHECK (opening_minor + entries_minor = closing_minor)
);
CREATE INDEX bank_statements_by_time ON payments.bank_statements (ends_at);

-- What the bank has booked on the trust account, each entry once, and what we made of it at first.
CREATE TABLE payments.bank_entries (
    reference text PRIMARY KEY, -- the bank's
    statement_id text NOT NULL REFERENCES payments.bank_statements (id),
    amount_minor bigint NOT NULL CONSTRAINT bank_entries_move_something CHECK (amount_minor <> 0), -- a debit is below zero
    booked_at timestamptz NOT NULL,
    payout_reference text,
    narrative text NOT NULL,
    finding text NOT NULL, -- why it was not assigned; empty when it was
    noted_at timestamptz NOT NULL
);
CREATE INDEX bank_entries_by_time ON payments.bank_entries (booked_at);

-- Debits of the bank that are nobody's payout: the issuer bears them, or the bank took them back by a credit.
CREATE TABLE payments.entry_settlements (
    reference text CONSTRAINT entries_are_settled_once PRIMARY KEY REFERENCES payments.bank_entries (reference),
    against text CONSTRAINT entries_settle_once UNIQUE REFERENCES payments.bank_entries (reference), -- NULL: the issuer
    reason text NOT NULL CONSTRAINT entry_settlements_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    settled_at timestamptz NOT NULL
);

-- What the bank has answered to a payout, in its own words.
CREATE TABLE payments.payout_answers (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payout_reference text NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    digest bytea NOT NULL REFERENCES payments.bank_files (digest),
    noted_at timestamptz NOT NULL,
    CONSTRAINT payout_answers_are_noted_once UNIQUE (digest, payout_reference, status)
);
CREATE INDEX payout_answers_by_reference ON payments.payout_answers (payout_reference, number);
