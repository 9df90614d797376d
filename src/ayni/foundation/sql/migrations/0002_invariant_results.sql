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
