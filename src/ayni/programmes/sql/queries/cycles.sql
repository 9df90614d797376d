-- name: open_cycle_of
-- Whether a cycle that was not cancelled pays an assessment.
SELECT 1 FROM programmes.cycles WHERE assessment_id = %(assessment_id)s AND state <> 'cancelled' AND kind <> 'top_up';

-- name: insert_cycle
-- Opens a cycle as a draft.
INSERT INTO programmes.cycles
    (id, programme_id, name, assessment_id, opened_by, opened_at, kind, parent_id, first_on, last_on)
VALUES (%(id)s, %(programme_id)s, %(name)s, %(assessment_id)s, %(by)s, %(at)s, %(kind)s, %(parent_id)s,
    %(first_on)s, %(last_on)s);

-- name: insert_entitlements
-- Freezes what the cycle owes: everybody enrolled whom the assessment found eligible; of a follow-up, those of whom
-- the cycle that it follows has claimed nobody. What is to be recovered of an overpayment is kept back. Ids are dated by
-- our clock. Says how many entitlements there are, and their sum.
WITH owed AS MATERIALIZED (
    SELECT r.subject_id, r.recipient_id, r.amount_minor, r.members, r.quantity,
        least(r.amount_minor - 1, coalesce(d.each_minor, 0)) AS deducted_minor, d.overpayment_id
    FROM programmes.assessment_rows r
    JOIN programmes.states_of(%(programme_id)s) n ON n.subject_id = r.subject_id AND n.state = 'enrolled'
    LEFT JOIN programmes.recoverable(%(programme_id)s, %(on)s) d ON d.subject_id = r.subject_id AND %(kind)s <> 'in_kind'
    WHERE r.assessment_id = %(assessment_id)s AND r.outcome = 'eligible'
        AND (%(parent_id)s::uuid IS NULL OR NOT EXISTS (
            SELECT FROM unnest(r.members) u (person_id)
            LEFT JOIN identity_api.merged m ON m.person_id = u.person_id
            JOIN programmes.entitlement_claims c ON c.programme_id = %(programme_id)s AND c.cycle_id = %(parent_id)s
                AND c.person_id = coalesce(m.canonical_id, u.person_id)))
), added AS (
    INSERT INTO programmes.entitlements (id, cycle_id, subject_id, recipient_id, amount_minor, purpose, created_at,
        members, kind, quantity, deducted_minor, recovers)
    SELECT uuidv7(%(at)s - statement_timestamp()), %(cycle_id)s, o.subject_id, o.recipient_id,
        o.amount_minor - o.deducted_minor, %(purpose)s, %(at)s, o.members, %(kind)s, o.quantity, o.deducted_minor,
        CASE WHEN o.deducted_minor > 0 THEN o.overpayment_id END
    FROM owed o
    RETURNING amount_minor
)
SELECT count(*), coalesce(sum(a.amount_minor), 0) FROM added a;

-- name: insert_top_ups
-- Freezes what a top-up owes: so much more to each entitlement of the cycle that it follows which was not voided. Says
-- how many entitlements there are, and their sum.
WITH added AS (
    INSERT INTO programmes.entitlements (id, cycle_id, subject_id, recipient_id, amount_minor, purpose, created_at,
        members, kind, quantity, deducted_minor)
    SELECT uuidv7(%(at)s - statement_timestamp()), %(cycle_id)s, e.subject_id, programmes.payee_of(e), %(amount_minor)s,
        e.purpose, %(at)s, e.members, e.kind, e.quantity, 0
    FROM programmes.entitlements e
    WHERE e.cycle_id = %(parent_id)s AND e.kind <> 'in_kind'
        AND EXISTS (SELECT FROM programmes.entitlement_claims c WHERE c.entitlement_id = e.id)
    RETURNING amount_minor
)
SELECT count(*), coalesce(sum(a.amount_minor), 0) FROM added a;

