-- name: insert_officer
-- Adds an officer's account.
INSERT INTO identity.officers (id, login, person_id, recorded_at)
VALUES (%(officer_id)s, %(login)s, %(person_id)s, %(now)s);

-- name: insert_officer_roles
-- Grants roles to an officer.
INSERT INTO identity.officer_roles (officer_id, role, granted_at, granted_by)
SELECT %(officer_id)s, unnest(%(roles)s::text[]), %(now)s, %(granted_by)s;

-- name: find_officer
-- One officer's account by id, with the roles in force and whether it is disabled.
SELECT o.id, o.login, o.person_id,
    ARRAY(SELECT r.role FROM identity.officer_roles r
        WHERE r.officer_id = o.id AND r.revoked_at IS NULL ORDER BY r.role) AS roles,
    EXISTS (SELECT FROM identity.disabled_accounts x WHERE x.officer_id = o.id AND x.enabled_at IS NULL) AS disabled
FROM identity.officers o
WHERE o.id = %(officer_id)s;

-- name: find_officer_by_login
-- One officer's account by its login, with the roles in force and whether it is disabled.
SELECT o.id, o.login, o.person_id,
    ARRAY(SELECT r.role FROM identity.officer_roles r
        WHERE r.officer_id = o.id AND r.revoked_at IS NULL ORDER BY r.role) AS roles,
    EXISTS (SELECT FROM identity.disabled_accounts x WHERE x.officer_id = o.id AND x.enabled_at IS NULL) AS disabled
FROM identity.officers o
WHERE o.login = %(login)s;

-- name: list_officers
-- Every account by login, with the roles in force and whether it is disabled.
SELECT o.id, o.login, o.person_id,
    ARRAY(SELECT r.role FROM identity.officer_roles r
        WHERE r.officer_id = o.id AND r.revoked_at IS NULL ORDER BY r.role) AS roles,
    EXISTS (SELECT FROM identity.disabled_accounts x WHERE x.officer_id = o.id AND x.enabled_at IS NULL) AS disabled
FROM identity.officers o
ORDER BY o.login;

-- name: list_officer_roles
-- Every role that an account has or had, oldest first.
SELECT role, granted_at, granted_by, revoked_at, revoked_by, revoked_reason
FROM identity.officer_roles
WHERE officer_id = %(officer_id)s
ORDER BY number;

-- name: list_accounts_of_person
-- The accounts of one human.
SELECT o.id, o.login, o.recorded_at
FROM identity.officers o
WHERE o.person_id = %(person_id)s
ORDER BY o.recorded_at, o.login;

-- name: revoke_officer_role
-- Ends a role that an account holds, and gives its row; nothing when it does not hold it.
UPDATE identity.officer_roles
SET revoked_at = %(now)s, revoked_by = %(by)s, revoked_reason = %(reason)s
WHERE officer_id = %(officer_id)s AND role = %(role)s AND revoked_at IS NULL
RETURNING number;

-- name: disable_account
-- Takes from an account all that it may do.
INSERT INTO identity.disabled_accounts (officer_id, reason, disabled_at, disabled_by)
VALUES (%(officer_id)s, %(reason)s, %(now)s, %(by)s);

-- name: enable_account
-- Gives back to a disabled account what it may do; nothing when it was not disabled.
UPDATE identity.disabled_accounts
SET enabled_at = %(now)s, enabled_by = %(by)s, enabled_reason = %(reason)s
WHERE officer_id = %(officer_id)s AND enabled_at IS NULL
RETURNING number;

-- name: list_own_cases
-- Those of the given people who are the officer's own human, by whichever file, or who hold a document with a number
-- of theirs, whatever kind it was entered under: one card entered twice is one human.
WITH human AS (
    SELECT identity_api.canonical_id(o.person_id) AS id FROM identity.officers o WHERE o.id = %(officer_id)s
),
own AS (
    SELECT h.id FROM human h
    UNION
    SELECT m.person_id FROM identity_api.merged m JOIN human h ON h.id = m.canonical_id
)
SELECT u.person_id
FROM unnest(%(person_ids)s::uuid[]) u (person_id)
WHERE u.person_id IN (SELECT own.id FROM own)
    OR EXISTS (SELECT FROM identity.documents theirs
        JOIN identity.documents mine ON mine.number = theirs.number
        JOIN own ON own.id = mine.person_id
        WHERE theirs.person_id = u.person_id)
ORDER BY u.person_id;

-- name: is_same_human
-- Whether two files are of one human: the same file, or merged.
SELECT identity_api.canonical_id(%(first)s) = identity_api.canonical_id(%(second)s);
