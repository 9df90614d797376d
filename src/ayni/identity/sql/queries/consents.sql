-- name: insert_consent
-- Adds what a person permits.
INSERT INTO identity.consents (person_id, purpose, text_version, given_on, given_by, recorded_at, recorded_by)
VALUES (%(person_id)s, %(purpose)s, %(text_version)s, %(given_on)s, %(given_by)s, %(now)s, %(by)s);

-- name: withdraw_consents
-- Withdraws every consent of a person to a purpose, in whatever words it was given.
UPDATE identity.consents
SET withdrawn_on = %(on)s, withdrawn_at = %(now)s, withdrawn_by = %(by)s, withdrawn_reason = %(reason)s
WHERE person_id = %(person_id)s AND purpose = %(purpose)s AND withdrawn_on IS NULL
RETURNING number;

-- name: has_consent
-- Whether a person permits a purpose at present; the dead and the restricted permit nothing.
SELECT EXISTS (SELECT FROM identity_api.consents c WHERE c.person_id = %(person_id)s AND c.purpose = %(purpose)s);

-- name: list_consents
-- Everything that a person permits or permitted, oldest first.
SELECT purpose, text_version, given_on, given_by, recorded_at, recorded_by, withdrawn_on, withdrawn_by,
    withdrawn_reason
FROM identity.consents
WHERE person_id = %(person_id)s
ORDER BY number;
