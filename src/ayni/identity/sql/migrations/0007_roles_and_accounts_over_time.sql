-- A role is granted and revoked, and may be granted again: each time is a row.
ALTER TABLE identity.officer_roles DROP CONSTRAINT officer_roles_pkey;
ALTER TABLE identity.officer_roles ADD COLUMN revoked_at timestamptz;
ALTER TABLE identity.officer_roles ADD COLUMN revoked_by text;
ALTER TABLE identity.officer_roles ADD COLUMN revoked_reason text CONSTRAINT officer_roles_are_revoked_for_a_reason CHECK (
    length(btrim(revoked_reason)) BETWEEN 1 AND 500);
ALTER TABLE identity.officer_roles ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
ALTER TABLE identity.officer_roles ADD CONSTRAINT officer_roles_end_after_they_begin CHECK (revoked_at >= granted_at);
ALTER TABLE identity.officer_roles ADD CONSTRAINT officer_roles_are_revoked_whole CHECK (
    (revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_reason IS NULL));
CREATE UNIQUE INDEX officer_roles_are_held_once ON identity.officer_roles (officer_id, role) WHERE revoked_at IS NULL;

-- When an account was disabled, and enabled again. While a row is open the account may do nothing.
CREATE TABLE identity.disabled_accounts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id uuid NOT NULL CONSTRAINT disabled_accounts_are_of_an_officer REFERENCES identity.officers (id),
    reason text NOT NULL CONSTRAINT disabled_accounts_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    disabled_at timestamptz NOT NULL,
    disabled_by text NOT NULL,
    enabled_at timestamptz,
    enabled_by text,
    enabled_reason text CONSTRAINT disabled_accounts_are_enabled_for_a_reason CHECK (
        length(btrim(enabled_reason)) BETWEEN 1 AND 500),
    CONSTRAINT disabled_accounts_end_after_they_begin CHECK (enabled_at >= disabled_at),
    CONSTRAINT disabled_accounts_are_enabled_whole CHECK (
        (enabled_at IS NULL) = (enabled_by IS NULL) AND (enabled_at IS NULL) = (enabled_reason IS NULL))
);
CREATE UNIQUE INDEX disabled_accounts_are_open_once ON identity.disabled_accounts (officer_id) WHERE enabled_at IS NULL;
