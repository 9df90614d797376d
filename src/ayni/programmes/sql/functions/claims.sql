-- Claiming: each person of an approved entitlement is claimed once in a cycle, by the key of entitlement_claims. The
-- application may read claims and not write them: these functions do.

-- Overpayments about which nobody has decided yet.
CREATE OR REPLACE VIEW programmes.undecided_overpayments AS
SELECT o.id, o.programme_id, o.entitlement_id, coalesce(m.canonical_id, o.person_id) AS person_id, o.amount_minor
FROM programmes.overpayments o
LEFT JOIN identity_api.merged m ON m.person_id = o.person_id
WHERE NOT EXISTS (SELECT FROM programmes.overpayment_decisions d WHERE d.overpayment_id = o.id);

-- Entitlements of approved cycles that are not claimed, with the newest reason.
CREATE OR REPLACE VIEW programmes.reasons_set_aside AS
SELECT DISTINCT ON (s.entitlement_id) s.entitlement_id, s.code, s.other, s.set_aside_at
FROM programmes.set_asides s
WHERE NOT EXISTS (SELECT FROM programmes.entitlement_claims c WHERE c.entitlement_id = s.entitlement_id)
ORDER BY s.entitlement_id, s.number DESC;

-- How each payment stands: credited at once; or to a wallet that was not in use, or to an agent: waiting, claimed by its
-- owner, cashed, returned to the programme after the deadline.
CREATE OR REPLACE VIEW programmes.standing AS
SELECT p.entitlement_id, p.transfer_id, p.tried_at, coalesce(w.until, v.until) AS until,
    CASE p.code WHEN 'paid' THEN 'credited' ELSE coalesce(w.state, v.state, 'waiting') END AS how
FROM programmes.payments p
LEFT JOIN wallet_api.waiting_benefits w ON w.transfer_id = p.transfer_id AND p.code = 'waiting'
LEFT JOIN wallet_api.vouchers v ON v.transfer_id = p.transfer_id AND p.code = 'voucher'
WHERE p.paid;

-- What somebody has received, or what waits for them: nothing of it may be voided or given to another.
CREATE OR REPLACE VIEW programmes.settled AS
SELECT s.entitlement_id FROM programmes.standing s WHERE s.how <> 'returned'
UNION ALL
SELECT h.entitlement_id FROM programmes.handovers h;


-- The cycle in which a cycle's entitlements are claimed: a follow-up pays whom its parent left out.
CREATE OR REPLACE FUNCTION programmes.claimed_in(p_cycle programmes.cycles) RETURNS uuid
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE p_cycle.kind WHEN 'follow_up' THEN p_cycle.parent_id ELSE p_cycle.id END;
$$;

-- The programmes that exclude a programme, or that it excludes, by their newest versions.
CREATE OR REPLACE FUNCTION programmes.incompatible_with(p_programme uuid) RETURNS TABLE (programme_id uuid, code text, target text)
LANGUAGE sql STABLE
AS $$
    WITH newest AS (
        SELECT DISTINCT ON (v.programme_id) v.programme_id, p.code, p.target,
            coalesce(v.definition -> 'incompatible_with', '[]'::jsonb) AS others
        FROM programmes.versions v
        JOIN programmes.programmes p ON p.id = v.programme_id
        ORDER BY v.programme_id, v.version DESC
    )
    SELECT o.programme_id, o.code, o.target
    FROM newest m
    JOIN newest o ON o.programme_id <> m.programme_id AND (m.others ? o.code OR o.others ? m.code)
    WHERE m.programme_id = p_programme;
$$;

