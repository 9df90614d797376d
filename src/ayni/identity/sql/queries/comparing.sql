-- name: copy_people_to_compare
-- Everybody by whom two files can be compared, as CSV.
COPY (
    SELECT id, given_names, first_surname, second_surname, birth_on, birth_estimated, sex, kind, number, phone,
        district_code, line
    FROM identity.listable_people
) TO STDOUT (FORMAT csv);

-- name: copy_people_to_list
-- The same people, with what a padrón says of each.
COPY (
    SELECT id, kind, number, first_surname, second_surname, given_names, birth_on, birth_estimated, sex, district_code,
        line, phone, language, synthetic
    FROM identity.listable_people
) TO STDOUT (FORMAT csv);
