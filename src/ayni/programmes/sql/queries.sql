-- name: facts
-- The named facts that criteria may use: subject, name and type.
SELECT subject_kind, name, type FROM registry_api.fact_names;

-- name: find_programme
-- A programme by its code.
SELECT id, code, target, created_at FROM programmes.programmes WHERE code = %(code)s;

-- name: insert_programme
-- Adds a programme.
INSERT INTO programmes.programmes (id, code, target, created_at) VALUES (%(id)s, %(code)s, %(target)s, %(at)s);

-- name: newest_version
-- The newest version of a programme's definition.
SELECT version, definition, digest FROM programmes.versions
WHERE programme_id = %(programme_id)s ORDER BY version DESC LIMIT 1;

-- name: get_version
-- One version of a programme's definition.
SELECT version, definition, digest FROM programmes.versions
WHERE programme_id = %(programme_id)s AND version = %(version)s;

-- name: insert_version
-- Adds a version of a definition.
INSERT INTO programmes.versions (programme_id, version, definition, digest, recorded_at, recorded_by)
VALUES (%(programme_id)s, %(version)s, %(definition)s, %(digest)s, %(at)s, %(by)s);

-- name: insert_assessment
-- Begins an assessment.
INSERT INTO programmes.assessments (id, programme_id, version, as_of, assessed_at, assessed_by)
VALUES (%(id)s, %(programme_id)s, %(version)s, %(as_of)s, %(at)s, %(by)s);

-- name: assess_households
-- Judges every household of a day by compiled criteria; the braces take what the model compiled.
INSERT INTO programmes.assessment_rows
    (assessment_id, subject_id, recipient_id, facts, criteria, outcome, amount_minor, amount_fault)
SELECT %(assessment_id)s, s.subject_id, s.recipient_id, s.facts, s.criteria,
    programmes.outcome_of(s.criteria, s.recipient_id, f.fault),
    CASE WHEN f.fault IS NULL OR f.fault = 'zero' THEN s.amount::bigint END, f.fault
FROM (
    SELECT h.household_id AS subject_id, h.head_person_id AS recipient_id, {facts} AS facts,
        {criteria} AS criteria, ({amount})::numeric AS amount
    FROM registry_api.households_on(%(as_of)s) h) s
CROSS JOIN LATERAL (SELECT programmes.amount_fault(s.amount) AS fault) f;

-- name: assess_people
-- Judges every member of a household of a day by compiled criteria.
INSERT INTO programmes.assessment_rows
    (assessment_id, subject_id, recipient_id, facts, criteria, outcome, amount_minor, amount_fault)
SELECT %(assessment_id)s, s.subject_id, s.recipient_id, s.facts, s.criteria,
    programmes.outcome_of(s.criteria, s.recipient_id, f.fault),
    CASE WHEN f.fault IS NULL OR f.fault = 'zero' THEN s.amount::bigint END, f.fault
FROM (
    SELECT p.person_id AS subject_id, p.person_id AS recipient_id, {facts} AS facts, {criteria} AS criteria,
        ({amount})::numeric AS amount
    FROM registry_api.people_on(%(as_of)s) p
    JOIN registry_api.households_on(%(as_of)s) h ON h.household_id = p.household_id) s
CROSS JOIN LATERAL (SELECT programmes.amount_fault(s.amount) AS fault) f;

-- name: amount_fault
-- Why the answer of a formula without facts is no amount that can be paid, or null.
SELECT programmes.amount_fault(({amount})::numeric);

-- name: count_outcomes
-- How many subjects of an assessment had each outcome, and the sum of the amounts.
SELECT outcome, count(*), coalesce(sum(amount_minor), 0) FROM programmes.assessment_rows
WHERE assessment_id = %(assessment_id)s GROUP BY outcome;

-- name: find_row
-- One subject's newest assessment in a programme.
SELECT r.facts, r.criteria, r.outcome, r.amount_minor, r.amount_fault, r.recipient_id, a.version, a.as_of
FROM programmes.assessment_rows r JOIN programmes.assessments a ON a.id = r.assessment_id
WHERE a.programme_id = %(programme_id)s AND r.subject_id = %(subject_id)s
ORDER BY a.number DESC LIMIT 1;

-- name: what_is_newer
-- Of an assessment's programme: the newest version, and whether an assessment was made after it.
SELECT (SELECT max(v.version) FROM programmes.versions v WHERE v.programme_id = a.programme_id),
    EXISTS (SELECT FROM programmes.assessments n WHERE n.programme_id = a.programme_id AND n.number > a.number)
FROM programmes.assessments a WHERE a.id = %(id)s;

-- name: find_assessment
-- One assessment.
SELECT id, programme_id, version, as_of FROM programmes.assessments WHERE id = %(id)s;

-- name: enrol
-- Adds a state to every subject of an assessment whose state changes; who was paused or has left stays so.
INSERT INTO programmes.enrolments
    (programme_id, subject_id, state, reason, assessment_id, since, recorded_by)