-- Claims whatever of a cycle is not claimed yet and can be; says how many people, and how many entitlements are set
-- aside. An entitlement is claimed for all whom it covers, or set aside with the reason: somebody of it is claimed by
-- another one of the cycle (of the kept file before a merged one, or else of the first), or by an incompatible
-- programme for a day of the same period, or was overpaid and nobody has decided about that yet.
CREATE OR REPLACE FUNCTION programmes.claim(p_cycle uuid, OUT people integer, OUT set_aside integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- What the cycle owes was filled a moment ago, and looks empty to the planner.
SET enable_nestloop = off
AS $$
DECLARE
    v_cycle programmes.cycles;
    v_claimed_in uuid;
    v_excluding uuid[];
BEGIN
    -- One at a time, so that two programmes that exclude each other see what the other one claims.
    PERFORM pg_advisory_xact_lock(7310582001);
    SELECT c.* INTO v_cycle FROM programmes.cycles c WHERE c.id = p_cycle FOR UPDATE;
    IF v_cycle.state IS NULL OR v_cycle.state NOT IN ('to_approve', 'approved', 'distributed') THEN
        RAISE EXCEPTION USING ERRCODE = 'AY301', MESSAGE = 'only a cycle that is approved claims';
    END IF;
    IF v_cycle.state = 'to_approve' AND (SELECT count(*) FROM programmes.cycle_approvals a WHERE a.cycle_id = p_cycle)
        < v_cycle.approvals_needed THEN
        RAISE EXCEPTION USING ERRCODE = 'AY310', MESSAGE = 'more officers must approve this cycle';
    END IF;
    v_claimed_in := programmes.claimed_in(v_cycle);
    v_excluding := ARRAY (SELECT i.programme_id FROM programmes.incompatible_with(v_cycle.programme_id) i);

    WITH covered AS MATERIALIZED (
        SELECT e.id, coalesce(m.canonical_id, u.person_id) AS person_id, bool_or(m.canonical_id IS NULL) AS is_kept
        FROM programmes.entitlements e
        CROSS JOIN LATERAL unnest(e.members) u (person_id)
        LEFT JOIN identity_api.merged m ON m.person_id = u.person_id
        WHERE e.cycle_id = p_cycle
            AND NOT EXISTS (SELECT FROM programmes.entitlement_claims c WHERE c.entitlement_id = e.id)
            AND NOT EXISTS (SELECT FROM programmes.reversals r WHERE r.entitlement_id = e.id)
        GROUP BY e.id, coalesce(m.canonical_id, u.person_id)
    ), overpaid AS MATERIALIZED (
        SELECT DISTINCT k.id, 'overpayment' AS code, NULL::text AS other
        FROM programmes.undecided_overpayments o
        JOIN covered k ON k.person_id = o.person_id
        WHERE o.programme_id = v_cycle.programme_id
    ), files AS MATERIALIZED (
        -- By whichever file the human was claimed before: a claim keeps the file that stood for them then.
        SELECT k.id, k.person_id, k.person_id AS file_id FROM covered k
        UNION ALL
        SELECT k.id, k.person_id, m.person_id FROM covered k JOIN identity_api.merged m ON m.canonical_id = k.person_id
    ), excluded AS MATERIALIZED (
        SELECT k.id, 'incompatible' AS code, min(p.code) AS other
        FROM files k
        JOIN programmes.entitlement_claims c ON c.person_id = k.file_id AND c.programme_id = ANY (v_excluding)
        JOIN programmes.cycles y ON y.id = c.cycle_id
            AND daterange(y.first_on, y.last_on, '[]') && daterange(v_cycle.first_on, v_cycle.last_on, '[]')
        JOIN programmes.programmes p ON p.id = c.programme_id
        WHERE cardinality(v_excluding) > 0
        GROUP BY k.id
    ), in_doubt AS MATERIALIZED (
        SELECT o.id, o.code, o.other FROM overpaid o
        UNION ALL SELECT x.id, x.code, x.other FROM excluded x WHERE x.id NOT IN (SELECT o.id FROM overpaid o)
    ), twice AS MATERIALIZED (
        SELECT DISTINCT f.id, 'same_human' AS code, NULL::text AS other
        FROM (
            SELECT k.id, k.person_id, row_number() OVER (PARTITION BY k.person_id ORDER BY k.is_kept DESC, k.id) AS place
            FROM covered k
            WHERE k.id NOT IN (SELECT d.id FROM in_doubt d)) f
        WHERE f.place > 1 OR f.id IN (
            SELECT k.id FROM files k
            JOIN programmes.entitlement_claims c ON c.person_id = k.file_id
                AND c.programme_id = v_cycle.programme_id AND c.cycle_id = v_claimed_in)
    ), aside AS MATERIALIZED (
        SELECT d.id, d.code, d.other FROM in_doubt d UNION ALL SELECT t.id, t.code, t.other FROM twice t
    ), claimed AS (
        INSERT INTO programmes.entitlement_claims (programme_id, cycle_id, person_id, entitlement_id)
        SELECT v_cycle.programme_id, v_claimed_in, k.person_id, k.id
        FROM covered k
        WHERE k.id NOT IN (SELECT a.id FROM aside a)
        ORDER BY k.id
        RETURNING 1
    ), told AS (
        INSERT INTO programmes.set_asides (entitlement_id, code, other, set_aside_at)
        SELECT a.id, a.code, a.other, foundation.now()
        FROM aside a
        WHERE NOT EXISTS (
            SELECT FROM programmes.reasons_set_aside s
            WHERE s.entitlement_id = a.id AND (s.code, s.other) IS NOT DISTINCT FROM (a.code, a.other))
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM claimed), (SELECT count(*) FROM aside) INTO people, set_aside;
END;
$$;

-- Lets go of claims, with the reversal that says why: of one entitlement that was not paid, or of all of a cycle that
-- were not.
CREATE OR REPLACE FUNCTION programmes.reverse(
    p_id uuid, p_cycle uuid, p_entitlement uuid, p_kind text, p_reason text, p_officer uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_released integer;
BEGIN
    PERFORM 1 FROM programmes.cycles c WHERE c.id = p_cycle FOR UPDATE;
    IF p_entitlement IS NOT NULL AND (
        NOT EXISTS (SELECT FROM programmes.entitlements e WHERE e.id = p_entitlement AND e.cycle_id = p_cycle)
        OR EXISTS (SELECT FROM programmes.settled s WHERE s.entitlement_id = p_entitlement)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY306', MESSAGE = 'what was paid is not voided';
    END IF;
    WITH gone AS (
        DELETE FROM programmes.entitlement_claims c
        USING programmes.entitlements e
        WHERE e.cycle_id = p_cycle AND c.entitlement_id = e.id AND (p_entitlement IS NULL OR e.id = p_entitlement)
            AND NOT EXISTS (SELECT FROM programmes.settled s WHERE s.entitlement_id = e.id)
        RETURNING 1)
    SELECT count(*) INTO v_released FROM gone;
    INSERT INTO programmes.reversals
        (id, cycle_id, entitlement_id, kind, released, reason, officer_id, recorded_at)
    VALUES (p_id, p_cycle, p_entitlement, p_kind, v_released, p_reason, p_officer, foundation.now());
    RETURN v_released;
END;
$$;

REVOKE ALL ON FUNCTION programmes.claim, programmes.reverse FROM public;
GRANT EXECUTE ON FUNCTION programmes.claim, programmes.reverse, programmes.incompatible_with TO ayni_app;
GRANT SELECT ON programmes.undecided_overpayments, programmes.reasons_set_aside, programmes.settled,
    programmes.standing TO ayni_app;

-- Who is covered on a day by what is enrolled in some programmes, with the code of each.
CREATE OR REPLACE FUNCTION programmes.enrolled_on(p_programmes uuid[], p_on date)
RETURNS TABLE (person_id uuid, household_id uuid, code text)
LANGUAGE sql STABLE
AS $$
    SELECT p.person_id, p.household_id, n.code
    FROM (
        SELECT DISTINCT ON (e.programme_id, e.subject_id) e.subject_id, e.state, g.code, g.target
        FROM programmes.enrolments e
        JOIN programmes.programmes g ON g.id = e.programme_id
        WHERE e.programme_id = ANY (p_programmes)
        ORDER BY e.programme_id, e.subject_id, e.number DESC) n
    JOIN registry_api.people_on(p_on) p
        ON n.subject_id = CASE n.target WHEN 'household' THEN p.household_id ELSE p.person_id END
    WHERE n.state = 'enrolled';
$$;
GRANT EXECUTE ON FUNCTION programmes.enrolled_on TO ayni_app;

-- The state in which each subject of a programme is now.
CREATE OR REPLACE FUNCTION programmes.states_of(p_programme uuid) RETURNS TABLE (subject_id uuid, state text, since timestamptz)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (e.subject_id) e.subject_id, e.state, e.since
    FROM programmes.enrolments e
    WHERE e.programme_id = p_programme
    ORDER BY e.subject_id, e.number DESC;
$$;
GRANT EXECUTE ON FUNCTION programmes.states_of TO ayni_app;
