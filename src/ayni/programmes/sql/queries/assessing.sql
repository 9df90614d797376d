-- name: insert_assessment
-- Begins an assessment.
INSERT INTO programmes.assessments
    (id, programme_id, version, as_of, assessed_at, assessed_by, subjects, scorecards)
VALUES (%(id)s, %(programme_id)s, %(version)s, %(as_of)s, %(at)s, %(by)s, %(subjects)s, %(scorecards)s);

-- name: incompatible
-- The programmes that exclude one, or that it excludes: id, code and target.
SELECT programme_id, code, target FROM programmes.incompatible_with(%(programme_id)s);

-- name: excluding
-- Which programmes would exclude one, or be excluded by it, if it had a list of others.
SELECT DISTINCT ON (p.id) p.id FROM programmes.programmes p
JOIN programmes.versions v ON v.programme_id = p.id
WHERE p.code <> %(code)s AND (p.code = ANY (%(others)s::text[]) OR (v.definition -> 'incompatible_with') ? %(code)s
    AND v.version = (SELECT max(n.version) FROM programmes.versions n WHERE n.programme_id = p.id))
ORDER BY p.id;

-- name: judge_households
-- Judges households of a day by compiled rules; the braces take what the model compiled. Who is enrolled in a
-- programme that excludes this one is told its code.
WITH taken AS MATERIALIZED (
    SELECT t.household_id, min(t.code) AS code FROM programmes.enrolled_on(%(excluding)s, %(as_of)s) t GROUP BY t.household_id
)
INSERT INTO {into} (assessment_id, subject_id, recipient_id, facts, criteria, outcome, amount_minor, amount_fault,
    members, quantity, priority, rank_value, conflict)
SELECT %(assessment_id)s, s.subject_id, s.recipient_id, s.facts, s.criteria, o.outcome,
    CASE WHEN f.fault IS NULL OR f.fault = 'zero' THEN s.amount::bigint END, f.fault,
    CASE o.outcome WHEN 'eligible' THEN s.members END,
    CASE WHEN f.fault IS NULL THEN s.quantity::integer END, s.priority, s.rank_value, x.code
FROM (
    SELECT h.household_id AS subject_id, h.head_person_id AS recipient_id, {facts} AS facts,
        {criteria} AS criteria, ({amount})::numeric AS amount, ({quantity})::numeric AS quantity,
        ({priority})::smallint AS priority, ({rank})::numeric AS rank_value, h.members
    FROM registry_api.households_on(%(as_of)s) h
    CROSS JOIN LATERAL (SELECT {scores}) c
    WHERE {which}) s
LEFT JOIN taken x ON x.household_id = s.subject_id
CROSS JOIN LATERAL (SELECT coalesce(
    CASE WHEN s.quantity IS NOT NULL THEN programmes.quantity_fault(s.quantity) END,
    programmes.amount_fault(s.amount)) AS fault) f
CROSS JOIN LATERAL (SELECT programmes.outcome_of(s.criteria, s.recipient_id, f.fault, x.code) AS outcome) o;

-- name: judge_people
-- Judges members of households of a day by compiled rules, as judge_households does. Whoever collects for a person
-- receives for them; for a child without a collector, that is the guardian, or else the head of the household.
WITH taken AS MATERIALIZED (
    SELECT t.person_id, min(t.code) AS code FROM programmes.enrolled_on(%(excluding)s, %(as_of)s) t GROUP BY t.person_id
), collecting AS MATERIALIZED (
    SELECT DISTINCT ON (r.person_id) r.person_id, r.representative_id, r.kind
    FROM identity_api.representatives r
    WHERE r.valid_from <= %(as_of)s AND (r.valid_until IS NULL OR r.valid_until >= %(as_of)s)
    ORDER BY r.person_id, CASE r.kind WHEN 'primary' THEN 1 WHEN 'alternate' THEN 2 ELSE 3 END, r.valid_from DESC
)
INSERT INTO {into} (assessment_id, subject_id, recipient_id, facts, criteria, outcome, amount_minor, amount_fault,
    members, quantity, priority, rank_value, conflict)
SELECT %(assessment_id)s, s.subject_id, s.recipient_id, s.facts, s.criteria, o.outcome,
    CASE WHEN f.fault IS NULL OR f.fault = 'zero' THEN s.amount::bigint END, f.fault,
    CASE o.outcome WHEN 'eligible' THEN ARRAY[s.subject_id] END,
    CASE WHEN f.fault IS NULL THEN s.quantity::integer END, s.priority, s.rank_value, x.code
FROM (
    SELECT p.person_id AS subject_id,
        CASE WHEN k.kind <> 'guardian' THEN k.representative_id
            WHEN p.age_years < 18 THEN coalesce(k.representative_id, h.head_person_id)
            ELSE p.person_id END AS recipient_id,
        {facts} AS facts, {criteria} AS criteria, ({amount})::numeric AS amount,
        ({quantity})::numeric AS quantity, ({priority})::smallint AS priority, ({rank})::numeric AS rank_value
    FROM registry_api.people_on(%(as_of)s) p
    JOIN registry_api.households_on(%(as_of)s) h ON h.household_id = p.household_id
    LEFT JOIN collecting k ON k.person_id = p.person_id
    CROSS JOIN LATERAL (SELECT {scores}) c
    WHERE {which}) s
