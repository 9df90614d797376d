-- Households: what of their members cannot be, for an officer to look at. Nothing is refused for it.

-- Who is a child or grandchild no younger than the head or than the head's wife, or a parent no older than the head.
-- A stepmother may be younger than the child of her husband: a look settles it. Looked up by index: of tables that an
-- import has just filled nothing is known yet, and a guess can compare each member with every other one.
CREATE OR REPLACE FUNCTION registry.contradicting_ages(p_households uuid[])
RETURNS TABLE (household_id uuid, person_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
    SELECT DISTINCT m.household_id, m.person_id
    FROM registry.memberships m
    JOIN registry.memberships o ON o.household_id = m.household_id AND o.role IN ('head', 'spouse')
        AND o.valid_until IS NULL
    JOIN identity_api.particulars p ON p.person_id = m.person_id
    JOIN identity_api.particulars q ON q.person_id = o.person_id
    WHERE m.household_id = ANY (p_households) AND m.valid_until IS NULL AND CASE
        WHEN m.role IN ('child', 'grandchild') THEN
            p.birth_on <= q.birth_on AND (o.role = 'head' OR q.sex = 'female')
        WHEN m.role = 'parent' THEN p.birth_on >= q.birth_on AND o.role = 'head'
    END
$$;

-- Flags those households, unless somebody has settled the very same before.
CREATE OR REPLACE FUNCTION registry.flag_ages(p_households uuid[], p_now timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO registry.flags (household_id, reason, details, raised_at)
    SELECT c.household_id, 'ages_contradict', c.details, p_now
    FROM (
        SELECT household_id, jsonb_build_object('people', jsonb_agg(person_id ORDER BY person_id)) AS details
        FROM registry.contradicting_ages(p_households)
        GROUP BY household_id
    ) c
    WHERE NOT EXISTS (
        SELECT FROM registry.flags f
        WHERE f.household_id = c.household_id AND f.reason = 'ages_contradict' AND f.details = c.details)
    ON CONFLICT (household_id, reason) WHERE resolved_at IS NULL DO NOTHING
$$;
