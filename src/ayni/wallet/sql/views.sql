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

-- Benefits that any agent pays out in cash: waiting, cashed, or returned to the programme.
CREATE OR REPLACE VIEW wallet_api.vouchers AS
SELECT v.id AS transfer_id, v.person_id, v.number, v.until, coalesce(e.how, 'waiting') AS state
FROM wallet.vouchers v
LEFT JOIN wallet.voucher_ends e ON e.voucher_id = v.id;

-- What has left residents' accounts for good, or for somebody else: payments, bills, sends, cash, fees, closings. In
-- the ledger's order.
CREATE OR REPLACE VIEW wallet_api.outgoings AS
SELECT m.debit_account_id AS account_id, m.amount_minor, m.seq
FROM ledger_api.movements m
WHERE m.code IN (40, 41, 43, 51, 61, 71) AND m.kind IN (0, 2);

GRANT SELECT ON ALL TABLES IN SCHEMA wallet_api TO ayni_app;
