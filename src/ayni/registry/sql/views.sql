-- What the registry publishes to the SQL of other modules: people and households as of a day. No names here.
-- Everything counts that was observed, or in force, on that day or before, however late it was written down.

-- The facts known of each subject on a day: the latest of each name. A null value says "no longer known".
CREATE OR REPLACE FUNCTION registry_api.facts_on(on_day date)
RETURNS TABLE (subject_kind text, subject_id uuid, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.subject_kind, r.subject_id,
        CASE WHEN count(*) = 1 THEN (array_agg(r.facts))[1]
            ELSE registry.lay_over(r.facts ORDER BY r.observed_on, r.number) END
    FROM registry.records r
    WHERE r.observed_on <= on_day
    GROUP BY r.subject_kind, r.subject_id;
END;

-- Everybody who belonged to a household on a day. `age_years` is in completed years on that day.
CREATE OR REPLACE FUNCTION registry_api.people_on(on_day date)
RETURNS TABLE (
    person_id uuid, household_id uuid, role text, birth_on date, birth_estimated boolean, age_years integer,
    sex text, language text, synthetic boolean, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT m.person_id, m.household_id, m.role, p.birth_on, p.birth_estimated,
        extract(year FROM age(on_day, p.birth_on))::integer,
        p.sex, p.language, p.synthetic, coalesce(f.facts, '{}')
    FROM registry.memberships m
    JOIN identity_api.particulars p ON p.person_id = m.person_id
    LEFT JOIN registry_api.facts_on(on_day) f ON f.subject_id = m.person_id AND f.subject_kind = 'person'
    WHERE m.valid_from <= on_day AND (m.valid_until IS NULL OR m.valid_until >= on_day);
END;

-- The last evaluation of each household that began on a day or before; it holds if the day is not after `valid_until`.
CREATE OR REPLACE FUNCTION registry_api.classes_on(on_day date)
RETURNS TABLE (household_id uuid, class text, source text, valid_from date, valid_until date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (c.household_id) c.household_id, c.class, c.source, c.valid_from, c.valid_until
    FROM registry.classes c
    WHERE c.valid_from <= on_day
    ORDER BY c.household_id, c.valid_from DESC, c.number DESC;
END;

-- Every household that had a member on a day, with counts of its members by completed years on that day. It needs
-- adjudication while it has an open flag, or a member is in an open pair that holds up payments. Its class is its
-- last evaluation, whoever made it, with the day from which that counts.
CREATE OR REPLACE FUNCTION registry_api.households_on(on_day date)
RETURNS TABLE (
    household_id uuid, source text, code text, size integer, head_person_id uuid,
    children_under_6 integer, children_under_18 integer, adults integer, elders_65 integer,
    births_unknown integer, district_code text, facts jsonb, needs_adjudication boolean, members uuid[])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH members AS (
        SELECT m.household_id,
            count(*)::integer AS size,
            (array_agg(m.person_id) FILTER (WHERE m.role = 'head'))[1] AS head_person_id,
            array_agg(m.person_id) AS members,
            (count(*) FILTER (WHERE p.birth_on > on_day - interval '6 years'))::integer AS under_6,
            (count(*) FILTER (WHERE p.birth_on > on_day - interval '18 years'))::integer AS under_18,
            (count(*) FILTER (WHERE p.birth_on <= on_day - interval '18 years'))::integer AS adults,
            (count(*) FILTER (WHERE p.birth_on <= on_day - interval '65 years'))::integer AS elders,
            (count(*) FILTER (WHERE p.birth_on IS NULL))::integer AS unknown
        FROM registry.memberships m
        JOIN identity_api.particulars p ON p.person_id = m.person_id
        WHERE m.valid_from <= on_day AND (m.valid_until IS NULL OR m.valid_until >= on_day)
        GROUP BY m.household_id
    ),
    places AS (
        SELECT DISTINCT ON (l.household_id) l.household_id, l.district_code
        FROM registry.locations l
        WHERE l.observed_on <= on_day
        ORDER BY l.household_id, l.observed_on DESC, l.number DESC
    ),
    flagged AS (
        SELECT household_id FROM registry.flags WHERE resolved_at IS NULL
        UNION
        SELECT m.household_id
        FROM registry_api.unresolved u
        JOIN registry.memberships m ON m.person_id = u.person_id
        WHERE m.valid_from <= on_day AND (m.valid_until IS NULL OR m.valid_until >= on_day)
    )
    SELECT h.id, h.source, h.code, m.size, m.head_person_id, m.under_6, m.under_18, m.adults, m.elders,
        m.unknown, l.district_code,
        coalesce(f.facts, '{}') || CASE WHEN k.household_id IS NULL THEN '{}'
            ELSE jsonb_build_object('cse', k.class, 'cse_on', k.valid_from) END,
        g.household_id IS NOT NULL, m.members
    FROM members m
    JOIN registry.households h ON h.id = m.household_id
    LEFT JOIN places l ON l.household_id = h.id
    LEFT JOIN registry_api.facts_on(on_day) f ON f.subject_id = h.id AND f.subject_kind = 'household'
    LEFT JOIN registry_api.classes_on(on_day) k ON k.household_id = h.id
    LEFT JOIN flagged g ON g.household_id = h.id;
END;

-- Today, by the database's clock in UTC: for looking around. A cycle names its day.
CREATE OR REPLACE VIEW registry_api.people AS
SELECT p.* FROM registry_api.people_on((foundation.now() AT TIME ZONE 'UTC')::date) p;

CREATE OR REPLACE VIEW registry_api.households AS
SELECT h.* FROM registry_api.households_on((foundation.now() AT TIME ZONE 'UTC')::date) h;

-- Classes that lapse soon, each from the day on which it was warned of: for whoever tells the household.
CREATE OR REPLACE VIEW registry_api.class_warnings AS
SELECT w.household_id, c.class, w.lapses_after, w.warned_at
FROM registry.class_warnings w
JOIN registry.classes c ON c.number = w.class_number;

-- The named facts that criteria may use, with type and meaning.
CREATE OR REPLACE VIEW registry_api.fact_names AS
SELECT subject_kind, name, type, meaning FROM registry.fact_names;

GRANT SELECT ON ALL TABLES IN SCHEMA registry_api TO ayni_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA registry_api TO ayni_app;
