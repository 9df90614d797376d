-- Returns: a fifth kind of transfer, and how much of each transfer has been given back.
ALTER TABLE ledger.transfers
    DROP CONSTRAINT kind_is_known,
    ADD CONSTRAINT kind_is_known CHECK (kind BETWEEN 0 AND 5);
DROP INDEX ledger.hold_resolves_once;
CREATE UNIQUE INDEX hold_resolves_once ON ledger.transfers (pending_id) WHERE kind BETWEEN 2 AND 4;

CREATE TABLE ledger.returned (
    id uuid PRIMARY KEY,
    amount_minor bigint NOT NULL,
    returned_minor bigint NOT NULL,
    CONSTRAINT returned_is_within_the_amount CHECK (returned_minor BETWEEN 1 AND amount_minor)
) WITH (fillfactor = 80);

CREATE TABLE ledger.former_classes (
    owner_ref uuid NOT NULL REFERENCES ledger.owners,
    until_seq bigint NOT NULL,
    limit_class smallint REFERENCES ledger.limit_classes,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (owner_ref, until_seq)
);
