-- What identity publishes to the SQL of other modules. No names here, save the masked one for display.

-- One row for each person: what money and welfare may know without opening the person's file.
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
    coalesce(d.verified, false) AS has_verified_document
FROM identity.people p
LEFT JOIN LATERAL (
    SELECT d.person_id, bool_or(coalesce(last.matches, false)) AS verified
    FROM identity.documents d
    LEFT JOIN LATERAL (
        SELECT v.matches
        FROM identity.verifications v
        WHERE v.document_kind = d.kind AND v.document_number = d.number
        ORDER BY v.number DESC
        LIMIT 1
    ) last ON true
    WHERE d.person_id = p.id
    GROUP BY d.person_id
) d ON true;

-- What rules may know of a person; nothing by which to find them.
CREATE OR REPLACE VIEW identity_api.particulars AS
SELECT id AS person_id, birth_on, birth_estimated, sex, language, synthetic FROM identity.people;

-- Who holds a document; for registers that must know whether it is already taken.
CREATE OR REPLACE VIEW identity_api.document_holders AS
SELECT kind, number, person_id FROM identity.documents;

-- The telephones that reach a person at present.
CREATE OR REPLACE VIEW identity_api.current_phones AS
SELECT person_id, phone, valid_from FROM identity.contacts WHERE valid_until IS NULL;

-- Districts where people live or lived, without the line of the address.
CREATE OR REPLACE VIEW identity_api.districts AS
SELECT person_id, district_code, valid_from, valid_until FROM identity.addresses;

-- "Rosa Q.": enough to recognise somebody, too little to find them.
CREATE OR REPLACE VIEW identity_api.display_names AS
SELECT
    id AS person_id,
    split_part(given_names, ' ', 1) || coalesce(' ' || left(first_surname, 1) || '.', '') AS display_name
FROM identity.people;

-- Officers' accounts and the humans behind them: maker and checker must differ in person_id.
CREATE OR REPLACE VIEW identity_api.officers AS
SELECT
    o.id AS officer_id,
    o.person_id,
    ARRAY(SELECT r.role FROM identity.officer_roles r WHERE r.officer_id = o.id ORDER BY r.role) AS roles
FROM identity.officers o;

GRANT SELECT ON ALL TABLES IN SCHEMA identity_api TO ayni_app;
