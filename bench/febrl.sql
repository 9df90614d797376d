-- FEBRL's records as they are compared (DuckDB): of `people`, with blanks as unknown, to `records`.
CREATE TABLE records AS
SELECT
    id,
    NULL::VARCHAR AS household,
    side,
    nullif(trim(given_name), '') AS given,
    nullif(trim(surname), '') AS surname,
    nullif(trim(street_number), '') AS house,
    nullif(trim(address_1), '') AS street,
    nullif(trim(address_2), '') AS locality,
    nullif(trim(suburb), '') AS suburb,
    nullif(trim(postcode), '') AS postcode,
    nullif(trim(date_of_birth), '') AS birth,
    try_cast(left(trim(date_of_birth), 4) AS INTEGER) AS year,
    nullif(trim(soc_sec_id), '') AS number
FROM people
