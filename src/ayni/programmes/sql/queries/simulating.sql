-- name: create_told
-- What is told from outside of households, by their codes; empty when nothing is.
CREATE TEMP TABLE ayni_told (code text PRIMARY KEY, truth boolean NOT NULL) ON COMMIT DROP;

-- name: create_simulated
-- Where simulated judgements stand until the transaction ends: as an assessment's rows, by variant.
CREATE TEMP TABLE ayni_simulated (
    assessment_id uuid NOT NULL, subject_id uuid NOT NULL, recipient_id uuid, facts jsonb, criteria boolean[],
    outcome text NOT NULL, amount_minor bigint, amount_fault text, members uuid[], quantity integer, priority smallint,
    rank_value numeric, conflict text) ON COMMIT DROP;

-- name: create_attributes_household
-- What is known of every household of the day beside the rules: heads, district, group, truth, and income in a month.
CREATE TEMP TABLE ayni_attributes ON COMMIT DROP AS
SELECT h.household_id AS subject_id, h.household_id, h.size AS people, coalesce(h.district_code, '?') AS district,
    coalesce(({by})::text, '?') AS grouping_value, ({truth})::boolean AS truth, i.income_minor
FROM registry_api.households_on(%(as_of)s) h
CROSS JOIN LATERAL (SELECT {scores}) c
LEFT JOIN (
    SELECT p.household_id, sum(({income})::numeric)::bigint AS income_minor
    FROM registry_api.people_on(%(as_of)s) p GROUP BY p.household_id) i ON i.household_id = h.household_id
LEFT JOIN ayni_told t ON t.code = h.code AND h.source = %(source)s;

-- name: create_attributes_person
-- The same of every member of a household.
CREATE TEMP TABLE ayni_attributes ON COMMIT DROP AS
SELECT p.person_id AS subject_id, p.household_id, 1 AS people, coalesce(h.district_code, '?') AS district,
    coalesce(({by})::text, '?') AS grouping_value, ({truth})::boolean AS truth, i.income_minor
FROM registry_api.people_on(%(as_of)s) p
JOIN registry_api.households_on(%(as_of)s) h ON h.household_id = p.household_id
CROSS JOIN LATERAL (SELECT {scores}) c
LEFT JOIN (
    SELECT p.household_id, sum(({income})::numeric)::bigint AS income_minor
    FROM registry_api.people_on(%(as_of)s) p GROUP BY p.household_id) i ON i.household_id = p.household_id
LEFT JOIN ayni_told t ON t.code = h.code AND h.source = %(source)s;

-- name: place_simulated
-- Of a variant with places: whoever finds none waits, as at an enrolment of everybody anew.
UPDATE ayni_simulated s SET outcome = 'waiting'
FROM (SELECT subject_id, row_number() OVER (ORDER BY coalesce(priority, 32767), rank_value, subject_id) AS place
    FROM ayni_simulated WHERE assessment_id = %(variant_id)s AND outcome = 'eligible') p
WHERE s.assessment_id = %(variant_id)s AND s.subject_id = p.subject_id AND p.place > %(places)s;

