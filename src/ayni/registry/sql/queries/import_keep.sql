-- The batch in hand of an import: what is written.

-- name: insert_batch_memberships
-- Puts the new people into their households.
INSERT INTO registry.memberships (household_id, person_id, role, valid_from, recorded_at)
SELECT household_id, person_id, role, %(on)s, %(now)s
FROM pg_temp.import_batch
WHERE verdict = 'add'
ORDER BY line;

-- name: insert_batch_memory
-- Remembers what was said of each person, as hashes.
INSERT INTO registry.import_rows (household_id, person_key, core, fingerprint, person_id, import_id, line)
SELECT household_id, person_key, core, fingerprint, person_id, %(import_id)s, line
FROM pg_temp.import_batch
WHERE verdict IN ('add', 'update')
ORDER BY line;

-- name: insert_batch_person_facts
-- Adds what is new about people.
INSERT INTO registry.records (subject_kind, subject_id, observed_on, source, facts, recorded_at)
SELECT 'person', b.person_id, %(on)s, %(source)s, b.person_facts, %(now)s
FROM pg_temp.import_batch b
WHERE b.person_facts <> '{}' AND (b.verdict = 'add' OR b.verdict = 'update' AND NOT (
    SELECT registry.lay_over(r.facts ORDER BY r.observed_on, r.number) @> b.person_facts
    FROM registry.records r
    WHERE r.subject_id = b.person_id AND r.observed_on <= %(on)s))
ORDER BY b.line;

-- name: gather_batch_households
-- The households of the batch that have a usable row, and whether anything about them is new.
INSERT INTO pg_temp.import_batch_households
SELECT household_id, min(line), bool_or(verdict <> 'unchanged')
FROM pg_temp.import_batch
WHERE verdict IN ('add', 'update', 'unchanged')
GROUP BY household_id;

-- name: gather_variants
-- What the rows of each household say of it, each different version once with its first line.
INSERT INTO pg_temp.import_variants
SELECT household_id, household_facts, min(line)
FROM pg_temp.import_batch
WHERE verdict IN ('add', 'update', 'unchanged') AND household_facts <> '{}'
GROUP BY household_id, household_facts;

-- name: find_disagreements
-- Facts of a household on which its rows disagree, with the first line of each of two values.
INSERT INTO pg_temp.import_disagreements
SELECT household_id, name, min(line), (array_agg(line ORDER BY line))[2]
FROM (
    SELECT v.household_id, f.key AS name, f.value, min(v.line) AS line
    FROM pg_temp.import_variants v
    CROSS JOIN LATERAL jsonb_each(v.household_facts) f
    WHERE v.household_id IN (
        SELECT household_id FROM pg_temp.import_variants GROUP BY household_id HAVING count(*) > 1)
    GROUP BY v.household_id, f.key, f.value
) said
GROUP BY household_id, name
HAVING count(*) > 1;

-- name: find_district_disagreements
-- Households whose rows name several districts, with two of the lines.
INSERT INTO pg_temp.import_disagreements
SELECT household_id, NULL, min(line), (array_agg(line ORDER BY line))[2]
FROM (
    SELECT household_id, district_code, min(line) AS line
    FROM pg_temp.import_batch
    WHERE verdict IN ('add', 'update', 'unchanged') AND district_code IS NOT NULL
    GROUP BY household_id, district_code
) said
GROUP BY household_id
HAVING count(*) > 1;

-- name: insert_batch_household_facts
-- Adds what is new about households, without the facts on which their rows disagree.
INSERT INTO registry.records (subject_kind, subject_id, observed_on, source, facts, recorded_at)
SELECT 'household', n.household_id, %(on)s, %(source)s, n.facts, %(now)s
FROM (
    SELECT v.household_id, registry.lay_over(v.household_facts ORDER BY v.line) - ARRAY(
        SELECT d.name FROM pg_temp.import_disagreements d
        WHERE d.household_id = v.household_id AND d.name IS NOT NULL) AS facts
    FROM pg_temp.import_variants v
    JOIN pg_temp.import_batch_households t ON t.household_id = v.household_id AND t.touched
    GROUP BY v.household_id
) n
WHERE n.facts <> '{}' AND NOT (
    SELECT registry.lay_over(r.facts ORDER BY r.observed_on, r.number) @> n.facts
    FROM registry.records r
    WHERE r.subject_id = n.household_id AND r.observed_on <= %(on)s);

