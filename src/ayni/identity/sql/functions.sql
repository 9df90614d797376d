-- Identity: what is never edited, and what the application may do.

-- An open contact or address may be closed, once, and nothing else about it may change.
CREATE OR REPLACE FUNCTION identity.only_close() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.valid_until IS NOT NULL OR NEW.valid_until IS NULL
        OR to_jsonb(NEW) - 'valid_until' <> to_jsonb(OLD) - 'valid_until' THEN
        RAISE EXCEPTION USING ERRCODE = 'AY003',
            MESSAGE = format('rows of %I.%I are only closed, once', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END;
$$;

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['people', 'documents', 'verifications', 'officers', 'officer_roles'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON identity.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY['contacts', 'addresses'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER only_closed BEFORE UPDATE ON identity.%I
            FOR EACH ROW EXECUTE FUNCTION identity.only_close()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON identity.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY['people', 'documents', 'verifications', 'contacts', 'addresses',
        'officers', 'officer_roles'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON identity.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
END;
$$;

GRANT USAGE ON SCHEMA identity, identity_api TO ayni_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA identity TO ayni_app;
GRANT UPDATE (valid_until) ON identity.contacts, identity.addresses TO ayni_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA identity TO ayni_app;
