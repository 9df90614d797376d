-- What may be read of programmes elsewhere: nothing yet but the states of cycles.
CREATE OR REPLACE VIEW programmes_api.cycles AS
SELECT id AS cycle_id, programme_id, name, state, entitlements, total_minor, digest FROM programmes.cycles;

GRANT SELECT ON ALL TABLES IN SCHEMA programmes_api TO ayni_app;
