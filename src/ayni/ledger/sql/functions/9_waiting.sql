-- Whether somebody waits for the ledger's lock in this database; the number is that of ledger.take_lock.
CREATE OR REPLACE FUNCTION ledger.is_waited_for() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND NOT l.granted
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            AND (l.classid::bigint << 32 | l.objid::bigint) = 7165646765);
$$;
REVOKE ALL ON FUNCTION ledger.is_waited_for FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.is_waited_for TO ayni_app;
