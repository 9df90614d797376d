-- Entitlements that may not be paid now, and why. Most reasons go away: an officer decides about a pair, a household
-- names who receives. No row says that somebody is held back: it is asked whenever something is to be paid.
--
-- voided: an officer took it back before it was paid.
-- same_human, incompatible, overpayment: it is not claimed (programmes.claim says why), or files were merged since it
-- was, and the human is covered by another entitlement of the cycle (by that of the file that was kept, or else by the
-- first), or by one of a programme that excludes this one (by that which is paid, or else by the first).
-- waits_for_adjudication: somebody whom it covers, or who receives it, stands in an open pair that holds up payments.
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
    RETURN QUERY
    SELECT e.id, CASE WHEN EXISTS (SELECT FROM programmes.reversals r WHERE r.entitlement_id = e.id) THEN 'voided'
        ELSE coalesce((SELECT s.code FROM programmes.set_asides s WHERE s.entitlement_id = e.id
            ORDER BY s.number DESC LIMIT 1), 'voided') END
    FROM programmes.entitlements e
    JOIN programmes.cycles y ON y.id = e.cycle_id AND y.state NOT IN ('draft', 'to_approve')
    WHERE e.id = ANY (p_entitlements)
        AND NOT EXISTS (SELECT FROM programmes.entitlement_claims c WHERE c.entitlement_id = e.id);
    SELECT array_agg(DISTINCT u.subject) INTO v_concerned
    FROM programmes.entitlements e
    CROSS JOIN LATERAL (VALUES (e.subject_id), (programmes.payee_of(e))) u (subject)
    WHERE e.id = ANY (p_entitlements);
    v_waiting := ARRAY (SELECT w.subject_id FROM registry_api.waiting_among(v_concerned) w);
    IF cardinality(v_waiting) > 0 THEN
        RETURN QUERY
        SELECT e.id, 'waits_for_adjudication' FROM programmes.entitlements e
        WHERE e.id = ANY (p_entitlements)
            AND (e.subject_id = ANY (v_waiting) OR programmes.payee_of(e) = ANY (v_waiting));
    END IF;
    RETURN QUERY
    SELECT e.id, 'recipient_died' FROM programmes.entitlements e
    WHERE e.id = ANY (p_entitlements) AND programmes.payee_of(e) IN (
        SELECT p.person_id FROM identity_api.particulars p
        WHERE p.person_id = ANY (v_concerned) AND p.died_on IS NOT NULL);
    IF EXISTS (SELECT FROM identity_api.merged) THEN
        RETURN QUERY SELECT s.id, 'same_human' FROM programmes.paid_as_another(p_entitlements) s;
        RETURN QUERY SELECT x.id, 'incompatible' FROM programmes.excluded_as_another(p_entitlements) x;
    END IF;
END;
$$;

-- Entitlements of which somebody, by another file, is claimed by another entitlement of the same cycle too: two files
-- that were merged after the approval.
CREATE OR REPLACE FUNCTION programmes.paid_as_another(p_entitlements uuid[]) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE
AS $$
    WITH humans AS MATERIALIZED (
        SELECT m.person_id, m.canonical_id FROM identity_api.merged m
        UNION SELECT m.canonical_id, m.canonical_id FROM identity_api.merged m
    ), concerned AS MATERIALIZED (
        SELECT DISTINCT y.programme_id, programmes.claimed_in(y) AS cycle_id
        FROM programmes.entitlements e
        JOIN programmes.cycles y ON y.id = e.cycle_id
        WHERE e.id = ANY (p_entitlements)
    ), claims AS MATERIALIZED (
        SELECT c.entitlement_id, c.cycle_id, h.canonical_id, h.canonical_id = h.person_id AS kept
        FROM concerned k
        CROSS JOIN humans h
        JOIN programmes.entitlement_claims c
            ON c.programme_id = k.programme_id AND c.cycle_id = k.cycle_id AND c.person_id = h.person_id
    )
    SELECT DISTINCT m.entitlement_id
    FROM claims m
    JOIN claims o ON o.cycle_id = m.cycle_id AND o.canonical_id = m.canonical_id AND o.entitlement_id <> m.entitlement_id
    WHERE m.entitlement_id = ANY (p_entitlements)
        AND (EXISTS (SELECT FROM programmes.settled p WHERE p.entitlement_id = o.entitlement_id)
            OR (o.kept AND NOT m.kept) OR (o.kept = m.kept AND o.entitlement_id < m.entitlement_id));
$$;

-- Entitlements of which somebody, by another file, is claimed for a day of the same period by a programme that excludes
-- theirs: two files that were merged after both approvals.
CREATE OR REPLACE FUNCTION programmes.excluded_as_another(p_entitlements uuid[]) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE
AS $$
    WITH humans AS MATERIALIZED (
        SELECT m.person_id, m.canonical_id FROM identity_api.merged m
        UNION SELECT m.canonical_id, m.canonical_id FROM identity_api.merged m
    ), mine AS MATERIALIZED (
        SELECT c.entitlement_id, c.programme_id, c.person_id, h.canonical_id, y.first_on, y.last_on
        FROM programmes.entitlement_claims c
        JOIN humans h ON h.person_id = c.person_id
        JOIN programmes.cycles y ON y.id = c.cycle_id
        WHERE c.entitlement_id = ANY (p_entitlements)
    )
    SELECT DISTINCT m.entitlement_id
    FROM mine m
    JOIN humans h ON h.canonical_id = m.canonical_id AND h.person_id <> m.person_id
    JOIN programmes.entitlement_claims o ON o.person_id = h.person_id AND o.programme_id <> m.programme_id
    JOIN programmes.cycles y ON y.id = o.cycle_id
        AND daterange(y.first_on, y.last_on, '[]') && daterange(m.first_on, m.last_on, '[]')
    WHERE o.programme_id IN (SELECT i.programme_id FROM programmes.incompatible_with(m.programme_id) i)
        AND (o.entitlement_id < m.entitlement_id
            OR EXISTS (SELECT FROM programmes.settled p WHERE p.entitlement_id = o.entitlement_id));
$$;

GRANT EXECUTE ON FUNCTION programmes.held_back, programmes.paid_as_another, programmes.excluded_as_another TO ayni_app;
