-- What the wallet publishes to the SQL of other modules: who has one, and not which accounts are theirs.
CREATE OR REPLACE VIEW wallet_api.holders AS
SELECT person_id, opened_at FROM wallet.wallets;

-- Whose wallet is in use, and since when.
CREATE OR REPLACE VIEW wallet_api.uses AS
SELECT person_id, since FROM wallet.uses;

-- Benefits that were sent to wallets not in use: waiting, claimed by their owner, or returned to the programme.
CREATE OR REPLACE VIEW wallet_api.waiting_benefits AS
SELECT w.hold_id AS transfer_id, w.person_id, w.until,
    CASE h.state WHEN 'pending' THEN 'waiting' WHEN 'posted' THEN 'claimed' ELSE 'returned' END AS state
FROM wallet.waiting_benefits w
JOIN ledger_api.holds h ON h.hold_id = w.hold_id;

GRANT SELECT ON ALL TABLES IN SCHEMA wallet_api TO ayni_app;
