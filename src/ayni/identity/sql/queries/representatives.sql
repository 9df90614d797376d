-- name: insert_representative
-- Names who collects for a person, or acts for them by law, and gives the row's number.
INSERT INTO identity.representatives (person_id, representative_id, kind, authority_kind, authority_number,
    authority_says, most_people, valid_from, valid_until, reason, recorded_at, recorded_by)
VALUES (%(person_id)s, %(representative_id)s, %(kind)s, %(authority_kind)s, %(authority_number)s,
    %(authority_says)s, %(most_people)s, %(valid_from)s, %(valid_until)s, %(reason)s, %(now)s, %(by)s)
RETURNING number;

-- name: find_representation
-- One row by its number.
SELECT r.number, r.person_id, r.representative_id, r.kind, r.authority_kind, r.authority_number, r.authority_says,
    r.valid_from, r.valid_until, r.ended_on, r.ended_reason, r.reason, r.recorded_at, r.recorded_by
FROM identity.representatives r
WHERE r.number = %(number)s;

-- name: end_representation
-- Ends a row with its last day; gives nothing when it has ended already.
UPDATE identity.representatives
SET ended_on = %(last_day)s, ended_at = %(now)s, ended_by = %(by)s, ended_reason = %(reason)s
WHERE number = %(number)s AND ended_on IS NULL
RETURNING number;

-- name: list_representatives
-- Everybody who represents or represented a person, oldest first.
SELECT r.number, r.person_id, r.representative_id, r.kind, r.authority_kind, r.authority_number, r.authority_says,
    r.valid_from, r.valid_until, r.ended_on, r.ended_reason, r.reason, r.recorded_at, r.recorded_by
FROM identity.representatives r
WHERE r.person_id = %(person_id)s
ORDER BY r.number;

-- name: list_represented
-- Everybody whom a person represents or represented, oldest first.
SELECT r.number, r.person_id, r.representative_id, r.kind, r.authority_kind, r.authority_number, r.authority_says,
    r.valid_from, r.valid_until, r.ended_on, r.ended_reason, r.reason, r.recorded_at, r.recorded_by
FROM identity.representatives r
WHERE r.representative_id = %(person_id)s
ORDER BY r.number;

-- name: list_representatives_on
-- Who may act for a person on a day: neither ended nor dead nor of a restricted file.
SELECT r.number, r.person_id, r.representative_id, r.kind, r.authority_kind, r.authority_number, r.authority_says,
    r.valid_from, r.valid_until, r.ended_on, r.ended_reason, r.reason, r.recorded_at, r.recorded_by
FROM identity.representatives r
JOIN identity.present_people p ON p.id = r.representative_id
WHERE r.person_id = %(person_id)s
    AND daterange(r.valid_from, least(r.valid_until, r.ended_on) + 1) @> %(on)s::date
    AND (p.died_on IS NULL OR p.died_on > %(on)s) AND NOT p.restricted
ORDER BY r.kind DESC, r.number;
