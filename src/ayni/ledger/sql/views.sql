-- What other modules may read of the ledger.
CREATE OR REPLACE VIEW ledger_api.balances AS
SELECT id AS account_id, owner_ref, book, code, purpose,
    CASE WHEN debit_normal THEN debits_posted - credits_posted ELSE credits_posted - debits_posted END
        AS balance_minor,
    debits_pending, credits_pending, flags, version
FROM ledger.accounts;

-- What each owner is kept from doing: 1 frozen, 2 dormant, 4 under legal hold.
CREATE OR REPLACE VIEW ledger_api.owner_flags AS
SELECT owner_ref, flags FROM ledger.owners;

-- Every transfer, without what it left on its accounts.
CREATE OR REPLACE VIEW ledger_api.movements AS
SELECT id, event_id, debit_account_id, credit_account_id, amount_minor, code, kind, reference, created_at,
    seq
FROM ledger.transfers;

-- Holds, and how each ended.
CREATE OR REPLACE VIEW ledger_api.holds AS
SELECT id AS hold_id, debit_account_id, credit_account_id, amount_minor, expires_at,
    CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'posted' WHEN 2 THEN 'voided' ELSE 'expired' END AS state
FROM ledger.holds;

-- When anything last moved on any account of an owner; null where nothing ever did.
CREATE OR REPLACE VIEW ledger_api.last_moves AS
SELECT a.owner_ref, max(t.created_at) AS moved_at
FROM ledger.accounts a
LEFT JOIN ledger.transfers t ON t.seq = a.last_seq
GROUP BY a.owner_ref;

GRANT SELECT ON ALL TABLES IN SCHEMA ledger_api TO ayni_app;
