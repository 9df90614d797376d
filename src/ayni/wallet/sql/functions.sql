-- The wallet: what is never edited, and what the application may do.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['wallets', 'purposes', 'purpose_accounts', 'shops', 'accepted_purposes',
        'parcels', 'parcel_ends', 'uses', 'waiting_benefits', 'cash_codes', 'cash_code_tries', 'cash_code_ends', 'requests',
        'request_ends', 'shop_accounts', 'settlements', 'commissions',
        'bills', 'bill_payments', 'bill_answers', 'goals', 'goal_ends', 'standing', 'standing_ends', 'standing_tries',
        'risk_decisions', 'risk_ends', 'sanction_hits', 'sanction_verdicts', 'cases', 'case_notes', 'case_ends', 'lookups',
        'vouchers', 'voucher_codes', 'voucher_tries', 'voucher_ends'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON wallet.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON wallet.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
END;
$$;

DO $$
DECLARE
    v_closing text[];
    v_columns text[];
BEGIN
    FOREACH v_closing SLICE 1 IN ARRAY ARRAY[
        ['pins', 'replaced_at', '', ''],
        ['devices', 'ended_at', 'ended_reason', ''],
        ['sending_locks', 'lifted_at', 'lifted_by', 'lifted_reason'],
        ['recoveries', 'finished_at', '', ''],
        ['stops', 'ended_at', 'ended_by', 'ended_reason'],
        ['links', 'ended_at', 'ended_by', '']] LOOP
        v_columns := array_remove(v_closing[2:], '');
        EXECUTE format('CREATE OR REPLACE TRIGGER only_closed BEFORE UPDATE ON wallet.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.only_close(%s)', v_closing[1],
            (SELECT string_agg(quote_literal(c), ', ') FROM unnest(v_columns) c));
        EXECUTE format('GRANT UPDATE (%s) ON wallet.%I TO ayni_app',
            (SELECT string_agg(quote_ident(c), ', ') FROM unnest(v_columns) c), v_closing[1]);
    END LOOP;
    FOREACH v_closing SLICE 1 IN ARRAY ARRAY[['pins'], ['pin_tries'], ['codes'], ['devices'], ['sessions'],
        ['sending_locks'], ['recoveries'], ['stops'], ['links'], ['closings']] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON wallet.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_closing[1]);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON wallet.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_closing[1]);
    END LOOP;
END;
$$;

-- A code that has ended stays ended, its tries only grow, and nothing else about it changes; so with sessions.
CREATE OR REPLACE FUNCTION wallet.keep_codes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.wrong < OLD.wrong
        OR to_jsonb(NEW) - ARRAY['wrong', 'ended_at', 'ended_how'] <> to_jsonb(OLD) - ARRAY['wrong', 'ended_at', 'ended_how'] THEN
        RAISE EXCEPTION USING ERRCODE = 'AY003', MESSAGE = 'a one-time code is counted and ended, and never anything else';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER kept BEFORE UPDATE ON wallet.codes FOR EACH ROW EXECUTE FUNCTION wallet.keep_codes();

CREATE OR REPLACE FUNCTION wallet.keep_sessions() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.used_at < OLD.used_at
        OR to_jsonb(NEW) - ARRAY['used_at', 'ended_at'] <> to_jsonb(OLD) - ARRAY['used_at', 'ended_at'] THEN
        RAISE EXCEPTION USING ERRCODE = 'AY003', MESSAGE = 'a session is used and ended, and never anything else';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER kept BEFORE UPDATE ON wallet.sessions FOR EACH ROW EXECUTE FUNCTION wallet.keep_sessions();

-- A closing ends once, and what was closed is reopened once; nothing else about it changes.
CREATE OR REPLACE FUNCTION wallet.keep_closings() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_how) IS DISTINCT FROM (OLD.ended_at, OLD.ended_how))
        OR OLD.reopened_at IS NOT NULL
        OR to_jsonb(NEW) - ARRAY['ended_at', 'ended_how', 'reopened_at']
            <> to_jsonb(OLD) - ARRAY['ended_at', 'ended_how', 'reopened_at'] THEN
        RAISE EXCEPTION USING ERRCODE = 'AY003', MESSAGE = 'a closing ends and is reopened, and never anything else';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER kept BEFORE UPDATE ON wallet.closings FOR EACH ROW EXECUTE FUNCTION wallet.keep_closings();

GRANT UPDATE (ended_at, ended_how, reopened_at) ON wallet.closings TO ayni_app;
GRANT UPDATE (wrong, locked_until, last_at) ON wallet.pin_tries TO ayni_app;
GRANT UPDATE (wrong, ended_at, ended_how) ON wallet.codes TO ayni_app;
GRANT UPDATE (used_at, ended_at) ON wallet.sessions TO ayni_app;

GRANT USAGE ON SCHEMA wallet, wallet_api TO ayni_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA wallet TO ayni_app;