SELECT %(programme_id)s, r.subject_id,
    CASE r.outcome WHEN 'eligible' THEN 'enrolled' WHEN 'unknown' THEN 'draft' ELSE 'not_eligible' END,
    'assessment', r.assessment_id, %(at)s, %(by)s
FROM programmes.assessment_rows r
LEFT JOIN LATERAL (
    SELECT e.state FROM programmes.enrolments e
    WHERE e.programme_id = %(programme_id)s AND e.subject_id = r.subject_id ORDER BY e.number DESC LIMIT 1) n ON true
WHERE r.assessment_id = %(assessment_id)s
    AND coalesce(n.state, '') NOT IN ('paused', 'exited', 'duplicated')
    AND coalesce(n.state, '') <> CASE r.outcome WHEN 'eligible' THEN 'enrolled' WHEN 'unknown' THEN 'draft'
        ELSE 'not_eligible' END;

-- name: change_state
-- Adds a state to one subject.
INSERT INTO programmes.enrolments (programme_id, subject_id, state, reason, since, recorded_by)
VALUES (%(programme_id)s, %(subject_id)s, %(state)s, %(reason)s, %(at)s, %(by)s);

-- name: current_state
-- A subject's state in a programme.
SELECT state FROM programmes.enrolments
WHERE programme_id = %(programme_id)s AND subject_id = %(subject_id)s ORDER BY number DESC LIMIT 1;

-- name: open_cycle_of
-- Whether a cycle that was not cancelled pays an assessment.
SELECT 1 FROM programmes.cycles WHERE assessment_id = %(assessment_id)s AND state <> 'cancelled';

-- name: insert_cycle
-- Opens a cycle as a draft.
INSERT INTO programmes.cycles (id, programme_id, name, assessment_id, opened_by, opened_at)
VALUES (%(id)s, %(programme_id)s, %(name)s, %(assessment_id)s, %(by)s, %(at)s);

-- name: insert_entitlements
-- Freezes what the cycle owes: everybody enrolled whom the assessment found eligible. Ids are dated by
-- our clock. Says how many that are, and their sum.
WITH added AS (
INSERT INTO programmes.entitlements (id, cycle_id, subject_id, recipient_id, amount_minor, purpose, created_at)
SELECT uuidv7(%(at)s - statement_timestamp()), %(cycle_id)s, r.subject_id, r.recipient_id, r.amount_minor, %(purpose)s, %(at)s
FROM programmes.assessment_rows r
JOIN LATERAL (
    SELECT e.state FROM programmes.enrolments e
    WHERE e.programme_id = %(programme_id)s AND e.subject_id = r.subject_id ORDER BY e.number DESC LIMIT 1) n ON true
WHERE r.assessment_id = %(assessment_id)s AND r.outcome = 'eligible' AND n.state = 'enrolled'
RETURNING amount_minor)
SELECT count(*), coalesce(sum(a.amount_minor), 0) FROM added a;

-- name: seal_cycle
-- Writes the count, the sum and the digest of a draft's entitlements, and hands it over for approval. How the
-- digest is made is said in docs/concepts/cycle-digest.md: hashes of lines, so that a million lines fit in memory.
UPDATE programmes.cycles c
SET entitlements = s.entitlements, total_minor = s.total_minor, digest = s.digest, state = 'to_approve'
FROM (SELECT count(*)::integer AS entitlements, coalesce(sum(e.amount_minor), 0)::bigint AS total_minor,
        encode(sha256((SELECT convert_to(format(E'ayni cycle 1\nprogramme %%s\nversion %%s %%s\nassessment %%s\n',
                p.code, v.version, v.digest, a.id), 'UTF8')
            FROM programmes.cycles k JOIN programmes.assessments a ON a.id = k.assessment_id
            JOIN programmes.programmes p ON p.id = a.programme_id
            JOIN programmes.versions v ON v.programme_id = a.programme_id AND v.version = a.version
            WHERE k.id = %(id)s)
            || coalesce(string_agg(sha256(convert_to(concat_ws(':', e.subject_id, e.recipient_id, e.amount_minor,
                coalesce(e.purpose, '')) || E'\n', 'UTF8')), ''::bytea ORDER BY e.subject_id), '')), 'hex') AS digest
    FROM programmes.entitlements e WHERE e.cycle_id = %(id)s) s
WHERE c.id = %(id)s;

-- name: approve_cycle
-- Approves a cycle; the database compares the humans.
UPDATE programmes.cycles SET state = 'approved', approved_by = %(by)s, approved_at = %(at)s WHERE id = %(id)s;

-- name: set_cycle_state
-- Moves a cycle on.
UPDATE programmes.cycles SET state = %(state)s WHERE id = %(id)s;

