-- What a search among residents reads and gives (DuckDB).

-- name: people
-- Everybody, numbered in the order of their ids so that the same people get the same numbers. From the two files
-- that identity and the registry wrote.
CREATE TABLE people AS
SELECT row_number() OVER (ORDER BY p.person_id) AS id, p.*, m.household
FROM read_csv('{people}', auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '',
    columns = {{
    'person_id': 'UUID', 'given_names': 'VARCHAR', 'first_surname': 'VARCHAR', 'second_surname': 'VARCHAR',
    'birth_on': 'DATE', 'birth_estimated': 'BOOLEAN', 'sex': 'VARCHAR', 'document_kind': 'VARCHAR',
    'document_number': 'VARCHAR', 'phone': 'VARCHAR', 'district_code': 'VARCHAR', 'address_line': 'VARCHAR'
}}) p
LEFT JOIN (
    SELECT person_id, any_value(household) AS household
    FROM read_csv('{households}', auto_detect = false, columns = {{'person_id': 'UUID', 'household': 'UUID'}})
    GROUP BY person_id
) m ON m.person_id = p.person_id;

-- name: likely
-- The pairs from so many bits on, the likeliest first, with what each field says and weighs.
SELECT l.person_id, h.person_id, j.weight, j.context, j.context_weight, {fields}
FROM judged j
JOIN people l ON l.id = j.low
JOIN people h ON h.id = j.high
WHERE j.weight >= {bits}
ORDER BY j.weight DESC, l.person_id, h.person_id;
