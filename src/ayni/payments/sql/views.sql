-- What payments publishes to the SQL of other modules.

-- How an institution's account is called on somebody's statement: by the programme's newest display name.
CREATE OR REPLACE VIEW payments_api.account_names AS
SELECT b.emoney_account_id AS account_id, coalesce((
    SELECT n.name FROM payments.programme_names n
    WHERE n.programme_id = b.programme_id ORDER BY n.number DESC LIMIT 1), b.name) AS name
FROM payments.programme_books b;

-- Payouts with where they stand. For payments itself.
CREATE OR REPLACE VIEW payments.present_payouts AS
SELECT p.id, p.reference, p.account_id, p.code, p.amount_minor, p.bank_account, p.creditor, p.transfer_id,
    p.event_id, p.asked_at,
    CASE WHEN r.payout_id IS NOT NULL THEN 'returned' WHEN e.how IS NOT NULL THEN e.how
        WHEN i.file_id IS NOT NULL THEN 'filed' ELSE 'asked' END AS state,
    coalesce(r.reason, e.reason, '') AS reason
FROM payments.payouts p
LEFT JOIN payments.payout_file_items i ON i.payout_id = p.id
LEFT JOIN payments.payout_ends e ON e.payout_id = p.id AND e.how <> 'returned'
LEFT JOIN payments.payout_ends r ON r.payout_id = p.id AND r.how = 'returned';

GRANT SELECT ON payments.present_payouts TO ayni_app;
GRANT SELECT ON ALL TABLES IN SCHEMA payments_api TO ayni_app;