-- name: find_cycle
-- One cycle with its programme's code.
SELECT c.id, c.programme_id, p.code AS programme, c.name, c.assessment_id, c.state, c.entitlements,
    c.total_minor, c.digest, c.opened_by, c.opened_at, c.approved_by
FROM programmes.cycles c JOIN programmes.programmes p ON p.id = c.programme_id WHERE c.id = %(id)s;

-- name: list_recipients
-- Everybody whom a cycle pays.
SELECT DISTINCT recipient_id FROM programmes.entitlements WHERE cycle_id = %(cycle_id)s ORDER BY 1;

-- name: list_recipients_after
-- The recipients of a cycle's entitlements after one, in order.
SELECT id, recipient_id FROM programmes.entitlements
WHERE cycle_id = %(cycle_id)s AND id > %(after)s ORDER BY id LIMIT %(most)s;

-- name: lock_cycle
-- A cycle's state, which this transaction alone may change.
SELECT state FROM programmes.cycles WHERE id = %(id)s FOR UPDATE;

-- name: keep_cycle
-- A cycle's state, kept as it is until the transaction ends; others may keep it too.
SELECT state FROM programmes.cycles WHERE id = %(id)s FOR SHARE;

-- name: list_payable
-- Unpaid entitlements of a cycle after an id, in order, with the number of the next attempt.
SELECT id, recipient_id, amount_minor, purpose, attempt
FROM programmes.payable(%(cycle_id)s, %(after)s, %(most)s);

-- name: held_back
-- Which of some entitlements may not be paid now, and why.
SELECT h.id, min(h.code) FROM programmes.held_back(%(ids)s::uuid[]) h GROUP BY h.id;

-- name: count_held_back
-- Of a cycle's unpaid entitlements: how many may not be paid now, by reason.
SELECT f.code, count(*) FROM (
    SELECT h.id, min(h.code) AS code
    FROM programmes.held_back(ARRAY (
        SELECT e.id FROM programmes.entitlements e WHERE e.cycle_id = %(cycle_id)s
            AND NOT EXISTS (SELECT FROM programmes.payments p WHERE p.entitlement_id = e.id AND p.paid))) h
    GROUP BY h.id) f
GROUP BY f.code ORDER BY f.code;

-- name: insert_payments
-- Records a batch as paid, before the ledger is asked: its lock is held no longer than needed.
INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code, reason, tried_at)
SELECT u.entitlement_id, u.attempt, u.transfer_id, true, true, 'paid', '', %(at)s
FROM unnest(%(entitlement_ids)s::uuid[], %(attempts)s::integer[], %(transfer_ids)s::uuid[])
    u (entitlement_id, attempt, transfer_id);

-- name: insert_unsent
-- Records what could not be sent, with the reasons. The attempt is not used up.
INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code, reason, tried_at)
SELECT u.entitlement_id, u.attempt, u.transfer_id, false, false, u.code, u.reason, %(at)s
FROM unnest(%(entitlement_ids)s::uuid[], %(attempts)s::integer[], %(transfer_ids)s::uuid[], %(codes)s::text[],
    %(reasons)s::text[]) u (entitlement_id, attempt, transfer_id, code, reason);

-- name: amend_payments
-- Puts right the rows of this transaction that the ledger has refused.
UPDATE programmes.payments p SET paid = false, sent = u.sent, code = u.code, reason = u.reason
FROM unnest(%(entitlement_ids)s::uuid[], %(attempts)s::integer[], %(transfer_ids)s::uuid[], %(sent)s::boolean[],
    %(codes)s::text[], %(reasons)s::text[]) u (entitlement_id, attempt, transfer_id, sent, code, reason)
WHERE p.entitlement_id = u.entitlement_id AND p.attempt = u.attempt AND p.transfer_id = u.transfer_id AND p.paid;

-- name: open_totals
-- What the approved and distributed cycles of each programme still owe; 0 for a programme without any.
SELECT p.id, coalesce(sum(c.total_minor - coalesce(d.paid_minor, 0)), 0)::bigint
FROM programmes.programmes p
LEFT JOIN programmes.cycles c ON c.programme_id = p.id AND c.state IN ('approved', 'distributed')
LEFT JOIN LATERAL (
    SELECT sum(e.amount_minor) AS paid_minor FROM programmes.entitlements e
    JOIN programmes.payments y ON y.entitlement_id = e.id AND y.paid WHERE e.cycle_id = c.id) d ON true
GROUP BY p.id;

-- name: count_payments
-- Paid and unpaid entitlements of a cycle, with their sums.
SELECT count(p.number)::integer, coalesce(sum(e.amount_minor) FILTER (WHERE p.number IS NOT NULL), 0)::bigint,
    (count(*) - count(p.number))::integer
FROM programmes.entitlements e LEFT JOIN programmes.payments p ON p.entitlement_id = e.id AND p.paid
WHERE e.cycle_id = %(cycle_id)s;
