-- name: copy_households_to_compare
-- Who belongs to which household on a day, as CSV.
COPY (
    SELECT person_id, household_id
    FROM registry.memberships
    WHERE valid_from <= %(on)s AND (valid_until IS NULL OR valid_until >= %(on)s)
) TO STDOUT (FORMAT csv);