-- name: seal_cycle
-- Writes the count, the sum and the digest of a draft's entitlements, and hands it over for approval. How the
-- digest is made is said in docs/concepts/cycle-digest.md: hashes of lines, so that a million lines fit in memory.
UPDATE programmes.cycles c
SET entitlements = s.entitlements, total_minor = s.total_minor, digest = s.digest, state = 'to_approve',
    approvals_needed = %(approvals_needed)s
FROM (SELECT count(*)::integer AS entitlements, coalesce(sum(e.amount_minor), 0)::bigint AS total_minor,
        encode(sha256((SELECT convert_to(format(E'ayni cycle 2\nprogramme %%s\nversion %%s %%s\nassessment %%s\nkind %%s\n',
                p.code, v.version, v.digest, a.id, k.kind), 'UTF8')
            FROM programmes.cycles k JOIN programmes.assessments a ON a.id = k.assessment_id
            JOIN programmes.programmes p ON p.id = a.programme_id
            JOIN programmes.versions v ON v.programme_id = a.programme_id AND v.version = a.version
            WHERE k.id = %(id)s)
            || coalesce(string_agg(sha256(convert_to(concat_ws(':', e.subject_id, e.recipient_id, e.amount_minor,
                coalesce(e.purpose, ''), coalesce(e.quantity::text, ''), e.deducted_minor,
                array_to_string(e.members, ',')) || E'\n', 'UTF8')), ''::bytea ORDER BY e.subject_id), '')), 'hex') AS digest
    FROM programmes.entitlements e WHERE e.cycle_id = %(id)s) s
WHERE c.id = %(id)s;

-- name: previous_cycle
-- The newest regular cycle of a programme before a day that was approved, with its assessment and that one's version.
SELECT c.id, c.assessment_id, a.version, c.entitlements, c.total_minor
FROM programmes.cycles c
JOIN programmes.assessments a ON a.id = c.assessment_id
WHERE c.programme_id = %(programme_id)s AND c.kind = 'regular' AND c.state IN ('approved', 'distributed', 'ended')
    AND (c.first_on IS NULL OR c.first_on < %(first_on)s)
ORDER BY c.first_on DESC NULLS LAST, c.opened_at DESC LIMIT 1;

