-- What showed that a telephone still reaches its person: a code that came back, or its use. Numbers change hands,
-- so that one without a recent proof is verified again.
CREATE TABLE identity.contact_proofs (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_number bigint NOT NULL CONSTRAINT contact_proofs_are_of_a_contact REFERENCES identity.contacts (number),
    kind text NOT NULL CONSTRAINT contact_proofs_kind_is_known CHECK (kind IN ('verified', 'used')),
    proved_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX contact_proofs_by_contact ON identity.contact_proofs (contact_number, proved_at);
