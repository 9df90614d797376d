-- name: insert_grievance
-- Adds a grievance; its ticket's number is given.
INSERT INTO programmes.grievances (id, kind, category, channel, severity, is_sensitive, person_id, programme_id, subject_id,
    assessment_id, overpayment_id, text, received_at, received_by, due_on)
VALUES (%(id)s, %(kind)s, %(category)s, %(channel)s, %(severity)s, %(is_sensitive)s, %(person_id)s, %(programme_id)s,
    %(subject_id)s, %(assessment_id)s, %(overpayment_id)s, %(text)s, %(at)s, %(by)s, %(due_on)s);

-- name: insert_deciders
-- Writes down who made the decision that is appealed against: who opened or approved a cycle of the assessment, who is
-- known to have made it or changed the subject's enrolment, or who decided the recovery.
INSERT INTO programmes.grievance_deciders (grievance_id, officer_id)
SELECT %(grievance_id)s, x.officer_id FROM (
    SELECT c.opened_by AS officer_id FROM programmes.cycles c WHERE c.assessment_id = %(assessment_id)s::uuid
    UNION
    SELECT a.officer_id FROM programmes.cycle_approvals a
    JOIN programmes.cycles c ON c.id = a.cycle_id WHERE c.assessment_id = %(assessment_id)s::uuid
    UNION
    SELECT d.officer_id FROM programmes.overpayment_decisions d WHERE d.overpayment_id = %(overpayment_id)s::uuid
    UNION
    SELECT u.officer_id FROM unnest(%(known)s::uuid[]) u (officer_id)) x
WHERE x.officer_id IS NOT NULL;

-- name: newest_judgement
-- A subject's newest assessment in a programme, and who made it.
SELECT a.id, a.assessed_by FROM programmes.assessment_rows r
JOIN programmes.assessments a ON a.id = r.assessment_id
WHERE a.programme_id = %(programme_id)s AND r.subject_id = %(subject_id)s ORDER BY a.number DESC LIMIT 1;

-- name: open_appeal
-- Whether a decision is appealed against already, and not decided.
SELECT 1 FROM programmes.present_grievances g
WHERE g.kind = 'appeal' AND g.outcome IS NULL AND g.subject_id IS NOT DISTINCT FROM %(subject_id)s
    AND (g.assessment_id = %(assessment_id)s::uuid OR g.overpayment_id = %(overpayment_id)s::uuid);

-- name: find_grievance
-- One grievance as it stands.
SELECT id, ticket, kind, category, channel, severity, is_sensitive, person_id, programme_id, subject_id, assessment_id,
    overpayment_id, text, received_at, due_on, assigned_to, outcome, reasons, effect, made_assessment_id, decided_by,
    decided_at, is_escalated
FROM programmes.present_grievances WHERE id = %(id)s;

-- name: open_grievances
-- What is not decided: what is due first before the rest, by severity, then by ticket.
SELECT id, ticket, kind, category, channel, severity, is_sensitive, person_id, programme_id, subject_id, assessment_id,
    overpayment_id, text, received_at, due_on, assigned_to, outcome, reasons, effect, made_assessment_id, decided_by,
    decided_at, is_escalated
FROM programmes.present_grievances
WHERE outcome IS NULL AND (%(assigned_to)s::uuid IS NULL OR assigned_to = %(assigned_to)s)
ORDER BY due_on, severity DESC, ticket LIMIT %(most)s;

-- name: grievances_of
-- What a person complained of, newest first, as find_grievance gives one.
SELECT id, ticket, kind, category, channel, severity, is_sensitive, person_id, programme_id, subject_id, assessment_id,
    overpayment_id, text, received_at, due_on, assigned_to, outcome, reasons, effect, made_assessment_id, decided_by,
    decided_at, is_escalated
FROM programmes.present_grievances WHERE person_id = %(person_id)s ORDER BY ticket DESC;

-- name: lock_grievance
-- Keeps others from deciding a grievance until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(%(id)s::text, 7310582002));

-- name: insert_note
-- Adds what happened to a grievance.
INSERT INTO programmes.grievance_notes (grievance_id, kind, officer_id, text, noted_at, noted_by)
VALUES (%(grievance_id)s, %(kind)s, %(officer_id)s, %(text)s, %(at)s, %(by)s);

-- name: list_notes
-- What happened to a grievance, oldest first.
SELECT kind, officer_id, text, noted_at, noted_by FROM programmes.grievance_notes
WHERE grievance_id = %(grievance_id)s ORDER BY number;

-- name: insert_decision
-- Adds how a grievance ended, once.
INSERT INTO programmes.grievance_decisions
    (grievance_id, outcome, reasons, effect, assessment_id, amount_minor, officer_id, decided_at)
VALUES (%(grievance_id)s, %(outcome)s, %(reasons)s, %(effect)s, %(assessment_id)s, %(amount_minor)s, %(officer_id)s, %(at)s);

-- name: escalate
-- Passes up what is not decided and due by a day, each once. Says how many.
INSERT INTO programmes.grievance_notes (grievance_id, kind, officer_id, text, noted_at, noted_by)
SELECT g.id, 'escalated', NULL, 'its term ends on ' || g.due_on, %(at)s, %(by)s
FROM programmes.present_grievances g
WHERE g.outcome IS NULL AND g.due_on <= %(by_day)s AND NOT g.is_escalated;

-- name: count_grievances
-- Of what was received in some days: by kind and category how many, how many are open, overdue, decided in time, upheld.
SELECT g.kind, g.category, count(*)::integer, (count(*) FILTER (WHERE g.outcome IS NULL))::integer,
    (count(*) FILTER (WHERE g.outcome IS NULL AND g.due_on < %(today)s))::integer,
    (count(*) FILTER (WHERE (g.decided_at AT TIME ZONE %(zone)s)::date <= g.due_on))::integer,
    (count(*) FILTER (WHERE g.outcome IN ('upheld', 'partially_upheld')))::integer
FROM programmes.present_grievances g
WHERE (g.received_at AT TIME ZONE %(zone)s)::date BETWEEN %(since)s AND %(until)s
GROUP BY g.kind, g.category ORDER BY g.kind, g.category;
