-- name: list_memberships
-- Every household that a person belongs or belonged to, oldest first, with how its source calls it.
SELECT m.household_id, h.source, h.code, m.role, m.valid_from, m.valid_until, m.recorded_at
FROM registry.memberships m
JOIN registry.households h ON h.id = m.household_id
WHERE m.person_id = %(person_id)s
ORDER BY m.valid_from, m.number;
