-- Payments: what is never edited, and what the application may do.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['institutions', 'programme_books', 'programme_names', 'deposits', 'bank_balances',
        'trust_accounts', 'payouts', 'payout_files', 'payout_file_items', 'payout_files_sent', 'payout_ends', 'bank_files',
        'bank_statements', 'bank_entries', 'entry_settlements', 'payout_answers'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON payments.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON payments.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
END;
$$;

GRANT USAGE ON SCHEMA payments, payments_api TO ayni_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA payments TO ayni_app;
