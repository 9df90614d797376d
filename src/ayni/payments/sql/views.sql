-- What payments publishes to the SQL of other modules.

-- How an institution's account is called on somebody's statement: by the programme's newest display name.
CREATE OR REPLACE VIEW payments_api.account_names AS
SELECT b.emoney_account_id AS account_id, coalesce((
    SELECT n.name FROM payments.programme_names n
    WHERE n.programme_id = b.programme_id ORDER BY n.number DESC LIMIT 1), b.name) AS name
FROM payments.programme_books b;

GRANT SELECT ON ALL TABLES IN SCHEMA payments_api TO ayni_app;