-- name: list_batch_classes
-- The classes that the batch tells of households, with the day from which each counts.
SELECT DISTINCT v.household_facts ->> 'cse', (v.household_facts ->> 'cse_on')::date
FROM pg_temp.import_variants v
WHERE v.household_facts ? 'cse' AND v.household_facts ? 'cse_on';

-- name: insert_batch_classes
-- Adds those that the country knows, where they are new and the rows of a household agree on them.
INSERT INTO registry.classes (household_id, class, source, valid_from, valid_until, recorded_at)
SELECT DISTINCT v.household_id, u.class, %(source)s, u.valid_from, u.valid_until, %(now)s
FROM pg_temp.import_variants v
JOIN unnest(%(classes)s::text[], %(from_days)s::date[], %(until_days)s::date[]) u (class, valid_from, valid_until)
    ON u.class = v.household_facts ->> 'cse' AND u.valid_from::text = v.household_facts ->> 'cse_on'
WHERE NOT EXISTS (
        SELECT FROM pg_temp.import_disagreements d
        WHERE d.household_id = v.household_id AND d.name IN ('cse', 'cse_on'))
    AND NOT EXISTS (
        SELECT FROM registry.classes c
        WHERE c.household_id = v.household_id AND c.class = u.class AND c.valid_from = u.valid_from);

-- name: insert_batch_locations
-- Adds the districts of households where they are new; null where the rows disagree.
INSERT INTO registry.locations (household_id, district_code, observed_on, recorded_at)
SELECT n.household_id, n.district_code, %(on)s, %(now)s
FROM (
    SELECT b.household_id,
        CASE WHEN count(DISTINCT b.district_code) = 1 THEN min(b.district_code) END AS district_code
    FROM pg_temp.import_batch b
    JOIN pg_temp.import_batch_households t ON t.household_id = b.household_id AND t.touched
    WHERE b.verdict IN ('add', 'update', 'unchanged') AND b.district_code IS NOT NULL
    GROUP BY b.household_id
) n
LEFT JOIN LATERAL (
    SELECT l.number, l.district_code
    FROM registry.locations l
    WHERE l.household_id = n.household_id AND l.observed_on <= %(on)s
    ORDER BY l.observed_on DESC, l.number DESC
    LIMIT 1
) l ON true
WHERE l.number IS NULL OR l.district_code IS DISTINCT FROM n.district_code;

-- name: report_batch
-- Notes for the report the rows that were refused, households without a head, and what rows disagree on.
INSERT INTO pg_temp.import_refusals (line, column_name, code, other_line, flagged)
SELECT line, NULL, verdict, other_line, false
FROM pg_temp.import_batch
WHERE verdict NOT IN ('add', 'update', 'unchanged')
UNION ALL
SELECT t.first_line, NULL, 'no_head', NULL, true
FROM pg_temp.import_batch_households t
WHERE NOT EXISTS (
    SELECT FROM registry.memberships m
    WHERE m.household_id = t.household_id AND m.role = 'head' AND m.valid_until IS NULL)
UNION ALL
-- Told of all that is open, as what lacks a head is: the same file again says it again.
SELECT t.first_line, NULL, f.reason, NULL, true
FROM pg_temp.import_batch_households t
JOIN registry.flags f ON f.household_id = t.household_id AND f.resolved_at IS NULL
    AND f.reason IN ('ages_contradict', 'sources_disagree')
UNION ALL
SELECT d.other_line, 'household.' || d.name,
    CASE WHEN d.name IS NULL THEN 'district_disagrees' ELSE 'facts_disagree' END, d.line, true
FROM pg_temp.import_disagreements d;

