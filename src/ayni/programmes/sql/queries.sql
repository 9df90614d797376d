-- name: facts
-- The named facts that criteria may use: subject, name and type.
SELECT subject_kind, name, type FROM registry_api.fact_names;

-- name: find_programme
-- A programme by its code.
SELECT id, code, target, created_at FROM programmes.programmes WHERE code = %(code)s;

-- name: programme_codes
-- The codes of all programmes.
SELECT code FROM programmes.programmes ORDER BY code;

-- name: programme_code
-- A programme's code by its id.
SELECT code FROM programmes.programmes WHERE id = %(programme_id)s;

-- name: insert_programme
-- Adds a programme.
INSERT INTO programmes.programmes (id, code, target, created_at) VALUES (%(id)s, %(code)s, %(target)s, %(at)s);

-- name: newest_version
-- The newest version of a programme's definition.
SELECT version, definition, digest FROM programmes.versions
WHERE programme_id = %(programme_id)s ORDER BY version DESC LIMIT 1;

-- name: get_version
-- One version of a programme's definition.
SELECT version, definition, digest FROM programmes.versions
WHERE programme_id = %(programme_id)s AND version = %(version)s;

-- name: insert_version
-- Adds a version of a definition.
INSERT INTO programmes.versions (programme_id, version, definition, digest, recorded_at, recorded_by)
VALUES (%(programme_id)s, %(version)s, %(definition)s, %(digest)s, %(at)s, %(by)s);

-- name: list_recipients
-- Everybody whom a cycle pays.
SELECT DISTINCT programmes.payee_of(e) FROM programmes.entitlements e WHERE e.cycle_id = %(cycle_id)s ORDER BY 1;

-- name: list_recipients_after
-- The recipients of a cycle's entitlements after one, in order.
SELECT e.id, programmes.payee_of(e) FROM programmes.entitlements e
WHERE e.cycle_id = %(cycle_id)s AND e.id > %(after)s ORDER BY e.id LIMIT %(most)s;

-- name: lock_cycle
-- A cycle's state, which this transaction alone may change.
SELECT state FROM programmes.cycles WHERE id = %(id)s FOR UPDATE;

-- name: keep_cycle
-- A cycle's state, kept as it is until the transaction ends; others may keep it too.
SELECT state FROM programmes.cycles WHERE id = %(id)s FOR SHARE;

-- name: phone_of
-- The telephone that last proved to reach a person, or else the newest, and their language.
SELECT c.phone, p.language FROM identity_api.current_phones c
JOIN identity_api.particulars p ON p.person_id = c.person_id
WHERE c.person_id = %(person_id)s ORDER BY c.proved_at DESC NULLS LAST, c.valid_from DESC LIMIT 1;
