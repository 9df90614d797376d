-- The registry: what is never edited, what facts may be, and what the application may do.

-- An open membership may be closed, once; an open flag may be resolved, once. Nothing else changes.
CREATE OR REPLACE FUNCTION registry.only_close() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_column text := TG_ARGV[0];
BEGIN
    IF to_jsonb(OLD) ->> v_column IS NOT NULL OR to_jsonb(NEW) ->> v_column IS NULL
        OR to_jsonb(NEW) - v_column - 'resolution' <> to_jsonb(OLD) - v_column - 'resolution' THEN
        RAISE EXCEPTION USING ERRCODE = 'AY003',
            MESSAGE = format('rows of %I.%I are only closed, once', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END;
$$;

-- Every fact has a declared name, and a value of its type or null. Asked once for each statement, and in it once
-- for each different fact: of a city's million facts some hundreds differ.
CREATE OR REPLACE FUNCTION registry.check_facts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name text;
BEGIN
    SELECT f.key INTO v_name
    FROM (
        SELECT DISTINCT a.subject_kind, e.key, e.value
        FROM added a
        CROSS JOIN LATERAL jsonb_each(a.facts) e
    ) f
    LEFT JOIN registry.fact_names n ON n.subject_kind = f.subject_kind AND n.name = f.key
    WHERE n.name IS NULL OR NOT CASE
        WHEN jsonb_typeof(f.value) = 'null' THEN true
        WHEN n.type = 'bool' THEN jsonb_typeof(f.value) = 'boolean'
        WHEN n.type IN ('int', 'money') THEN f.value::text ~ '^[0-9]{1,19}$'
            AND f.value::text::numeric <= 9223372036854775807
        WHEN n.type = 'date' THEN jsonb_typeof(f.value) = 'string'
            AND f.value #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
            AND pg_input_is_valid(f.value #>> '{}', 'date')
        ELSE jsonb_typeof(f.value) = 'string' AND length(f.value #>> '{}') BETWEEN 1 AND 1000
    END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AY101', COLUMN = v_name,
            MESSAGE = 'a fact has no declared name, or a value of another type';
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER facts_are_declared AFTER INSERT ON registry.records
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION registry.check_facts();
CREATE OR REPLACE TRIGGER only_closed BEFORE UPDATE ON registry.memberships
    FOR EACH ROW EXECUTE FUNCTION registry.only_close('valid_until');
CREATE OR REPLACE TRIGGER only_resolved BEFORE UPDATE ON registry.flags
    FOR EACH ROW EXECUTE FUNCTION registry.only_close('resolved_at');

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['imports', 'import_results', 'households', 'locations', 'fact_names',
        'records', 'import_rows', 'classes', 'class_warnings'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON registry.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY['memberships', 'flags'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON registry.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY['imports', 'import_results', 'households', 'memberships', 'locations',
        'fact_names', 'records', 'import_rows', 'flags', 'classes', 'class_warnings'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON registry.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
END;
$$;

-- Lays records over each other in their order: a later fact hides an earlier one of its name.
CREATE OR REPLACE AGGREGATE registry.lay_over(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');

-- A new random id (UUID version 7, RFC 9562) of an instant: of the database's own clock, not of the server's.
CREATE OR REPLACE FUNCTION registry.new_id(at timestamptz) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
    || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid;

-- Removes this session's tables of an import.
CREATE OR REPLACE FUNCTION registry.close_import() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.import_stage, pg_temp.import_refusals, pg_temp.import_batch,
        pg_temp.import_batch_households, pg_temp.import_variants, pg_temp.import_disagreements,
        pg_temp.import_households, pg_temp.import_document_lines;
END;
$$;

-- Makes this session's tables for an import: what was read, what was refused, and the batch in hand.
CREATE OR REPLACE FUNCTION registry.open_import() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM registry.close_import();
    CREATE TEMP TABLE import_stage (
        line bigint, household_code text, role text, person_key bytea, core bytea, fingerprint bytea,
        document_kind text, document_number text, first_surname text, second_surname text, given_names text,
        birth_on date, birth_estimated boolean, sex text, district_code text, address_line text, phone text,
        language text, synthetic boolean, person_facts jsonb, household_facts jsonb
    );
    CREATE TEMP TABLE import_refusals (
        line bigint, column_name text, code text, reason text, other_line bigint, flagged boolean DEFAULT false
    );
    CREATE TEMP TABLE import_batch (
        LIKE pg_temp.import_stage, household_id uuid, household_known boolean, person_id uuid, verdict text,
        other_line bigint
    );
    CREATE TEMP TABLE import_batch_households (household_id uuid PRIMARY KEY, first_line bigint, touched boolean);
    CREATE TEMP TABLE import_variants (household_id uuid, household_facts jsonb, line bigint);
    CREATE TEMP TABLE import_disagreements (household_id uuid, name text, line bigint, other_line bigint);
END;
$$;

-- Puts whole households into batches of about 20,000 rows, and finds documents that the file has twice.
CREATE OR REPLACE FUNCTION registry.plan_import() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TEMP TABLE import_households AS
    SELECT household_code, count(*) AS size,
        floor((sum(count(*)) OVER (ORDER BY min(line)) - count(*)) / 20000)::bigint AS batch
    FROM pg_temp.import_stage
    GROUP BY household_code;
    CREATE INDEX ON pg_temp.import_households (batch);
    CREATE INDEX ON pg_temp.import_stage (household_code);
    CREATE TEMP TABLE import_document_lines AS
    SELECT document_kind, document_number, min(line) AS first_line
    FROM pg_temp.import_stage
    WHERE document_number IS NOT NULL
    GROUP BY document_kind, document_number
    HAVING count(*) > 1;
    ANALYZE pg_temp.import_stage, pg_temp.import_households, pg_temp.import_document_lines;
END;
$$;

GRANT USAGE ON SCHEMA registry, registry_api TO ayni_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA registry TO ayni_app;
GRANT UPDATE (valid_until) ON registry.memberships TO ayni_app;
GRANT UPDATE (resolved_at, resolution) ON registry.flags TO ayni_app;