-- name: insert_changes
-- Writes down what differs from the cycle before, with the reason for each.
WITH differing AS (
    SELECT coalesce(n.subject_id, b.subject_id) AS subject_id, b.amount_minor AS before_minor,
        n.amount_minor AS after_minor, n.deducted_minor IS DISTINCT FROM b.deducted_minor AS deducted
    FROM (SELECT subject_id, amount_minor, deducted_minor FROM programmes.entitlements WHERE cycle_id = %(cycle_id)s) n
    FULL JOIN (SELECT subject_id, amount_minor, deducted_minor FROM programmes.entitlements
        WHERE cycle_id = %(previous_id)s) b ON b.subject_id = n.subject_id
    WHERE n.amount_minor IS DISTINCT FROM b.amount_minor
), judged AS (
    SELECT d.subject_id, d.before_minor, d.after_minor, d.deducted, a.outcome, a.conflict, a.recipient_id,
        a.subject_id IS NOT NULL AS is_known, p.subject_id IS NOT NULL AS was_known, p.outcome AS was_outcome,
        p.conflict AS was_conflict,
        programmes.names_where(%(names)s, a.criteria, 'unmet') AS unmet,
        programmes.names_where(%(names)s, a.criteria, 'unknown') AS unknown,
        programmes.names_where(%(names_before)s, p.criteria, 'unmet') AS was_unmet,
        programmes.names_where(%(names_before)s, p.criteria, 'unknown') AS was_unknown,
        programmes.differing_facts(p.facts, a.facts) AS facts, n.state, n.reason AS state_reason
    FROM differing d
    LEFT JOIN programmes.assessment_rows a ON a.assessment_id = %(assessment_id)s AND a.subject_id = d.subject_id
    LEFT JOIN programmes.assessment_rows p ON p.assessment_id = %(previous_assessment_id)s AND p.subject_id = d.subject_id
    LEFT JOIN LATERAL (SELECT e.state, e.reason FROM programmes.enrolments e
        WHERE e.programme_id = %(programme_id)s AND e.subject_id = d.subject_id
        ORDER BY e.number DESC LIMIT 1) n ON true
)
INSERT INTO programmes.cycle_changes (cycle_id, subject_id, change, before_minor, after_minor, reason, details)
SELECT %(cycle_id)s, j.subject_id,
    CASE WHEN j.before_minor IS NULL THEN 'in' WHEN j.after_minor IS NULL THEN 'out' ELSE 'amount' END,
    j.before_minor, j.after_minor,
    CASE WHEN j.before_minor IS NULL THEN
            CASE WHEN NOT j.was_known THEN 'new_in_registry' WHEN j.was_conflict IS NOT NULL THEN 'no_longer_excluded'
                WHEN j.was_outcome <> 'eligible' THEN 'meets_now' ELSE 'enrolled_since' END
        WHEN j.after_minor IS NULL THEN
            CASE WHEN NOT j.is_known THEN 'left_registry' WHEN j.conflict IS NOT NULL THEN 'excluded'
                WHEN j.outcome = 'not_eligible' THEN 'meets_no_longer' WHEN j.outcome = 'unknown' THEN 'not_known'
                ELSE coalesce(j.state, 'draft') END
        WHEN j.deducted THEN 'recovery'
        WHEN j.facts <> '{}'::jsonb THEN 'facts' ELSE 'formula' END,
    jsonb_strip_nulls(jsonb_build_object(
        'unmet', CASE WHEN j.after_minor IS NULL THEN nullif(to_jsonb(j.unmet), '[]'::jsonb) END,
        'unknown', CASE WHEN j.after_minor IS NULL THEN nullif(to_jsonb(j.unknown), '[]'::jsonb) END,
        'was_unmet', CASE WHEN j.before_minor IS NULL THEN nullif(to_jsonb(j.was_unmet), '[]'::jsonb) END,
        'was_unknown', CASE WHEN j.before_minor IS NULL THEN nullif(to_jsonb(j.was_unknown), '[]'::jsonb) END,
        'programme', coalesce(j.conflict, CASE WHEN j.before_minor IS NULL THEN j.was_conflict END),
        'facts', nullif(j.facts, '{}'::jsonb),
        'why', CASE WHEN j.after_minor IS NULL AND j.outcome = 'eligible' THEN j.state_reason END))
FROM judged j;

-- name: count_changes
-- A cycle's diff in short: change, reason, how many, and what they got before and get now.
SELECT change, reason, count(*)::integer, coalesce(sum(before_minor), 0)::bigint, coalesce(sum(after_minor), 0)::bigint
FROM programmes.cycle_changes WHERE cycle_id = %(cycle_id)s
GROUP BY change, reason ORDER BY change, count(*) DESC, reason;

-- name: list_changes
-- A cycle's diff, subject by subject, after one.
SELECT subject_id, change, before_minor, after_minor, reason, details FROM programmes.cycle_changes
WHERE cycle_id = %(cycle_id)s AND subject_id > %(after)s ORDER BY subject_id LIMIT %(most)s;

-- name: insert_warning
-- Adds a warning to a draft.
INSERT INTO programmes.cycle_warnings (cycle_id, code, numbers) VALUES (%(cycle_id)s, %(code)s, %(numbers)s);

-- name: list_warnings
-- What an officer should look at before approving a cycle.
SELECT code, numbers FROM programmes.cycle_warnings WHERE cycle_id = %(cycle_id)s ORDER BY code;

-- name: insert_approval
-- Adds an officer's approval; the database compares the humans.
INSERT INTO programmes.cycle_approvals (cycle_id, person_id, officer_id, warnings_read, approved_at)
SELECT %(cycle_id)s, o.person_id, o.officer_id, %(warnings_read)s, %(at)s
FROM identity_api.officers o WHERE o.officer_id = %(by)s;

-- name: list_approvals
-- Who approved a cycle, in order.
SELECT officer_id FROM programmes.cycle_approvals WHERE cycle_id = %(cycle_id)s ORDER BY approved_at, officer_id;

