-- Names as they sound, searches and merges: what is never edited, and that merges never go round in a circle.

-- A file is merged into one that is not merged itself. Merges are rare and wait for each other, so that two officers
-- who merge the same files in opposite directions do not both find them free.
CREATE OR REPLACE FUNCTION identity.keep_merges_straight() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('identity.merges', 0));
    IF EXISTS (SELECT FROM identity.merges m WHERE m.merged_id = NEW.kept_id AND m.undone_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = '23514', SCHEMA = 'identity', TABLE = 'merges',
            CONSTRAINT = 'merges_keep_an_unmerged_file', MESSAGE = 'the file to be kept is itself merged';
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER merges_are_straight BEFORE INSERT ON identity.merges
    FOR EACH ROW EXECUTE FUNCTION identity.keep_merges_straight();
CREATE OR REPLACE TRIGGER only_closed BEFORE UPDATE ON identity.merges
    FOR EACH ROW EXECUTE FUNCTION foundation.only_close('undone_at', 'undone_by', 'undone_reason');
CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE ON identity.merges
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON identity.name_keys
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON identity.searches
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON identity.merges
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON identity.name_keys
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON identity.searches
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();

-- The file that stands for a person: their own, or the last one that it was merged into.
CREATE OR REPLACE FUNCTION identity_api.canonical_id(person uuid) RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE up (id, step) AS (
        SELECT person, 0
        UNION ALL
        SELECT m.kept_id, up.step + 1
        FROM up
        JOIN identity.merges m ON m.merged_id = up.id AND m.undone_at IS NULL
    )
    SELECT id FROM up ORDER BY step DESC LIMIT 1;
END;

GRANT UPDATE (undone_at, undone_by, undone_reason) ON identity.merges TO ayni_app;
GRANT EXECUTE ON FUNCTION identity_api.canonical_id, identity.keep_merges_straight TO ayni_app;

-- The foundation has it now, for every module.
DROP FUNCTION IF EXISTS identity.only_close();
