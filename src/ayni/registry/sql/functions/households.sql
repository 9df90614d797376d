-- Households: what of their members cannot be, for an officer to look at. Nothing is refused for it.

-- Whether a member's birth contradicts the head's or the head's spouse's: a child or grandchild no younger than the head
-- or than the head's wife, or a parent no older than the head. A stepmother may be younger than the child of her
-- husband: a look settles it.
CREATE OR REPLACE FUNCTION registry.ages_contradict(
    p_role text, p_born date, p_other_role text, p_other_born date, p_other_sex text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_role IN ('child', 'grandchild') THEN
        p_born <= p_other_born AND (p_other_role = 'head' OR p_other_role = 'spouse' AND p_other_sex = 'female')
    WHEN p_role = 'parent' THEN p_born >= p_other_born AND p_other_role = 'head'
    ELSE false
END;

-- Who of these households is so. Looked up by index: of tables that an import has just filled nothing is known yet, and
-- a guess can compare each member with every other one.
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
    WHERE m.household_id = ANY (p_households) AND m.valid_until IS NULL
        AND registry.ages_contradict(m.role, p.birth_on, o.role, q.birth_on, q.sex)
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

-- Facts of which, on one day, one source says this and another that, whichever is used; by subject and name.
CREATE OR REPLACE FUNCTION registry.disagreeing_sources(p_subjects uuid[], p_on date)
RETURNS TABLE (subject_id uuid, name text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
    SELECT said.subject_id, said.name
    FROM (
        -- A source that corrects itself on the same day is heard by its last word.
        SELECT DISTINCT ON (r.subject_id, f.key, r.source) r.subject_id, f.key AS name, f.value
        FROM unnest(p_subjects) s (id)
        JOIN registry.records r ON r.subject_id = s.id AND r.observed_on = p_on
        CROSS JOIN LATERAL jsonb_each(r.facts) f
        ORDER BY r.subject_id, f.key, r.source, r.number DESC
    ) said
    GROUP BY said.subject_id, said.name
    HAVING count(DISTINCT said.value) > 1
$$;

-- Flags the households of which that is so, or to whose members it happened, unless somebody has settled the very same.
CREATE OR REPLACE FUNCTION registry.flag_disagreeing_sources(p_subjects uuid[], p_on date, p_now timestamptz)
RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO registry.flags (household_id, reason, details, raised_at)
    SELECT c.household_id, 'sources_disagree', c.details, p_now
    FROM (
        SELECT f.household_id, jsonb_build_object('on', p_on, 'facts', jsonb_agg(f.fact ORDER BY f.fact)) AS details
        FROM (
            SELECT DISTINCT coalesce(m.household_id, h.id) AS household_id,
                CASE WHEN h.id IS NULL THEN 'person.' ELSE 'household.' END || d.name AS fact
            FROM registry.disagreeing_sources(p_subjects, p_on) d
            LEFT JOIN registry.households h ON h.id = d.subject_id
            LEFT JOIN registry.memberships m ON m.person_id = d.subject_id AND m.valid_until IS NULL
        ) f
        WHERE f.household_id IS NOT NULL
        GROUP BY f.household_id
    ) c
    WHERE NOT EXISTS (
        SELECT FROM registry.flags f
        WHERE f.household_id = c.household_id AND f.reason = 'sources_disagree' AND f.details = c.details)
    ON CONFLICT (household_id, reason) WHERE resolved_at IS NULL DO NOTHING
$$;
