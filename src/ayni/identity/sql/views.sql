-- What identity publishes to the SQL of other modules. No names here, save the masked one for display.
-- Views for new decisions leave out people whose file is restricted; what exists already keeps its own rows. They say
-- NOT EXISTS and not `NOT restricted`, of which the planner believes that it leaves one person in a million.

-- People as they are known now: the newest correction in place of what was first written, a recorded death, and
-- whether the file is restricted. For identity itself.
CREATE OR REPLACE VIEW identity.present_people AS
SELECT
    p.id,
    CASE WHEN c.number IS NULL THEN p.first_surname ELSE c.first_surname END AS first_surname,
    CASE WHEN c.number IS NULL THEN p.second_surname ELSE c.second_surname END AS second_surname,
    CASE WHEN c.number IS NULL THEN p.given_names ELSE c.given_names END AS given_names,
    CASE WHEN c.number IS NULL THEN p.birth_on ELSE c.birth_on END AS birth_on,
    CASE WHEN c.number IS NULL THEN p.birth_estimated ELSE c.birth_estimated END AS birth_estimated,
    CASE WHEN c.number IS NULL THEN p.sex ELSE c.sex END AS sex,
    CASE WHEN c.number IS NULL THEN p.language ELSE c.language END AS language,
    p.synthetic,
    p.recorded_at,
    d.died_on,
    r.number IS NOT NULL AS restricted
FROM identity.people p
LEFT JOIN identity.corrections c ON c.person_id = p.id AND c.replaced_at IS NULL
LEFT JOIN identity.deaths d ON d.person_id = p.id AND d.replaced_at IS NULL
LEFT JOIN identity.restrictions r ON r.person_id = p.id AND r.lifted_at IS NULL;

-- One row for each person: what money and welfare may know without opening the person's file. An answer of a register
-- counts for whom it was about: not for the next one who holds the document.
CREATE OR REPLACE VIEW identity_api.people_with_document AS
SELECT
    p.id AS person_id,
    p.birth_on,
    p.birth_estimated,
    p.sex,
    p.language,
    p.synthetic,
    p.recorded_at,
    d.person_id IS NOT NULL AS has_document,
    coalesce(d.verified, false) AS has_verified_document,
    p.died_on
FROM identity.present_people p
LEFT JOIN LATERAL (
    SELECT d.person_id, bool_or(coalesce(last.matches, false)) AS verified
    FROM identity.documents d
    LEFT JOIN LATERAL (
        SELECT v.matches
        FROM identity.verifications v
        WHERE v.document_kind = d.kind AND v.document_number = d.number AND v.person_id = d.person_id
        ORDER BY v.number DESC
        LIMIT 1
    ) last ON true
    WHERE d.person_id = p.id
    GROUP BY d.person_id
) d ON true
WHERE NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = p.id AND r.lifted_at IS NULL);

-- What rules may know of a person; nothing by which to find them.
CREATE OR REPLACE VIEW identity_api.particulars AS
SELECT p.id AS person_id, p.birth_on, p.birth_estimated, p.sex, p.language, p.synthetic, p.died_on
FROM identity.present_people p
WHERE NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = p.id AND r.lifted_at IS NULL);

-- Who holds a document; for registers that must know whether it is already taken. Of everybody: the document of
-- a restricted person is as little to be had as any other.
CREATE OR REPLACE VIEW identity_api.document_holders AS
SELECT kind, number, person_id FROM identity.documents;

-- Whose file is restricted at present: for what must not write about them.
CREATE OR REPLACE VIEW identity_api.restricted_people AS
SELECT person_id FROM identity.restrictions WHERE lifted_at IS NULL;

-- The telephones that reach a person at present, with the last sign that they still do.
CREATE OR REPLACE VIEW identity_api.current_phones AS
SELECT c.person_id, c.phone, c.valid_from,
    (SELECT max(v.proved_at) FROM identity.contact_proofs v
        WHERE v.contact_number = c.number AND v.kind = 'verified') AS verified_at,
    (SELECT max(v.proved_at) FROM identity.contact_proofs v WHERE v.contact_number = c.number) AS proved_at
FROM identity.contacts c
WHERE c.valid_until IS NULL
    AND NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = c.person_id AND r.lifted_at IS NULL);

-- When each telephone of a person, also one that has ended, was first proven to reach them: so that a new one is seen.
CREATE OR REPLACE VIEW identity_api.first_proofs AS
SELECT c.person_id, c.number AS contact, min(v.proved_at) AS first_verified_at
FROM identity.contacts c
JOIN identity.contact_proofs v ON v.contact_number = c.number AND v.kind = 'verified'
GROUP BY c.person_id, c.number;

-- Districts where people live or lived, without the line of the address.
CREATE OR REPLACE VIEW identity_api.districts AS
SELECT a.person_id, a.district_code, a.valid_from, a.valid_until
FROM identity.addresses a
WHERE NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = a.person_id AND r.lifted_at IS NULL);

