-- What the wallet publishes to the SQL of other modules: who has one, and not which accounts are theirs.
CREATE OR REPLACE VIEW wallet_api.holders AS
SELECT person_id, opened_at FROM wallet.wallets;

GRANT SELECT ON ALL TABLES IN SCHEMA wallet_api TO ayni_app;