-- name: simulated_figures
-- What a variant does compared with the base: of the whole, by district and by group.
WITH amounts AS MATERIALIZED (
    SELECT a.subject_id, a.household_id, a.people, a.district, a.grouping_value, a.truth, v.outcome,
        CASE v.outcome WHEN 'eligible' THEN v.amount_minor ELSE 0 END AS after_minor,
        CASE b.outcome WHEN 'eligible' THEN b.amount_minor ELSE 0 END AS before_minor
    FROM ayni_attributes a
    JOIN ayni_simulated v ON v.subject_id = a.subject_id AND v.assessment_id = %(variant_id)s
    JOIN ayni_simulated b ON b.subject_id = a.subject_id AND b.assessment_id = %(base_id)s
), homes AS MATERIALIZED (
    -- Welfare is a household's: what its members receive together, for each head and month.
    SELECT a.household_id, min(a.district) AS district, min(a.grouping_value) AS grouping_value, sum(a.people) AS heads,
        min(x.income_minor)::numeric / sum(a.people) AS income,
        (min(x.income_minor) + sum(a.after_minor)::numeric / %(months)s) / sum(a.people) AS income_after
    FROM amounts a
    JOIN ayni_attributes x ON x.subject_id = a.subject_id
    WHERE x.income_minor IS NOT NULL AND %(line)s::bigint IS NOT NULL
    GROUP BY a.household_id
), told AS (
    SELECT CASE WHEN grouping(district) = 0 THEN 'district' WHEN grouping(grouping_value) = 0 THEN 'group' ELSE 'all' END AS dimension,
        coalesce(district, grouping_value, '') AS label,
        count(*) AS subjects, sum(people) AS people,
        count(*) FILTER (WHERE outcome = 'eligible') AS eligible, count(*) FILTER (WHERE outcome = 'waiting') AS waiting,
        count(*) FILTER (WHERE outcome = 'not_eligible') AS not_eligible,
        count(*) FILTER (WHERE outcome = 'unknown') AS unknown, sum(after_minor) AS cost_minor,
        count(*) FILTER (WHERE before_minor = 0 AND after_minor > 0) AS gained,
        count(*) FILTER (WHERE before_minor > 0 AND after_minor = 0) AS lost,
        count(*) FILTER (WHERE before_minor > 0 AND after_minor > before_minor) AS raised,
        count(*) FILTER (WHERE after_minor > 0 AND after_minor < before_minor) AS lowered,
        coalesce(sum(after_minor - before_minor) FILTER (WHERE after_minor > before_minor), 0) AS gained_minor,
        coalesce(sum(before_minor - after_minor) FILTER (WHERE after_minor < before_minor), 0) AS lost_minor,
        count(*) FILTER (WHERE truth) AS poor,
        count(*) FILTER (WHERE truth AND outcome = 'eligible') AS poor_eligible,
        count(*) FILTER (WHERE truth AND outcome = 'unknown') AS poor_unknown,
        count(*) FILTER (WHERE NOT truth AND outcome = 'eligible') AS not_poor_eligible,
        count(*) FILTER (WHERE NOT truth AND outcome = 'unknown') AS not_poor_unknown,
        count(*) FILTER (WHERE truth IS NULL) AS truth_unknown
    FROM amounts
    GROUP BY GROUPING SETS ((), (district), (grouping_value))
), gaps AS (
    SELECT CASE WHEN grouping(district) = 0 THEN 'district' WHEN grouping(grouping_value) = 0 THEN 'group' ELSE 'all' END AS dimension,
        coalesce(district, grouping_value, '') AS label,
        sum(heads) AS with_income, sum(heads * greatest(%(line)s::bigint - income, 0)) AS gap_before,
        sum(heads * greatest(%(line)s::bigint - income_after, 0)) AS gap_after,
        coalesce(sum(heads) FILTER (WHERE income < %(line)s::bigint), 0) AS poor_before,
        coalesce(sum(heads) FILTER (WHERE income_after < %(line)s::bigint), 0) AS poor_after
    FROM homes
    GROUP BY GROUPING SETS ((), (district), (grouping_value))
)
SELECT t.dimension, t.label, t.subjects::integer, coalesce(t.people, 0)::integer, t.eligible::integer, t.waiting::integer,
    t.not_eligible::integer, t.unknown::integer, coalesce(t.cost_minor, 0)::bigint, t.gained::integer, t.lost::integer,
    t.raised::integer, t.lowered::integer, t.gained_minor::bigint, t.lost_minor::bigint, t.poor::integer,
    t.poor_eligible::integer, t.poor_unknown::integer, t.not_poor_eligible::integer, t.not_poor_unknown::integer,
    t.truth_unknown::integer, coalesce(g.with_income, 0)::integer, round(coalesce(g.gap_before, 0))::bigint,
    round(coalesce(g.gap_after, 0))::bigint, coalesce(g.poor_before, 0)::integer, coalesce(g.poor_after, 0)::integer
FROM told t
LEFT JOIN gaps g ON g.dimension = t.dimension AND g.label = t.label
ORDER BY t.dimension, t.label;

-- name: simulated_incomes
-- Households by income per head in a month, ascending: heads and whole minor units, before or after a variant's money.
SELECT h.heads::integer, h.income::bigint FROM (
    SELECT sum(a.people) AS heads, round((min(a.income_minor) + CASE WHEN %(after)s THEN
        sum(CASE v.outcome WHEN 'eligible' THEN v.amount_minor ELSE 0 END)::numeric / %(months)s ELSE 0 END)
        / sum(a.people)) AS income
    FROM ayni_attributes a
    JOIN ayni_simulated v ON v.subject_id = a.subject_id AND v.assessment_id = %(variant_id)s
    WHERE a.income_minor IS NOT NULL
    GROUP BY a.household_id) h
ORDER BY h.income;
