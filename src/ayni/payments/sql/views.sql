-- What payments publishes to the SQL of other modules.

-- How an institution's account is called on somebody's statement.
CREATE OR REPLACE VIEW payments_api.account_names AS
SELECT emoney_account_id AS account_id, name FROM payments.programme_books;

GRANT SELECT ON ALL TABLES IN SCHEMA payments_api TO ayni_app;