LEFT JOIN taken x ON x.person_id = s.subject_id
CROSS JOIN LATERAL (SELECT coalesce(
    CASE WHEN s.quantity IS NOT NULL THEN programmes.quantity_fault(s.quantity) END,
    programmes.amount_fault(s.amount)) AS fault) f
CROSS JOIN LATERAL (SELECT programmes.outcome_of(s.criteria, s.recipient_id, f.fault, x.code) AS outcome) o;

-- name: judge_kept
-- Judges a kept assessment again by the facts that it kept: how many rows there are, and how many come out otherwise.
SELECT count(*), count(*) FILTER (WHERE (s.criteria, s.outcome, s.amount_minor, s.amount_fault, s.priority, s.rank_value)
    IS DISTINCT FROM (s.was_criteria, s.was_outcome, s.was_amount_minor, s.was_fault, s.was_priority, s.was_rank))
FROM (
    SELECT j.*, CASE WHEN f.fault IS NULL OR f.fault = 'zero' THEN j.amount::bigint END AS amount_minor,
        f.fault AS amount_fault, programmes.outcome_of(j.criteria, j.recipient_id, f.fault, j.conflict) AS outcome
    FROM (
        SELECT r.recipient_id, r.conflict, r.criteria AS was_criteria, r.outcome AS was_outcome,
            r.amount_minor AS was_amount_minor, r.amount_fault AS was_fault, r.priority AS was_priority,
            r.rank_value AS was_rank, {criteria} AS criteria, ({amount})::numeric AS amount,
            ({quantity})::numeric AS quantity, ({priority})::smallint AS priority, ({rank})::numeric AS rank_value
        FROM programmes.assessment_rows r
        CROSS JOIN LATERAL (SELECT {scores}) c
        WHERE r.assessment_id = %(assessment_id)s) j
    CROSS JOIN LATERAL (SELECT coalesce(
        CASE WHEN j.quantity IS NOT NULL THEN programmes.quantity_fault(j.quantity) END,
        programmes.amount_fault(j.amount)) AS fault) f) s;

-- name: amount_fault
-- Why the answer of a formula without facts is no amount that can be paid, or null.
SELECT programmes.amount_fault(({amount})::numeric);

-- name: count_outcomes
-- How many subjects of an assessment had each outcome, and the sum of the amounts.
SELECT outcome, count(*), coalesce(sum(amount_minor), 0) FROM programmes.assessment_rows
WHERE assessment_id = %(assessment_id)s GROUP BY outcome;

-- name: count_criteria
-- Of each criterion of an assessment, by its place: how many meet it, do not, and are not known to.
SELECT place, count(*) FILTER (WHERE answer), count(*) FILTER (WHERE NOT answer), count(*) FILTER (WHERE answer IS NULL)
FROM programmes.assessment_rows r
CROSS JOIN LATERAL unnest(r.criteria) WITH ORDINALITY u (answer, place)
WHERE r.assessment_id = %(assessment_id)s
GROUP BY place ORDER BY place;

-- name: find_row
-- One subject's newest assessment in a programme.
SELECT r.facts, r.criteria, r.outcome, r.amount_minor, r.amount_fault, r.recipient_id, a.version, a.as_of, r.conflict
FROM programmes.assessment_rows r JOIN programmes.assessments a ON a.id = r.assessment_id
WHERE a.programme_id = %(programme_id)s AND r.subject_id = %(subject_id)s
ORDER BY a.number DESC LIMIT 1;

-- name: what_is_newer
-- Of an assessment's programme: the newest version, and whether an assessment of the whole registry was made after it.
SELECT (SELECT max(v.version) FROM programmes.versions v WHERE v.programme_id = a.programme_id),
    EXISTS (SELECT FROM programmes.assessments n
        WHERE n.programme_id = a.programme_id AND n.number > a.number AND n.subjects IS NULL)
FROM programmes.assessments a WHERE a.id = %(id)s;

-- name: find_assessment
-- One assessment.
SELECT id, programme_id, version, as_of, subjects, scorecards FROM programmes.assessments WHERE id = %(id)s;

-- name: newest_scorecards
-- The newest version of each scorecard that was valid on a day: code, version, definition.
SELECT DISTINCT ON (code) code, version, definition FROM programmes.scorecards
WHERE valid_from <= %(on)s ORDER BY code, version DESC;

-- name: find_scorecard
-- One version of a scorecard; the newest when none is named.
SELECT version, definition, digest FROM programmes.scorecards
WHERE code = %(code)s AND (%(version)s::integer IS NULL OR version = %(version)s)
ORDER BY version DESC LIMIT 1;

-- name: insert_scorecard
-- Adds a version of a scorecard.
INSERT INTO programmes.scorecards (code, version, valid_from, definition, digest, recorded_at, recorded_by)
VALUES (%(code)s, %(version)s, %(valid_from)s, %(definition)s, %(digest)s, %(at)s, %(by)s);
