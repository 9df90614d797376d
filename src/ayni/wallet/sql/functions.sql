-- The wallet: what is never edited, and what the application may do.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['wallets', 'purposes', 'purpose_accounts', 'shops', 'accepted_purposes',
        'parcels', 'parcel_ends'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON wallet.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON wallet.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
END;
$$;

GRANT USAGE ON SCHEMA wallet, wallet_api TO ayni_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA wallet TO ayni_app;
