-- What other modules may read of the ledger.
CREATE OR REPLACE VIEW ledger_api.balances AS
SELECT id AS account_id, owner_ref, book, code, purpose,
    CASE WHEN debit_normal THEN debits_posted - credits_posted ELSE credits_posted - debits_posted END
        AS balance_minor,
    debits_pending, credits_pending, flags, version
FROM ledger.accounts;

GRANT SELECT ON ALL TABLES IN SCHEMA ledger_api TO ayni_app;
