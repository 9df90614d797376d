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
