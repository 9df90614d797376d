-- name: copy_people_to_compare
-- Everybody by whom two files can be compared, as CSV: one document, telephone and address of each, the newest ones.
-- Those whose file is restricted, or is part of another one already, are left out.
COPY (
    SELECT
        p.id, p.given_names, p.first_surname, p.second_surname, p.birth_on, p.birth_estimated, p.sex,
        d.kind, d.number, c.phone, a.district_code, a.line
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
        AND NOT EXISTS (SELECT FROM identity.merges m WHERE m.merged_id = p.id AND m.undone_at IS NULL)
) TO STDOUT (FORMAT csv);

-- name: copy_people_to_list
-- The same people, with what a padrón says of each.
COPY (
    SELECT
        p.id, d.kind, d.number, p.first_surname, p.second_surname, p.given_names, p.birth_on, p.birth_estimated,
        p.sex, a.district_code, a.line, c.phone, p.language, p.synthetic
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
        AND NOT EXISTS (SELECT FROM identity.merges m WHERE m.merged_id = p.id AND m.undone_at IS NULL)
) TO STDOUT (FORMAT csv);