-- name: approve_cycle
-- Approves a cycle and claims whom it covers.
UPDATE programmes.cycles SET state = 'approved', approved_by = %(by)s, approved_at = %(at)s WHERE id = %(id)s;

-- name: claim
-- Claims what of a cycle is not claimed yet and can be: how many people, and how many entitlements are set aside.
SELECT people, set_aside FROM programmes.claim(%(cycle_id)s);

-- name: reverse
-- Lets claims go by a recorded reversal: how many.
SELECT programmes.reverse(%(id)s, %(cycle_id)s, %(entitlement_id)s, %(kind)s, %(reason)s, %(officer_id)s);

-- name: set_cycle_state
-- Moves a cycle on.
UPDATE programmes.cycles SET state = %(state)s WHERE id = %(id)s;

-- name: find_cycle
-- One cycle with its programme's code.
SELECT c.id, c.programme_id, p.code AS programme, c.name, c.assessment_id, c.state, c.entitlements,
    c.total_minor, c.digest, c.opened_by, c.opened_at, c.approved_by, c.kind, c.parent_id, c.first_on, c.last_on,
    c.approvals_needed, coalesce(v.definition ? 'in_kind', false) AS in_kind
FROM programmes.cycles c
JOIN programmes.programmes p ON p.id = c.programme_id
JOIN programmes.assessments a ON a.id = c.assessment_id
JOIN programmes.versions v ON v.programme_id = a.programme_id AND v.version = a.version
WHERE c.id = %(id)s;

-- name: list_cycles
-- A programme's cycles, newest first, as find_cycle gives one.
SELECT c.id, c.programme_id, p.code AS programme, c.name, c.assessment_id, c.state, c.entitlements,
    c.total_minor, c.digest, c.opened_by, c.opened_at, c.approved_by, c.kind, c.parent_id, c.first_on, c.last_on,
    c.approvals_needed, coalesce(v.definition ? 'in_kind', false) AS in_kind
FROM programmes.cycles c
JOIN programmes.programmes p ON p.id = c.programme_id
JOIN programmes.assessments a ON a.id = c.assessment_id
JOIN programmes.versions v ON v.programme_id = a.programme_id AND v.version = a.version
WHERE c.programme_id = %(programme_id)s ORDER BY c.opened_at DESC, c.id DESC;

-- name: find_entitlement
-- One entitlement: its cycle, subject, who receives it, and what it comes to.
SELECT e.id, e.cycle_id, e.subject_id, programmes.payee_of(e), e.amount_minor, e.purpose, e.members, e.kind, e.quantity,
    e.deducted_minor, EXISTS (SELECT FROM programmes.settled s WHERE s.entitlement_id = e.id) AS settled
FROM programmes.entitlements e WHERE e.id = %(id)s;

-- name: entitlements_of_payee
-- What somebody receives, as recipient or in place of one, newest first.
SELECT e.id, e.cycle_id, e.subject_id, programmes.payee_of(e), e.amount_minor, e.purpose, e.members, e.kind, e.quantity,
    e.deducted_minor, EXISTS (SELECT FROM programmes.settled s WHERE s.entitlement_id = e.id) AS settled
FROM programmes.entitlements e
WHERE e.id IN (
        SELECT r.id FROM programmes.entitlements r WHERE r.recipient_id = %(person_id)s
        UNION ALL SELECT p.entitlement_id FROM programmes.payees p WHERE p.payee_id = %(person_id)s)
    AND programmes.payee_of(e) = %(person_id)s AND e.id < %(before)s
ORDER BY e.id DESC LIMIT %(most)s;

-- name: list_entitlements_of
-- A subject's entitlements in a programme, newest first.
SELECT e.id FROM programmes.entitlements e JOIN programmes.cycles c ON c.id = e.cycle_id
WHERE c.programme_id = %(programme_id)s AND e.subject_id = %(subject_id)s ORDER BY e.id DESC;

-- name: insert_payee
-- Names who receives an entitlement instead.
INSERT INTO programmes.payees (entitlement_id, payee_id, reason, officer_id, named_at)
VALUES (%(entitlement_id)s, %(payee_id)s, %(reason)s, %(officer_id)s, %(at)s);
