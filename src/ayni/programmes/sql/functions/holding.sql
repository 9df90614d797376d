-- Entitlements that may not be paid now, and why. A reason goes away: an officer decides about a pair, a household
-- names who receives.
--
-- waits_for_adjudication: somebody of the subject, or the recipient, stands in an open pair that holds up payments.
-- same_human: files were merged since the cycle was frozen, and the human is paid by another entitlement of it: by
-- that of the file that was kept, or else by the first.
-- recipient_died: who would receive it has died.
CREATE OR REPLACE FUNCTION programmes.held_back(p_entitlements uuid[])
RETURNS TABLE (id uuid, code text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
-- Whoever calls may have turned these off for plans of their own.
SET enable_hashjoin = on SET enable_mergejoin = on SET enable_seqscan = on SET enable_sort = on
AS $$
DECLARE
    v_concerned uuid[];
    v_waiting uuid[];
BEGIN
    SELECT array_agg(DISTINCT u.subject) INTO v_concerned
    FROM programmes.entitlements e CROSS JOIN LATERAL (VALUES (e.subject_id), (e.recipient_id)) u (subject)
    WHERE e.id = ANY (p_entitlements);
    v_waiting := ARRAY (SELECT w.subject_id FROM registry_api.waiting_among(v_concerned) w);
    IF cardinality(v_waiting) > 0 THEN
        RETURN QUERY
        SELECT e.id, 'waits_for_adjudication' FROM programmes.entitlements e
        WHERE e.id = ANY (p_entitlements)
            AND (e.subject_id = ANY (v_waiting) OR e.recipient_id = ANY (v_waiting));
    END IF;
    RETURN QUERY
    SELECT e.id, 'recipient_died' FROM programmes.entitlements e
    WHERE e.id = ANY (p_entitlements) AND e.recipient_id IN (
        SELECT p.person_id FROM identity_api.particulars p
        WHERE p.person_id = ANY (v_concerned) AND p.died_on IS NOT NULL);
    IF EXISTS (SELECT FROM identity_api.merged) THEN
        RETURN QUERY SELECT s.id, 'same_human' FROM programmes.paid_as_another(p_entitlements) s;
    END IF;
END;
$$;

-- Entitlements whose human another entitlement of the same cycle pays. Of households the recipients are compared, of
-- people they themselves: one collector may well receive for several.
CREATE OR REPLACE FUNCTION programmes.paid_as_another(p_entitlements uuid[]) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE
AS $$
    WITH humans AS MATERIALIZED (
        SELECT m.person_id, m.canonical_id FROM identity_api.merged m
        UNION SELECT m.canonical_id, m.canonical_id FROM identity_api.merged m
    ), mine AS MATERIALIZED (
        SELECT e.id, e.cycle_id, g.target, h.person_id, h.canonical_id
        FROM programmes.entitlements e
        JOIN programmes.cycles c ON c.id = e.cycle_id
        JOIN programmes.programmes g ON g.id = c.programme_id
        JOIN humans h ON h.person_id = CASE g.target WHEN 'household' THEN e.recipient_id ELSE e.subject_id END
        WHERE e.id = ANY (p_entitlements)
    ), others AS (
        SELECT m.id, m.canonical_id = m.person_id AS kept, h.canonical_id = h.person_id AS other_kept, o.id AS other_id
        FROM mine m
        JOIN humans h ON h.canonical_id = m.canonical_id AND h.person_id <> m.person_id
        -- Each looks by an index of its own.
        CROSS JOIN LATERAL (
            SELECT e.id FROM programmes.entitlements e
            WHERE m.target = 'household' AND e.recipient_id = h.person_id AND e.cycle_id = m.cycle_id
            UNION ALL
            SELECT e.id FROM programmes.entitlements e
            WHERE m.target = 'person' AND e.subject_id = h.person_id AND e.cycle_id = m.cycle_id) o
    )
    SELECT DISTINCT o.id FROM others o
    WHERE EXISTS (SELECT FROM programmes.payments p WHERE p.entitlement_id = o.other_id AND p.paid)
        OR (o.other_kept AND NOT o.kept) OR (o.other_kept = o.kept AND o.other_id < o.id);
$$;

GRANT EXECUTE ON FUNCTION programmes.held_back, programmes.paid_as_another TO ayni_app;
