-- People as they are compared (DuckDB). From `people`, as they came, and `name_keys`, one key for each spelling,
-- to `records`: names as keys and as plain letters, birth as eight digits, documents and telephones as digits, one line
-- for a place. What very many share stands for "not known", whatever it says, and so it is not known here.
CREATE TABLE records AS
WITH keyed AS (
    SELECT
        p.*,
        nullif(k1.key, '') AS k1,
        nullif(k2.key, '') AS k2,
        nullif(kg.key, '') AS kg,
        nullif(regexp_replace(upper(p.document_number), '[^0-9A-Z]', '', 'g'), '') AS number,
        count(*) OVER () AS everybody
    FROM people p
    LEFT JOIN name_keys k1 ON k1.text = p.first_surname
    LEFT JOIN name_keys k2 ON k2.text = p.second_surname
    LEFT JOIN name_keys kg ON kg.text = p.given_names
),

shared AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY document_kind, number) AS with_number,
        count(*) OVER (PARTITION BY phone) AS with_phone,
        count(*) OVER (PARTITION BY birth_on) AS with_birth
    FROM keyed
),

surnames_known AS (
    SELECT k1 AS k FROM keyed WHERE NOT contains(k1, ' ')
    UNION
    SELECT k2 FROM keyed WHERE NOT contains(k2, ' ')
),

listed AS (
    SELECT
        s.* EXCLUDE (number, phone, birth_on, birth_estimated),
        -- One document for more than three rows, or one of a single digit, was made up by whoever had to fill a field.
        CASE WHEN with_number <= 3 AND length(replace(number, left(number, 1), '')) > 0 THEN number END AS document,
        CASE WHEN with_phone <= 30 THEN nullif(phone, '') END AS phone,
        CASE WHEN with_birth <= greatest(20, everybody // 500) OR year(birth_on) >= 1910 THEN birth_on END AS birth_on,
        coalesce(birth_estimated, false) OR with_birth > greatest(20, everybody // 500) AS estimated,
        -- Both surnames in the first column: each is somebody's.
        b.k IS NOT NULL AS in_one_column,
        coalesce(string_split(kg, ' '), []) AS given_list
    FROM shared s
    LEFT JOIN surnames_known a ON s.k2 IS NULL AND a.k = string_split(s.k1, ' ')[1]
    LEFT JOIN surnames_known b
        ON a.k IS NOT NULL AND len(string_split(s.k1, ' ')) = 2 AND b.k = string_split(s.k1, ' ')[2]
),

parted AS (
    SELECT
        *,
        CASE WHEN in_one_column THEN string_split(k1, ' ')[1] ELSE coalesce(k1, k2) END AS s1,
        CASE WHEN in_one_column THEN string_split(k1, ' ')[2] WHEN k1 IS NOT NULL THEN k2 END AS s2,
        strftime(birth_on, '%Y%m%d') AS birth
    FROM listed
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
    -- As they are written, for a slip of the finger that changes the sound of a name altogether.
    regexp_replace(lower(strip_accents(coalesce(first_surname, second_surname))), '[^a-z]', '', 'g') AS written_1,
    CASE WHEN first_surname IS NOT NULL
        THEN regexp_replace(lower(strip_accents(second_surname)), '[^a-z]', '', 'g') END AS written_2,
    regexp_replace(lower(strip_accents(given_names)), '[^a-z]', '', 'g') AS written_given,
    kg AS given,
    replace(kg, ' ', '') AS given_joined,
    array_to_string(list_sort(given_list), ' ') AS given_sorted,
    given_list,
    given_list[1] AS g1,
    given_list[2] AS g2,
    birth,
    year(birth_on)::INTEGER AS year,
    -- Day and month in ascending order: a record in which they were exchanged stands in the same block.
    left(birth, 4) || least(substr(birth, 5, 2), substr(birth, 7, 2))
    || greatest(substr(birth, 5, 2), substr(birth, 7, 2)) AS birth_sorted,
    estimated,
    sex,
    document_kind,
    document,
    phone,
    nullif(district_code, '') AS district,
    nullif(district_code, '') || '|'
    || nullif(regexp_replace(lower(strip_accents(address_line)), '[^0-9a-z]', '', 'g'), '') AS place
FROM parted
