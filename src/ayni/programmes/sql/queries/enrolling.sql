-- name: enrol
-- Adds a state to every subject of an assessment whose state changes; who was paused or has left stays so. With
-- places, whoever has one keeps it while eligible, and free ones go to the waiting by group, then by their rank, then by
-- how long they have waited. Says how many states were added.
WITH judged AS MATERIALIZED (
    SELECT r.subject_id, r.outcome, r.priority, r.rank_value, r.conflict, n.state, n.since
    FROM programmes.assessment_rows r
    LEFT JOIN LATERAL (
        SELECT e.state, e.since FROM programmes.enrolments e
        WHERE e.programme_id = %(programme_id)s AND e.subject_id = r.subject_id
        ORDER BY e.number DESC LIMIT 1) n ON true
    WHERE r.assessment_id = %(assessment_id)s AND coalesce(n.state, '') NOT IN ('paused', 'exited', 'duplicated')
), placed AS MATERIALIZED (
    SELECT j.subject_id, row_number() OVER (ORDER BY j.state IS NOT DISTINCT FROM 'enrolled' DESC,
        coalesce(j.priority, 32767), j.rank_value, CASE j.state WHEN 'waiting' THEN j.since END, j.subject_id) AS place
    FROM judged j
    WHERE j.outcome = 'eligible' AND %(places)s::bigint IS NOT NULL
), wanted AS (
    SELECT j.subject_id, j.state, j.conflict,
        CASE j.outcome WHEN 'eligible' THEN
                CASE WHEN p.place > %(places)s::bigint - (
                    -- Who is paused keeps the place.
                    SELECT count(*) FROM programmes.states_of(%(programme_id)s) s WHERE s.state = 'paused')
                THEN 'waiting' ELSE 'enrolled' END
            WHEN 'unknown' THEN 'draft' ELSE 'not_eligible' END AS becomes
    FROM judged j
    LEFT JOIN placed p ON p.subject_id = j.subject_id
)
INSERT INTO programmes.enrolments
    (programme_id, subject_id, state, reason, assessment_id, since, recorded_by)
SELECT %(programme_id)s, w.subject_id, w.becomes,
    CASE WHEN w.becomes = 'waiting' THEN 'no place is free'
        WHEN w.conflict IS NOT NULL THEN 'enrolled in ' || w.conflict ELSE 'assessment' END,
    %(assessment_id)s, %(at)s, %(by)s
FROM wanted w
WHERE coalesce(w.state, '') <> w.becomes;

-- name: note_merged_people
-- Of a programme for people: whoever's file was merged into another is duplicated, and whoever's merge was undone is
-- judged anew. Says how many states were added.
INSERT INTO programmes.enrolments (programme_id, subject_id, state, reason, since, recorded_by)
SELECT %(programme_id)s, s.subject_id, CASE WHEN m.person_id IS NULL THEN 'draft' ELSE 'duplicated' END,
    CASE WHEN m.person_id IS NULL THEN 'the merge was undone' ELSE 'this file was merged into another' END, %(at)s, %(by)s
FROM programmes.states_of(%(programme_id)s) s
LEFT JOIN identity_api.merged m ON m.person_id = s.subject_id
WHERE (s.state = 'duplicated') <> (m.person_id IS NOT NULL);

-- name: change_state
-- Adds a state to one subject.
INSERT INTO programmes.enrolments (programme_id, subject_id, state, reason, since, recorded_by)
VALUES (%(programme_id)s, %(subject_id)s, %(state)s, %(reason)s, %(at)s, %(by)s);

-- name: current_state
-- A subject's state in a programme.
SELECT state FROM programmes.enrolments
WHERE programme_id = %(programme_id)s AND subject_id = %(subject_id)s ORDER BY number DESC LIMIT 1;

-- name: list_states
-- Every state that a subject had in a programme, oldest first.
SELECT state, reason, since, recorded_by, assessment_id FROM programmes.enrolments
WHERE programme_id = %(programme_id)s AND subject_id = %(subject_id)s ORDER BY number;

-- name: count_states
-- How many subjects of a programme are in each state.
SELECT state, count(*) FROM programmes.states_of(%(programme_id)s) GROUP BY state;

-- name: list_waiting
-- The first of a programme's waiting list, in the order in which they are served.
SELECT s.subject_id, r.priority, r.rank_value, s.since
FROM programmes.states_of(%(programme_id)s) s
JOIN LATERAL (
    SELECT r.priority, r.rank_value
    FROM programmes.assessment_rows r JOIN programmes.assessments a ON a.id = r.assessment_id
    WHERE a.programme_id = %(programme_id)s AND r.subject_id = s.subject_id
    ORDER BY a.number DESC LIMIT 1) r ON true
WHERE s.state = 'waiting'
ORDER BY coalesce(r.priority, 32767), r.rank_value, s.since, s.subject_id
LIMIT %(most)s;
