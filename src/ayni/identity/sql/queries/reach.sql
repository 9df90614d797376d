-- name: insert_contact
-- Adds a telephone of a person, from today; gives nothing when it is theirs already.
INSERT INTO identity.contacts (person_id, phone, valid_from, recorded_at)
VALUES (%(person_id)s, %(phone)s, %(on)s, %(now)s)
ON CONFLICT (person_id, phone) WHERE valid_until IS NULL DO NOTHING
RETURNING number;

-- name: close_contact
-- Ends a telephone of a person with its last day, or with the day before its first when it was a mistake.
UPDATE identity.contacts
SET valid_until = CASE WHEN %(mistaken)s THEN valid_from - 1 ELSE greatest(%(on)s::date, valid_from - 1) END
WHERE person_id = %(person_id)s AND phone = %(phone)s AND valid_until IS NULL
RETURNING number;

-- name: insert_contact_proof
-- Adds a sign that a telephone reaches a person; gives nothing when it is not theirs.
INSERT INTO identity.contact_proofs (contact_number, kind, proved_at, recorded_by)
SELECT c.number, %(kind)s, %(now)s, %(by)s
FROM identity.contacts c
WHERE c.person_id = %(person_id)s AND c.phone = %(phone)s AND c.valid_until IS NULL
RETURNING contact_number;

-- name: list_contacts
-- Every telephone that a person has or had, oldest first, with the last signs that it reaches them.
SELECT c.phone, c.valid_from, c.valid_until,
    (SELECT max(v.proved_at) FROM identity.contact_proofs v
        WHERE v.contact_number = c.number AND v.kind = 'verified') AS verified_at,
    (SELECT max(v.proved_at) FROM identity.contact_proofs v WHERE v.contact_number = c.number) AS proved_at
FROM identity.contacts c
WHERE c.person_id = %(person_id)s
ORDER BY c.number;

-- name: list_addresses
-- Every address that a person has or had, oldest first.
SELECT district_code, line, valid_from, valid_until
FROM identity.addresses
WHERE person_id = %(person_id)s
ORDER BY number;

-- name: list_people_reached
-- Whom a telephone is proven to reach: it was verified for them, and gave a sign since a day.
SELECT c.person_id
FROM identity_api.current_phones c JOIN identity.present_people p ON p.id = c.person_id
WHERE c.phone = %(phone)s AND c.verified_at IS NOT NULL AND c.proved_at >= %(oldest)s AND p.died_on IS NULL
ORDER BY c.person_id;

-- name: list_phones_reaching
-- The telephones that are proven to reach a person.
SELECT c.phone
FROM identity_api.current_phones c JOIN identity.present_people p ON p.id = c.person_id AND p.died_on IS NULL
WHERE c.person_id = %(person_id)s AND c.verified_at IS NOT NULL AND c.proved_at >= %(oldest)s
ORDER BY c.phone;
