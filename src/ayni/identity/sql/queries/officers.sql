-- name: insert_officer
-- Adds an officer's account.
INSERT INTO identity.officers (id, login, person_id, recorded_at)
VALUES (%(officer_id)s, %(login)s, %(person_id)s, %(now)s);

-- name: insert_officer_roles
-- Grants roles to an officer.
INSERT INTO identity.officer_roles (officer_id, role, granted_at, granted_by)
SELECT %(officer_id)s, unnest(%(roles)s::text[]), %(now)s, %(granted_by)s;

-- name: find_officer
-- One officer's account by id, with its roles.
SELECT o.id, o.login, o.person_id,
    ARRAY(SELECT r.role FROM identity.officer_roles r WHERE r.officer_id = o.id ORDER BY r.role) AS roles
FROM identity.officers o
WHERE o.id = %(officer_id)s;

-- name: find_officer_by_login
-- One officer's account by its login, with its roles.
SELECT o.id, o.login, o.person_id,
    ARRAY(SELECT r.role FROM identity.officer_roles r WHERE r.officer_id = o.id ORDER BY r.role) AS roles
FROM identity.officers o
WHERE o.login = %(login)s;
