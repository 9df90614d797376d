-- name: training_rows
-- The label and every term of each household of a day.
SELECT ({label})::boolean, ARRAY[{terms}]::bigint[]
FROM registry_api.households_on(%(as_of)s) h
LEFT JOIN ayni_told t ON t.code = h.code AND h.source = %(source)s
ORDER BY h.source, h.code;

-- name: training_categories
-- Of each fact of households: its values, the most frequent first, how many have each, and how many households there are.
SELECT f.key, f.value, count(*)::integer, (SELECT count(*)::integer FROM registry_api.households_on(%(as_of)s))
FROM registry_api.households_on(%(as_of)s) h
CROSS JOIN LATERAL jsonb_each_text(h.facts) f
WHERE f.value IS NOT NULL
GROUP BY f.key, f.value ORDER BY f.key, count(*) DESC, f.value;
