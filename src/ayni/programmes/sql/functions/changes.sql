-- What tells one assessment from another, for the diff between two cycles.

-- The names of the criteria that were not met, or of which it is not known.
CREATE OR REPLACE FUNCTION programmes.names_where(p_names text[], p_answers boolean[], p_wanted text) RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(array_agg(u.name ORDER BY u.place), '{}')
    FROM unnest(p_names, p_answers) WITH ORDINALITY u (name, answer, place)
    WHERE p_answers IS NOT NULL AND CASE p_wanted WHEN 'unmet' THEN u.answer IS FALSE ELSE u.answer IS NULL END;
$$;

-- The facts that two assessments both used and found different: name → [before, now].
CREATE OR REPLACE FUNCTION programmes.differing_facts(p_before jsonb, p_now jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(jsonb_object_agg(n.key, jsonb_build_array(p_before -> n.key, n.value)), '{}')
    FROM jsonb_each(coalesce(p_now, '{}')) n
    WHERE p_before ? n.key AND p_before -> n.key IS DISTINCT FROM n.value;
$$;

-- Overpayments that are recovered, how much is left of each, and whether an appeal stops it.
CREATE OR REPLACE VIEW programmes.recoveries AS
SELECT o.id AS overpayment_id, o.programme_id, e.subject_id, d.amount_minor, d.each_cycle_minor, d.decided_at,
    d.appealable_until,
    coalesce(a.amount_minor, d.amount_minor) - coalesce((
        SELECT sum(k.deducted_minor)
        FROM programmes.entitlements k
        JOIN programmes.cycles c ON c.id = k.cycle_id AND c.state <> 'cancelled'
        WHERE k.recovers = o.id
            AND NOT EXISTS (SELECT FROM programmes.reversals v WHERE v.entitlement_id = k.id)), 0) AS left_minor,
    EXISTS (SELECT FROM programmes.grievances g WHERE g.overpayment_id = o.id
        AND NOT EXISTS (SELECT FROM programmes.grievance_decisions x WHERE x.grievance_id = g.id)) AS appealed
FROM programmes.overpayments o
JOIN programmes.overpayment_decisions d ON d.overpayment_id = o.id AND d.kind = 'recover'
LEFT JOIN LATERAL (
    -- What an appeal left of it.
    SELECT x.amount_minor FROM programmes.grievances g
    JOIN programmes.grievance_decisions x ON x.grievance_id = g.id AND x.effect = 'recovery'
    WHERE g.overpayment_id = o.id ORDER BY x.decided_at DESC LIMIT 1) a ON true
JOIN programmes.entitlements e ON e.id = coalesce(o.other_entitlement_id, o.entitlement_id);

-- What is to be kept back from whom in a programme on a day: one decided overpayment for each subject, the oldest whose
-- term of appeal has passed and of which something is left.
CREATE OR REPLACE FUNCTION programmes.recoverable(p_programme uuid, p_on date)
RETURNS TABLE (subject_id uuid, overpayment_id uuid, each_minor bigint)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (r.subject_id) r.subject_id, r.overpayment_id, least(r.each_cycle_minor, r.left_minor)::bigint
    FROM programmes.recoveries r
    WHERE r.programme_id = p_programme AND r.appealable_until < p_on AND NOT r.appealed AND r.left_minor > 0
    ORDER BY r.subject_id, r.decided_at, r.overpayment_id;
$$;

GRANT SELECT ON programmes.recoveries TO ayni_app;
GRANT EXECUTE ON FUNCTION programmes.names_where, programmes.differing_facts, programmes.recoverable TO ayni_app;
