-- Pairs and verdicts: what is never edited, and which pairs are open.

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['pairs', 'verdicts', 'verdict_merges', 'merge_closings', 'merge_reopenings'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON registry.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON registry.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
    END LOOP;
END;
$$;

-- Pairs that nobody has decided, or about which the last officer was unsure. Two files that were found to be of one
-- human by way of a third are no question any more.
CREATE OR REPLACE VIEW registry.open_pairs AS
SELECT p.low_id, p.high_id, p.score_per_mille, p.evidence, p.found_by, p.model, p.found_at, p.blocks,
    v.number AS unsure_number
FROM registry.pairs p
LEFT JOIN LATERAL (
    SELECT v.number, v.verdict
    FROM registry.verdicts v
    WHERE v.low_id = p.low_id AND v.high_id = p.high_id
    ORDER BY v.number DESC
    LIMIT 1
) v ON true
LEFT JOIN identity_api.merged l ON l.person_id = p.low_id
LEFT JOIN identity_api.merged h ON h.person_id = p.high_id
WHERE (v.number IS NULL OR v.verdict = 'unsure')
    AND coalesce(l.canonical_id, p.low_id) <> coalesce(h.canonical_id, p.high_id);

-- Who stands in an open pair that is likely enough to hold up payment: both files, until an officer decides.
CREATE OR REPLACE VIEW registry_api.unresolved AS
SELECT low_id AS person_id FROM registry.open_pairs WHERE blocks
UNION
SELECT high_id FROM registry.open_pairs WHERE blocks;

-- Which of some households and people must wait: themselves, or somebody who belongs to them today, stand in such a
-- pair. Only their own files are looked at, and not every pair of the city.
CREATE OR REPLACE FUNCTION registry_api.waiting_among(p_subjects uuid[]) RETURNS TABLE (subject_id uuid)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_people uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM registry.pairs p WHERE p.blocks) THEN
        RETURN;
    END IF;
    v_people := ARRAY (
        SELECT m.person_id FROM registry.memberships m
        WHERE m.household_id = ANY (p_subjects)
            AND (m.valid_until IS NULL OR m.valid_until >= (foundation.now() AT TIME ZONE 'UTC')::date));
    v_people := ARRAY (
        SELECT u.person_id FROM registry_api.unresolved u WHERE u.person_id = ANY (v_people || p_subjects));
    RETURN QUERY
    SELECT unnest(v_people)
    UNION
    SELECT m.household_id FROM registry.memberships m
    WHERE m.household_id = ANY (p_subjects) AND m.person_id = ANY (v_people);
END;
$$;

GRANT SELECT ON registry.open_pairs, registry_api.unresolved TO ayni_app;
GRANT EXECUTE ON FUNCTION registry_api.waiting_among TO ayni_app;
GRANT UPDATE, DELETE ON registry.leases TO ayni_app;
