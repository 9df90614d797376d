-- The clock, and the refusal to edit what may only be added to.

-- The present instant. Live: the server's clock, but never before the floor. Simulated: what was set.
CREATE OR REPLACE FUNCTION foundation.now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN c.simulated THEN c.at ELSE greatest(clock_timestamp(), c.at) END
    FROM foundation.clock c;
END;

-- Moves a simulated clock forward.
CREATE OR REPLACE FUNCTION foundation.set_clock(new_at timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_clock foundation.clock%ROWTYPE;
BEGIN
    SELECT * INTO STRICT v_clock FROM foundation.clock FOR UPDATE;
    IF NOT v_clock.simulated THEN
        RAISE EXCEPTION USING ERRCODE = 'AY001', MESSAGE = 'the clock of a live database is the server''s';
    END IF;
    IF new_at < v_clock.at THEN
        RAISE EXCEPTION USING ERRCODE = 'AY002', MESSAGE = 'the clock never goes back';
    END IF;
    UPDATE foundation.clock SET at = new_at;
    RETURN new_at;
END;
$$;

-- Raises a live clock's floor to the present, so that a server whose clock is later set back is noticed.
CREATE OR REPLACE FUNCTION foundation.raise_clock_floor() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE foundation.clock SET at = clock_timestamp() WHERE NOT simulated AND at < clock_timestamp();
$$;

CREATE OR REPLACE FUNCTION foundation.guard_clock() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') OR NEW.simulated <> OLD.simulated OR NEW.at < OLD.at THEN
        RAISE EXCEPTION USING ERRCODE = 'AY002',
            MESSAGE = 'a clock never goes back, and a database is live or simulated for ever';
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER clock_is_guarded BEFORE UPDATE OR DELETE ON foundation.clock
    FOR EACH ROW EXECUTE FUNCTION foundation.guard_clock();
CREATE OR REPLACE TRIGGER clock_is_not_emptied BEFORE TRUNCATE ON foundation.clock
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.guard_clock();

-- A trigger for every table whose rows are facts: they are added, and never edited or removed.
CREATE OR REPLACE FUNCTION foundation.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AY003',
        MESSAGE = format('rows of %I.%I are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME);
END;
$$;

CREATE OR REPLACE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON foundation.audit
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON foundation.audit
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();

CREATE OR REPLACE TRIGGER invariant_result_is_never_changed BEFORE UPDATE OR DELETE
    ON foundation.invariant_results FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER invariant_results_are_never_emptied BEFORE TRUNCATE
    ON foundation.invariant_results FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'messages', 'message_ends', 'clients', 'client_secrets', 'client_secret_ends', 'client_ends',
        'client_requests', 'client_request_ends', 'webhooks', 'webhook_steps'
    ] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON foundation.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON foundation.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
END;
$$;

-- For every table some of whose rows stay open: an open row may be closed, once, and nothing else about it may change.
-- The trigger names the columns that close it; the first of them tells whether it is closed.
CREATE OR REPLACE FUNCTION foundation.only_close() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_jsonb(OLD) ->> TG_ARGV[0] IS NOT NULL OR to_jsonb(NEW) ->> TG_ARGV[0] IS NULL
        OR to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION USING ERRCODE = 'AY003',
            MESSAGE = format('rows of %I.%I are only closed, once', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END;
$$;

-- The application reads the clock and adds to the audit trail, and can do no more here.
GRANT USAGE ON SCHEMA foundation TO ayni_app;
GRANT SELECT ON foundation.clock TO ayni_app;
GRANT SELECT, INSERT ON foundation.audit TO ayni_app;
GRANT SELECT, INSERT ON foundation.invariant_results TO ayni_app;
GRANT SELECT, INSERT ON foundation.messages, foundation.message_ends TO ayni_app;
GRANT SELECT, INSERT ON foundation.clients, foundation.client_secrets, foundation.client_secret_ends,
    foundation.client_ends, foundation.client_requests, foundation.client_request_ends,
    foundation.webhooks, foundation.webhook_steps TO ayni_app;
GRANT SELECT ON foundation.migrations TO ayni_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA foundation TO ayni_app;