-- name: raise_flags
-- Asks for adjudication of the households of the batch that are new or changed and need it.
INSERT INTO registry.flags (household_id, reason, details, raised_at)
SELECT t.household_id, 'no_head', '{}', %(now)s
FROM pg_temp.import_batch_households t
WHERE t.touched AND NOT EXISTS (
    SELECT FROM registry.memberships m
    WHERE m.household_id = t.household_id AND m.role = 'head' AND m.valid_until IS NULL)
UNION ALL
SELECT d.household_id,
    CASE WHEN d.name IS NULL THEN 'district_disagrees' ELSE 'facts_disagree' END,
    jsonb_build_object('facts', jsonb_agg(d.name ORDER BY d.name) FILTER (WHERE d.name IS NOT NULL)),
    %(now)s
FROM pg_temp.import_disagreements d
JOIN pg_temp.import_batch_households t ON t.household_id = d.household_id AND t.touched
GROUP BY d.household_id, d.name IS NULL
ON CONFLICT (household_id, reason) WHERE resolved_at IS NULL DO NOTHING;

-- name: flag_batch_ages
-- Asks for a look at households that are new and whose members cannot be so old: by the rows themselves. Windows and no
-- join: of a table that was just filled the planner knows nothing, and would compare each row with every other one.
INSERT INTO registry.flags (household_id, reason, details, raised_at)
SELECT c.household_id, 'ages_contradict', jsonb_build_object('people', jsonb_agg(c.person_id ORDER BY c.person_id)),
    %(now)s
FROM (
    SELECT b.household_id, b.person_id, b.role, b.birth_on,
        max(b.birth_on) FILTER (WHERE b.role = 'head') OVER household AS head_born,
        max(b.birth_on) FILTER (WHERE b.role = 'spouse' AND b.sex = 'female') OVER household AS wife_born
    FROM pg_temp.import_batch b
    WHERE b.verdict = 'add' AND NOT b.household_known
    WINDOW household AS (PARTITION BY b.household_code)
) c
WHERE registry.ages_contradict(c.role, c.birth_on, 'head', c.head_born, NULL)
    OR registry.ages_contradict(c.role, c.birth_on, 'spouse', c.wife_born, 'female')
GROUP BY c.household_id;

-- name: flag_ages_of_known
-- Asks the same of households that were known and have new members.
SELECT registry.flag_ages(ARRAY(
    SELECT DISTINCT household_id FROM pg_temp.import_batch WHERE verdict = 'add' AND household_known), %(now)s);

-- name: flag_sources_of_batch
-- Asks for a look where another source says something else of the same day, about households and people that were known.
-- Only those of which another source tells of that day at all are looked at: hardly any.
SELECT registry.flag_disagreeing_sources(ARRAY(
    SELECT s.id
    FROM (
        SELECT household_id AS id FROM pg_temp.import_batch WHERE household_known AND verdict IN ('add', 'update')
        UNION
        SELECT person_id FROM pg_temp.import_batch WHERE verdict = 'update'
    ) s
    WHERE EXISTS (
        SELECT FROM registry.records r
        WHERE r.subject_id = s.id AND r.observed_on = %(on)s AND r.source <> %(source)s)), %(on)s, %(now)s);

-- name: resolve_flags
-- Settles what the batch has put right: a head who was missing, rows that now agree.
UPDATE registry.flags f
SET resolved_at = %(now)s, resolution = 'put right by an import'
FROM pg_temp.import_batch_households t
WHERE f.household_id = t.household_id AND t.touched AND f.resolved_at IS NULL AND CASE f.reason
    WHEN 'no_head' THEN EXISTS (
        SELECT FROM registry.memberships m
        WHERE m.household_id = t.household_id AND m.role = 'head' AND m.valid_until IS NULL)
    WHEN 'facts_disagree' THEN NOT EXISTS (
        SELECT FROM pg_temp.import_disagreements d
        WHERE d.household_id = t.household_id AND d.name IS NOT NULL)
    WHEN 'district_disagrees' THEN NOT EXISTS (
        SELECT FROM pg_temp.import_disagreements d
        WHERE d.household_id = t.household_id AND d.name IS NULL)
    ELSE false
END;

-- name: count_batch
-- How many rows of the batch had which verdict.
SELECT verdict, count(*) FROM pg_temp.import_batch GROUP BY verdict;
