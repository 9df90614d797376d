-- name: insert_risk_decision
-- Notes what was odd about an order, once for each rule.
INSERT INTO wallet.risk_decisions (id, person_id, event_id, rule, action, reason, shop_id, decided_at)
VALUES (%(id)s, %(person_id)s, %(event_id)s, %(rule)s, %(action)s, %(reason)s, %(shop_id)s, %(now)s)
ON CONFLICT (event_id, rule) DO NOTHING;

-- name: risk_open_of
-- What of people is not cleared and keeps them from sending: the strongest first.
SELECT DISTINCT ON (d.person_id) d.person_id, d.id, d.event_id, d.rule, d.action, d.reason, d.shop_id, d.decided_at
FROM wallet.risk_decisions d
WHERE d.person_id = ANY (%(person_ids)s::uuid[]) AND d.action <> 'review'
    AND NOT EXISTS (SELECT FROM wallet.risk_ends e WHERE e.decision_id = d.id)
ORDER BY d.person_id, d.action DESC, d.decided_at;

-- name: risk_queue
-- What waits for an officer, the oldest first.
SELECT d.person_id, d.id, d.event_id, d.rule, d.action, d.reason, d.shop_id, d.decided_at
FROM wallet.risk_decisions d
WHERE d.action <> 'ask_code' AND NOT EXISTS (SELECT FROM wallet.risk_ends e WHERE e.decision_id = d.id)
ORDER BY d.decided_at, d.id LIMIT %(most)s;

-- name: risk_decisions_of
-- Everything that was odd about a person's orders, the oldest first.
SELECT d.person_id, d.id, d.event_id, d.rule, d.action, d.reason, d.shop_id, d.decided_at
FROM wallet.risk_decisions d WHERE d.person_id = %(person_id)s ORDER BY d.decided_at, d.id;

-- name: risk_decision
-- One of them.
SELECT d.person_id, d.id, d.event_id, d.rule, d.action, d.reason, d.shop_id, d.decided_at
FROM wallet.risk_decisions d WHERE d.id = %(id)s;

-- name: end_risk_by_code
-- The holder's code clears what asked for one.
INSERT INTO wallet.risk_ends (decision_id, how, reason, ended_by, ended_at)
SELECT d.id, 'code', 'the holder told the code', %(who)s, %(now)s FROM wallet.risk_decisions d
WHERE d.person_id = %(person_id)s AND d.action = 'ask_code'
    AND NOT EXISTS (SELECT FROM wallet.risk_ends e WHERE e.decision_id = d.id)
ON CONFLICT DO NOTHING;

-- name: insert_risk_end
-- An officer's verdict, once.
INSERT INTO wallet.risk_ends (decision_id, how, reason, ended_by, ended_at)
VALUES (%(decision_id)s, %(how)s, %(reason)s, %(who)s, %(now)s) ON CONFLICT DO NOTHING RETURNING decision_id;

-- name: insert_sanction_hit
-- Notes who may be on a list, once.
INSERT INTO wallet.sanction_hits (id, person_id, list, entry, version, likeness_per_mille, reason, found_at)
VALUES (%(id)s, %(person_id)s, %(list)s, %(entry)s, %(version)s, %(likeness_per_mille)s, %(reason)s, %(now)s)
ON CONFLICT (person_id, list, entry) DO NOTHING RETURNING id;

-- name: sanction_hits_open
-- Hits that nobody has decided about, the oldest first.
SELECT h.id, h.person_id, h.list, h.entry, h.version, h.likeness_per_mille, h.reason, h.found_at,
    NULL::boolean AS is_same
FROM wallet.sanction_hits h WHERE NOT EXISTS (SELECT FROM wallet.sanction_verdicts v WHERE v.hit_id = h.id)
ORDER BY h.found_at, h.id LIMIT %(most)s;

-- name: sanction_hits_of
-- The hits of a person, with what was decided.
SELECT h.id, h.person_id, h.list, h.entry, h.version, h.likeness_per_mille, h.reason, h.found_at, v.is_same
FROM wallet.sanction_hits h LEFT JOIN wallet.sanction_verdicts v ON v.hit_id = h.id
WHERE h.person_id = %(person_id)s ORDER BY h.found_at, h.id;

-- name: sanction_hit
-- One hit.
SELECT h.id, h.person_id, h.list, h.entry, h.version, h.likeness_per_mille, h.reason, h.found_at, v.is_same
FROM wallet.sanction_hits h LEFT JOIN wallet.sanction_verdicts v ON v.hit_id = h.id WHERE h.id = %(id)s;

-- name: insert_sanction_verdict
-- Decides about a hit, once.
INSERT INTO wallet.sanction_verdicts (hit_id, is_same, reason, decided_by, decided_at)
VALUES (%(hit_id)s, %(is_same)s, %(reason)s, %(who)s, %(now)s) ON CONFLICT DO NOTHING RETURNING hit_id;

-- name: insert_case
-- Opens a case file.
INSERT INTO wallet.cases (id, person_id, reason, opened_by, opened_at)
VALUES (%(id)s, %(person_id)s, %(reason)s, %(who)s, %(now)s);

-- name: case
-- One case file.
SELECT c.id, c.person_id, c.reason, c.opened_by, c.opened_at, e.how AS ended, e.reference, e.reason AS ended_reason, e.ended_at
FROM wallet.cases c LEFT JOIN wallet.case_ends e ON e.case_id = c.id WHERE c.id = %(id)s;

-- name: cases_open
-- Case files that have not ended, the oldest first.
SELECT c.id, c.person_id, c.reason, c.opened_by, c.opened_at, NULL AS ended, NULL AS reference, NULL AS ended_reason,
    NULL::timestamptz AS ended_at
FROM wallet.cases c WHERE NOT EXISTS (SELECT FROM wallet.case_ends e WHERE e.case_id = c.id)
ORDER BY c.opened_at, c.id LIMIT %(most)s;

-- name: insert_case_note
-- Adds a note to a case file.
INSERT INTO wallet.case_notes (case_id, note, noted_by, noted_at) VALUES (%(case_id)s, %(note)s, %(who)s, %(now)s);

-- name: case_notes
-- The notes of a case file, in their order.
SELECT note, noted_by, noted_at FROM wallet.case_notes WHERE case_id = %(case_id)s ORDER BY number;

-- name: insert_case_end
-- Ends a case file, once.
INSERT INTO wallet.case_ends (case_id, how, reference, reason, ended_by, ended_at)
VALUES (%(case_id)s, %(how)s, %(reference)s, %(reason)s, %(who)s, %(now)s) ON CONFLICT DO NOTHING RETURNING case_id;

-- name: insert_lookup
-- Counts a lookup.
INSERT INTO wallet.lookups (person_id, looked_at) VALUES (%(person_id)s, %(now)s);

-- name: count_lookups
-- How many lookups somebody has made since.
SELECT count(*) FROM wallet.lookups WHERE person_id = %(person_id)s AND looked_at > %(since)s;
