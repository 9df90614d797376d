-- Identity: what is never edited, what is only closed, and what the application may do.

-- One human collects for at most so many humans on any day, by however many files. Collectors are counted under a lock of their own, so that
-- two offices which name the same one at the same moment do not both find room.
CREATE OR REPLACE FUNCTION identity.keep_collector_cap() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_collector uuid := identity_api.canonical_id(NEW.representative_id);
    v_person uuid := identity_api.canonical_id(NEW.person_id);
    v_period daterange;
    v_others bigint;
BEGIN
    IF NEW.valid_until < NEW.valid_from THEN
        RETURN NEW;  -- no period: the table's own rule says so
    END IF;
    v_period := daterange(NEW.valid_from, NEW.valid_until, '[]');
    PERFORM pg_advisory_xact_lock(hashtextextended('identity.collector ' || v_collector, 0));
    WITH files AS (
        SELECT v_collector AS id
        UNION
        SELECT m.person_id FROM identity_api.merged m WHERE m.canonical_id = v_collector
    ),
    others AS (
        SELECT identity_api.canonical_id(r.person_id) AS person_id,
            daterange(r.valid_from, least(r.valid_until, r.ended_on) + 1) AS period
        FROM files f
        JOIN identity.representatives r ON r.representative_id = f.id
        WHERE r.kind <> 'guardian' AND identity_api.canonical_id(r.person_id) <> v_person
            AND daterange(r.valid_from, least(r.valid_until, r.ended_on) + 1) && v_period
    )
    -- The fullest day is one on which somebody's period begins.
    SELECT max((SELECT count(DISTINCT o.person_id) FROM others o WHERE o.period @> d.day)) INTO v_others
    FROM (SELECT NEW.valid_from AS day
        UNION SELECT lower(o.period) FROM others o WHERE lower(o.period) > NEW.valid_from) d;
    IF v_others >= NEW.most_people THEN
        RAISE EXCEPTION USING ERRCODE = '23514', SCHEMA = 'identity', TABLE = 'representatives',
            CONSTRAINT = 'representatives_collect_for_few', MESSAGE = 'this collector serves as many people as the law allows';
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER collectors_serve_few BEFORE INSERT ON identity.representatives
    FOR EACH ROW WHEN (NEW.kind <> 'guardian') EXECUTE FUNCTION identity.keep_collector_cap();

-- A document leaves its person only once it is written down that it was withdrawn.
CREATE OR REPLACE FUNCTION identity.only_withdraw() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR NOT EXISTS (
        SELECT FROM identity.withdrawn_documents w
        WHERE w.kind = OLD.kind AND w.number = OLD.number AND w.person_id = OLD.person_id
            AND w.recorded_at = OLD.recorded_at) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY003', MESSAGE = 'documents are withdrawn with a reason, and never changed';
    END IF;
    RETURN OLD;
END;
$$;

CREATE OR REPLACE TRIGGER only_withdrawn BEFORE UPDATE OR DELETE ON identity.documents
    FOR EACH ROW EXECUTE FUNCTION identity.only_withdraw();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON identity.documents
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
GRANT DELETE ON identity.documents TO ayni_app;

DO $$
DECLARE
    v_table text;
    v_closing text[];
BEGIN
    FOREACH v_table IN ARRAY ARRAY['people', 'verifications', 'officers', 'reads', 'contact_proofs',
        'withdrawn_documents'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON identity.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON identity.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
    -- Roles were never changed at all before they could be revoked.
    DROP TRIGGER IF EXISTS never_changed ON identity.officer_roles;
    FOREACH v_closing SLICE 1 IN ARRAY ARRAY[
        ['contacts', 'valid_until', '', ''],
        ['addresses', 'valid_until', '', ''],
        ['corrections', 'replaced_at', '', ''],
        ['deaths', 'replaced_at', '', ''],
        ['restrictions', 'lifted_at', 'lifted_by', 'lifted_reason'],
        ['consents', 'withdrawn_at', 'withdrawn_by', 'withdrawn_reason'],
        ['representatives', 'ended_at', 'ended_by', 'ended_reason'],
        ['officer_roles', 'revoked_at', 'revoked_by', 'revoked_reason'],
        ['disabled_accounts', 'enabled_at', 'enabled_by', 'enabled_reason']] LOOP
        v_table := v_closing[1];
        v_closing := array_remove(v_closing[2:], '');
        -- The civil day on which it ends in the world, beside the instant at which that was written down.
        IF v_table = 'consents' THEN v_closing := v_closing || 'withdrawn_on'::text; END IF;
        IF v_table = 'representatives' THEN v_closing := v_closing || 'ended_on'::text; END IF;
        EXECUTE format('CREATE OR REPLACE TRIGGER only_closed BEFORE UPDATE ON identity.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.only_close(%s)', v_table,
            (SELECT string_agg(quote_literal(c), ', ') FROM unnest(v_closing) c));
        EXECUTE format('CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON identity.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON identity.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('GRANT UPDATE (%s) ON identity.%I TO ayni_app',
            (SELECT string_agg(quote_ident(c), ', ') FROM unnest(v_closing) c), v_table);
    END LOOP;
END;
$$;

GRANT USAGE ON SCHEMA identity, identity_api TO ayni_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA identity TO ayni_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA identity TO ayni_app;
