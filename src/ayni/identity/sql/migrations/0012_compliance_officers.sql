-- Whoever looks at suspicious activity has a role of their own.
ALTER TABLE identity.officer_roles DROP CONSTRAINT officer_roles_role_is_known;
ALTER TABLE identity.officer_roles ADD CONSTRAINT officer_roles_role_is_known CHECK (
    role IN ('registrar', 'programme_officer', 'approver', 'agent_supervisor', 'auditor', 'compliance'));