-- "Rosa Q.": enough to recognise somebody, too little to find them. Of a restricted person not even that.
CREATE OR REPLACE VIEW identity_api.display_names AS
SELECT
    id AS person_id,
    CASE WHEN restricted THEN '…'
        ELSE split_part(given_names, ' ', 1) || coalesce(' ' || left(first_surname, 1) || '.', '')
    END AS display_name
FROM identity.present_people;

-- Who may collect or act for whom, with the first and the last day. Ended rows tell of the past.
CREATE OR REPLACE VIEW identity_api.representatives AS
SELECT r.person_id, r.representative_id, r.kind, r.valid_from, least(r.valid_until, r.ended_on) AS valid_until
FROM identity.representatives r
WHERE (r.ended_on IS NULL OR r.ended_on >= r.valid_from)
    AND NOT EXISTS (SELECT FROM identity.restrictions x
        WHERE x.person_id IN (r.person_id, r.representative_id) AND x.lifted_at IS NULL)
    AND NOT EXISTS (SELECT FROM identity.deaths x
        WHERE x.person_id IN (r.person_id, r.representative_id) AND x.replaced_at IS NULL
            AND x.died_on IS NOT NULL);

-- What people permit at present.
CREATE OR REPLACE VIEW identity_api.consents AS
SELECT c.person_id, c.purpose, min(c.given_on) AS given_on
FROM identity.consents c
JOIN identity.present_people p ON p.id = c.person_id
WHERE c.withdrawn_on IS NULL AND p.died_on IS NULL AND NOT p.restricted
GROUP BY c.person_id, c.purpose;

-- Files that were merged, and the one that stands for them now.
CREATE OR REPLACE VIEW identity_api.merged AS
WITH RECURSIVE merged (person_id, canonical_id) AS (
    SELECT m.merged_id, m.kept_id
    FROM identity.merges m
    WHERE m.undone_at IS NULL
        AND NOT EXISTS (SELECT FROM identity.merges k WHERE k.merged_id = m.kept_id AND k.undone_at IS NULL)
    UNION ALL
    SELECT m.merged_id, merged.canonical_id
    FROM merged
    JOIN identity.merges m ON m.kept_id = merged.person_id AND m.undone_at IS NULL
)
SELECT person_id, canonical_id FROM merged;

-- The file that stands for each person: their own, or the one that it was merged into. Of everybody.
CREATE OR REPLACE VIEW identity_api.canonical AS
SELECT p.id AS person_id, coalesce(m.canonical_id, p.id) AS canonical_id
FROM identity.people p
LEFT JOIN identity_api.merged m ON m.person_id = p.id;

-- Names as they sound, for rules that compare; no name can be read off them, yet they are personal data.
CREATE OR REPLACE VIEW identity_api.name_keys AS
SELECT k.person_id, k.given_key, k.first_key, k.second_key
FROM identity.name_keys k
WHERE NOT EXISTS (SELECT FROM identity.restrictions r WHERE r.person_id = k.person_id AND r.lifted_at IS NULL);

-- Officers' accounts and the humans behind them: maker and checker must differ in person_id, which
-- is the file that stands for the human when files were merged. The roles are those in force; a disabled account
-- has none.
CREATE OR REPLACE VIEW identity_api.officers AS
SELECT
    o.id AS officer_id,
    identity_api.canonical_id(o.person_id) AS person_id,
    ARRAY(SELECT r.role FROM identity.officer_roles r
        WHERE r.officer_id = o.id AND r.revoked_at IS NULL
            AND NOT EXISTS (SELECT FROM identity.disabled_accounts x
                WHERE x.officer_id = o.id AND x.enabled_at IS NULL)
        ORDER BY r.role) AS roles
FROM identity.officers o;

-- Everybody, with one document, telephone and address of each, the newest ones. Those whose file is restricted, or is
-- part of another one already, are left out. For identity itself.
CREATE OR REPLACE VIEW identity.listable_people AS
SELECT
    p.id, p.given_names, p.first_surname, p.second_surname, p.birth_on, p.birth_estimated, p.sex, p.language,
    p.synthetic, d.kind, d.number, c.phone, a.district_code, a.line
FROM identity.present_people p
LEFT JOIN (
    SELECT DISTINCT ON (person_id) person_id, kind, number
    FROM identity.documents
    ORDER BY person_id, recorded_at DESC, kind, number
) d ON d.person_id = p.id
LEFT JOIN (
    SELECT DISTINCT ON (person_id) person_id, phone
    FROM identity.contacts
    WHERE valid_until IS NULL
    ORDER BY person_id, number DESC
) c ON c.person_id = p.id
LEFT JOIN identity.addresses a ON a.person_id = p.id AND a.valid_until IS NULL
WHERE NOT p.restricted
    AND NOT EXISTS (SELECT FROM identity.merges m WHERE m.merged_id = p.id AND m.undone_at IS NULL);

-- identity.present_people is made here, after the tables were granted.
GRANT SELECT ON ALL TABLES IN SCHEMA identity, identity_api TO ayni_app;
