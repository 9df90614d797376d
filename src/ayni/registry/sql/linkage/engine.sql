-- What is said to DuckDB, whatever the model. Names in braces are filled from the model, never from the data.

-- name: limits
-- Bounds memory, and lets what does not fit go to disk.
SET memory_limit = '{memory}'; SET temp_directory = '{folder}'; SET threads = {threads}; SET preserve_insertion_order = false;

-- name: name_keys
-- Where each spelling gets its key.
CREATE TABLE name_keys (text VARCHAR, key VARCHAR);

-- name: add_name_keys
-- Some spellings and their keys, in the same order.
INSERT INTO name_keys SELECT unnest(?), unnest(?);

-- name: count_records
-- How many records there are.
SELECT count(*) FROM records;

-- name: found
-- Pairs as the blocks find them: some more than once.
CREATE TABLE found (low BIGINT, high BIGINT);

-- name: count_candidates
-- How many pairs are to be compared.
SELECT count(*) FROM candidates;

-- name: spellings
-- Every spelling of a name, once.
SELECT DISTINCT text FROM (
    SELECT unnest([first_surname, second_surname, given_names]) AS text FROM people
) WHERE text IS NOT NULL AND text <> '';

-- name: block
-- The keys of one block, those that stand alone left out.
CREATE OR REPLACE TEMP TABLE keys AS
SELECT id, side, key, finer FROM (
    SELECT id, side, hash(key) AS key, hash(finer) AS finer, count(*) OVER (PARTITION BY key) AS size FROM (
        SELECT id, side, unnest({keys}) AS key, {finer} AS finer FROM records
    ) WHERE key IS NOT NULL
) WHERE size > 1;

-- name: split
-- Blocks that are too large are split by something more; those that still are, are left out, and told.
CREATE OR REPLACE TEMP TABLE sized AS
SELECT id, side, key, count(*) OVER (PARTITION BY key) AS size FROM (
    SELECT id, side, CASE WHEN size > {cap} THEN hash(key, finer) ELSE key END AS key FROM (
        SELECT *, count(*) OVER (PARTITION BY key) AS size FROM keys
    )
);

-- name: left_out
-- How many blocks are left out, and how many records they hold.
SELECT count(DISTINCT key), count(*) FROM sized WHERE size > {cap};

-- name: pair_up
-- Everybody of a block with everybody else in it; of two lists, only across.
INSERT INTO found
SELECT a.id, b.id
FROM sized a
JOIN sized b ON a.key = b.key AND a.id < b.id AND (a.side IS NULL OR a.side <> b.side)
WHERE a.size <= {cap} AND b.size <= {cap};

-- name: candidates
-- Each pair once, as splink wants them.
CREATE TABLE candidates AS
SELECT DISTINCT low AS join_key_l, high AS join_key_r, '0' AS match_key FROM found;

-- name: drawn
-- Some records, the same ones for the same seed, in however many threads.
CREATE TABLE drawn AS
SELECT * FROM records ORDER BY hash(id + {seed} * 1000003), id LIMIT {count};

-- name: any_pair
-- Whether any two records agree as a rule says.
SELECT EXISTS (SELECT 1 FROM records l JOIN records r ON {rule} AND l.id < r.id);

-- name: judged
-- Each scored pair with the levels by name, and what speaks besides the fields.
CREATE TABLE judged AS
WITH named AS (
    SELECT
        p.id_l AS low, p.id_r AS high, p.match_weight, {weights},
        coalesce(l.household = r.household, false) AS household, abs(l.year - r.year) AS apart_years, {levels}
    FROM {predictions} p
    JOIN records l ON l.id = p.id_l
    JOIN records r ON r.id = p.id_r
),
weighed AS (
    SELECT *, {context} AS context, {context_weight} AS context_weight FROM named
)
SELECT *, match_weight + context_weight AS weight FROM weighed;

-- name: expected
-- The expected number of duplicates among the pairs.
SELECT coalesce(sum(1 / (1 + power(2, -weight))), 0) FROM judged;

-- name: shift
-- Every pair is a little likelier, or less likely, once it is known how many duplicates there are. Rounded: the
-- last digits depend on the order in which weights were added.
UPDATE judged SET weight = round(weight + {bits}, 3);
