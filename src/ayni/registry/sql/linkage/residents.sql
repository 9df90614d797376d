-- People as they are compared (DuckDB). From `people`, as they came, and `name_keys`, one key for each spelling,
-- to `records`: names as keys, birth as eight digits, documents and telephones as digits, one line for a place.
CREATE TABLE records AS
WITH keyed AS (
    SELECT
        p.*,
        nullif(k1.key, '') AS k1,
        nullif(k2.key, '') AS k2,
        nullif(kg.key, '') AS kg
    FROM people p
    LEFT JOIN name_keys k1 ON k1.text = p.first_surname
    LEFT JOIN name_keys k2 ON k2.text = p.second_surname
    LEFT JOIN name_keys kg ON kg.text = p.given_names
),

listed AS (
    SELECT
        *,
        coalesce(k1, k2) AS s1,
        CASE WHEN k1 IS NOT NULL THEN k2 END AS s2,
        coalesce(string_split(kg, ' '), []) AS given_list,
        strftime(birth_on, '%Y%m%d') AS birth
    FROM keyed
)

SELECT
    id,
    household,
    NULL::INTEGER AS side,
    s1,
    s2,
    s1 || ' ' || s2 AS surnames,
    least(s1, s2) || ' ' || greatest(s1, s2) AS surnames_sorted,
    list_filter([s1, s2], lambda s: s IS NOT NULL) AS surname_list,
    kg AS given,
    array_to_string(list_sort(given_list), ' ') AS given_sorted,
    given_list,
    given_list[1] AS g1,
    given_list[2] AS g2,
    birth,
    year(birth_on)::INTEGER AS year,
    -- Day and month in ascending order: a record in which they were exchanged stands in the same block.
    left(birth, 4) || least(substr(birth, 5, 2), substr(birth, 7, 2))
    || greatest(substr(birth, 5, 2), substr(birth, 7, 2)) AS birth_sorted,
    coalesce(birth_estimated, false) AS estimated,
    sex,
    document_kind,
    nullif(regexp_replace(upper(document_number), '[^0-9A-Z]', '', 'g'), '') AS document,
    nullif(phone, '') AS phone,
    nullif(district_code, '') AS district,
    nullif(district_code, '') || '|'
    || nullif(regexp_replace(lower(strip_accents(address_line)), '[^0-9a-z]', '', 'g'), '') AS place
FROM listed
