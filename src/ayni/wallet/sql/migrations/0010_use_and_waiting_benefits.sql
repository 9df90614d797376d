-- Wallets that their holders have taken into use: by a PIN, or at a desk where their document was seen and they accepted.
CREATE TABLE wallet.uses (
    person_id uuid CONSTRAINT wallets_are_taken_into_use_once PRIMARY KEY REFERENCES wallet.wallets (person_id),
    how text NOT NULL CONSTRAINT use_begins_in_a_known_way CHECK (how IN ('pin', 'desk')),
    taken_by text NOT NULL,
    since timestamptz NOT NULL
);
INSERT INTO wallet.uses (person_id, how, taken_by, since)
SELECT p.person_id, 'pin', p.set_by, p.set_at FROM wallet.pins p WHERE p.replaced_at IS NULL;

-- Benefits that were sent to a wallet that nobody had taken into use: each is a hold of the ledger until then, or until
-- its deadline. How it ended is the hold's to say.
CREATE TABLE wallet.waiting_benefits (
    hold_id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES wallet.wallets (person_id),
    programme_account_id uuid NOT NULL,
    until timestamptz NOT NULL,
    sent_at timestamptz NOT NULL
);
CREATE INDEX waiting_benefits_by_person ON wallet.waiting_benefits (person_id);
