-- What a cycle may become, who may let it, and what is never changed.

CREATE OR REPLACE FUNCTION programmes.guard_cycle() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.approved_by IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'AY301', MESSAGE = 'a cycle begins as a draft';
        END IF;
        IF NEW.first_on IS NULL OR NEW.last_on IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'AY301', MESSAGE = 'a cycle is for the days of a period';
        END IF;
        RETURN NEW;
    END IF;
    -- What was paid cannot be cancelled: such a cycle is paid to its end, and what stays unpaid is let go then.
    IF NEW.state = 'cancelled' AND OLD.state <> 'cancelled' AND EXISTS (
        SELECT FROM programmes.entitlements e JOIN programmes.settled s ON s.entitlement_id = e.id
        WHERE e.cycle_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY306', MESSAGE = 'some of this cycle has been paid';
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('draft', 'draft'), ('draft', 'to_approve'), ('draft', 'cancelled'),
        ('to_approve', 'approved'), ('to_approve', 'cancelled'), ('approved', 'distributed'),
        ('approved', 'cancelled'), ('distributed', 'ended')) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY301', MESSAGE = format('a cycle does not go from %s to %s',
            OLD.state, NEW.state);
    END IF;
    IF (OLD.id, OLD.programme_id, OLD.assessment_id, OLD.opened_by, OLD.opened_at, OLD.kind, OLD.parent_id,
            OLD.first_on, OLD.last_on)
        IS DISTINCT FROM (NEW.id, NEW.programme_id, NEW.assessment_id, NEW.opened_by, NEW.opened_at, NEW.kind,
            NEW.parent_id, NEW.first_on, NEW.last_on)
        OR (OLD.state <> 'draft' AND (OLD.entitlements, OLD.total_minor, OLD.digest, OLD.approvals_needed)
            IS DISTINCT FROM (NEW.entitlements, NEW.total_minor, NEW.digest, NEW.approvals_needed)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY302', MESSAGE = 'what a cycle was opened with is frozen';
    END IF;
    -- Who approved is written with the approval, once: a later step must not put another name there.
    IF NOT (OLD.state = 'to_approve' AND NEW.state = 'approved')
        AND (OLD.approved_by, OLD.approved_at) IS DISTINCT FROM (NEW.approved_by, NEW.approved_at) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY302', MESSAGE = 'who approved a cycle is frozen';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved' THEN
        IF NOT EXISTS (SELECT FROM programmes.cycle_approvals a
            WHERE a.cycle_id = NEW.id AND a.officer_id = NEW.approved_by) THEN
            RAISE EXCEPTION USING ERRCODE = 'AY310', MESSAGE = 'who approves a cycle is among its approvers';
        END IF;
        -- Whom the cycle covers is claimed with its approval, or it is not approved.
        PERFORM programmes.claim(NEW.id);
    END IF;
    -- What is not paid any more claims nobody: by a recorded reversal, which the same transaction has made before.
    IF NEW.state IN ('cancelled', 'ended') AND OLD.state IN ('approved', 'distributed') AND NOT EXISTS (
        SELECT FROM programmes.reversals r WHERE r.cycle_id = NEW.id AND r.entitlement_id IS NULL
            AND r.kind = CASE NEW.state WHEN 'cancelled' THEN 'cancel' ELSE 'lapse' END) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY311', MESSAGE = 'a recorded reversal lets the claims of a cycle go';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER cycle_is_guarded BEFORE INSERT OR UPDATE ON programmes.cycles
    FOR EACH ROW EXECUTE FUNCTION programmes.guard_cycle();

-- Who may approve: not the human who opened the cycle, nobody twice, nobody for their own household, and nobody who
-- has not read the warnings. Two accounts of one human are one human.
CREATE OR REPLACE FUNCTION programmes.guard_approval() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_cycle programmes.cycles;
    v_maker uuid;
    v_checker uuid;
BEGIN
    SELECT c.* INTO v_cycle FROM programmes.cycles c WHERE c.id = NEW.cycle_id FOR UPDATE;
    IF v_cycle.state IS DISTINCT FROM 'to_approve' THEN
        RAISE EXCEPTION USING ERRCODE = 'AY301', MESSAGE = 'only a cycle that waits for approval is approved';
    END IF;
    SELECT o.person_id INTO v_maker FROM identity_api.officers o WHERE o.officer_id = v_cycle.opened_by;
    SELECT o.person_id INTO v_checker FROM identity_api.officers o WHERE o.officer_id = NEW.officer_id;
    IF v_maker IS NULL OR v_checker IS NULL OR v_maker = v_checker OR NEW.person_id <> v_checker THEN
        RAISE EXCEPTION USING ERRCODE = 'AY303', MESSAGE = 'maker and checker must be different people';
    END IF;
    IF EXISTS (SELECT FROM programmes.cycle_approvals a
        WHERE a.cycle_id = NEW.cycle_id AND identity_api.canonical_id(a.person_id) = v_checker) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY312', MESSAGE = 'one human approves once';
    END IF;
    -- Nobody decides on their own household: neither who opened the cycle nor who approves it.
    IF EXISTS (SELECT FROM programmes.entitlements e WHERE e.cycle_id = NEW.cycle_id AND (
            e.recipient_id IN (v_maker, v_checker) OR e.subject_id IN (v_maker, v_checker)
            OR e.members && ARRAY[v_maker, v_checker]
            OR e.subject_id IN (SELECT p.household_id FROM registry_api.people p
                WHERE p.person_id IN (v_maker, v_checker))))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'AY304', MESSAGE = 'nobody decides on a payment to their own household';
    END IF;
    IF NOT NEW.warnings_read AND EXISTS (SELECT FROM programmes.cycle_warnings w WHERE w.cycle_id = NEW.cycle_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY309', MESSAGE = 'the warnings of this cycle must be read first';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER approval_is_guarded BEFORE INSERT ON programmes.cycle_approvals
    FOR EACH ROW EXECUTE FUNCTION programmes.guard_approval();

CREATE OR REPLACE FUNCTION programmes.guard_entitlements() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT n.cycle_id FROM added n) a
        LEFT JOIN programmes.cycles c ON c.id = a.cycle_id WHERE c.state IS DISTINCT FROM 'draft') THEN
        RAISE EXCEPTION USING ERRCODE = 'AY302', MESSAGE = 'only a draft takes entitlements';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER entitlements_are_frozen AFTER INSERT ON programmes.entitlements
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION programmes.guard_entitlements();

CREATE OR REPLACE FUNCTION programmes.guard_assessment_rows() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT n.assessment_id FROM added n) r
        WHERE NOT EXISTS (SELECT FROM programmes.assessments a WHERE a.id = r.assessment_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY307', MESSAGE = 'there is no such assessment';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER assessment_rows_belong AFTER INSERT ON programmes.assessment_rows
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION programmes.guard_assessment_rows();

CREATE OR REPLACE FUNCTION programmes.guard_enrolments() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT n.programme_id, n.assessment_id FROM added n) r
        WHERE NOT EXISTS (SELECT FROM programmes.programmes p WHERE p.id = r.programme_id)
            OR (r.assessment_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM programmes.assessments a
                WHERE a.id = r.assessment_id AND a.programme_id = r.programme_id))) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY307', MESSAGE = 'there is no such programme, or no such assessment of it';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER enrolments_belong AFTER INSERT ON programmes.enrolments
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION programmes.guard_enrolments();

-- Why a number is no amount that can be paid: it must be whole, above zero, and fit into one transfer.
CREATE OR REPLACE FUNCTION programmes.amount_fault(p_amount numeric) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_amount IS NULL THEN 'unknown' WHEN p_amount < 0 THEN 'negative' WHEN p_amount = 0 THEN 'zero'
        WHEN p_amount > 100000000000000 THEN 'too_large' WHEN p_amount <> trunc(p_amount) THEN 'fraction' END;
$$;

-- Why a number is no count of units that can be handed over.
CREATE OR REPLACE FUNCTION programmes.quantity_fault(p_quantity numeric) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_quantity > 1000000000 THEN 'too_large' ELSE programmes.amount_fault(p_quantity) END;
$$;

DROP FUNCTION IF EXISTS programmes.outcome_of(boolean[], uuid, text);
-- The smaller and the greater of two values; unknown when one of them is, unlike PostgreSQL's own.
CREATE OR REPLACE FUNCTION programmes.least_known(p_one anyelement, p_other anyelement) RETURNS anyelement
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN least(p_one, p_other); END; $$;
CREATE OR REPLACE FUNCTION programmes.greatest_known(p_one anyelement, p_other anyelement) RETURNS anyelement
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN greatest(p_one, p_other); END; $$;

-- What is said of a subject. A criterion that is not met, or a formula by which nothing is due, decides, and so
-- does a programme that excludes this one; what is not known, and what cannot be an amount, leaves it open.
CREATE OR REPLACE FUNCTION programmes.outcome_of(p_criteria boolean[], p_recipient uuid, p_fault text, p_conflict text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN false = ANY (p_criteria) OR p_fault IN ('zero', 'negative') OR p_conflict IS NOT NULL
            THEN 'not_eligible'
        WHEN array_position(p_criteria, NULL) IS NOT NULL OR p_fault IS NOT NULL OR p_recipient IS NULL
            THEN 'unknown'
        ELSE 'eligible' END;
$$;

-- Whatever the sizes of the tables were when the plan was made, each row is looked up by its key.
CREATE OR REPLACE FUNCTION programmes.guard_payments() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
BEGIN
    IF (SELECT count(*) FROM added n JOIN programmes.entitlements e ON e.id = n.entitlement_id
        JOIN programmes.cycles c ON c.id = e.cycle_id WHERE c.state IN ('approved', 'distributed'))
        < (SELECT count(*) FROM added n) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY305', MESSAGE = 'only an approved cycle is paid';
    END IF;
    -- Asked before by whoever pays; this is for what became known meanwhile, and for whoever did not ask.
    IF EXISTS (SELECT FROM programmes.held_back(ARRAY (SELECT n.entitlement_id FROM added n WHERE n.paid))) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY308', MESSAGE = 'some of these may not be paid at present';
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER payments_need_approval AFTER INSERT ON programmes.payments
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION programmes.guard_payments();

-- A payment is written before the ledger is asked, and only the transaction that wrote it may still say that it
-- was refused after all. From its commit on the row is as fixed as any other.
CREATE OR REPLACE FUNCTION programmes.guard_amendment() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.xmin = pg_current_xact_id()::xid AND OLD.paid AND NOT NEW.paid
        AND (OLD.number, OLD.entitlement_id, OLD.attempt, OLD.transfer_id, OLD.tried_at)
            = (NEW.number, NEW.entitlement_id, NEW.attempt, NEW.transfer_id, NEW.tried_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'AY003', MESSAGE = 'rows of programmes.payments are never changed or removed';
END;
$$;
CREATE OR REPLACE TRIGGER payments_never_change BEFORE UPDATE OR DELETE ON programmes.payments
    FOR EACH ROW EXECUTE FUNCTION programmes.guard_amendment();
CREATE OR REPLACE TRIGGER payments_stay BEFORE TRUNCATE ON programmes.payments
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
GRANT SELECT, INSERT, UPDATE (paid, sent, code, reason) ON programmes.payments TO ayni_app;

-- Who receives an entitlement: whom an officer has named since it was frozen, or else its recipient.
CREATE OR REPLACE FUNCTION programmes.payee_of(p_entitlement programmes.entitlements) RETURNS uuid
LANGUAGE sql STABLE
AS $$
    SELECT coalesce((SELECT y.payee_id FROM programmes.payees y WHERE y.entitlement_id = p_entitlement.id
        ORDER BY y.number DESC LIMIT 1), p_entitlement.recipient_id);
$$;

-- Unpaid entitlements of a cycle after an id, in order, with the number of the next attempt: by index, however
-- large the tables have become.
CREATE OR REPLACE FUNCTION programmes.payable(p_cycle uuid, p_after uuid, p_most integer)
RETURNS TABLE (id uuid, recipient_id uuid, amount_minor bigint, purpose text, attempt integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_seqscan = off SET enable_sort = off
AS $$
    SELECT e.id, programmes.payee_of(e), e.amount_minor, e.purpose,
        1 + (SELECT count(*) FROM programmes.payments p
            WHERE p.entitlement_id = e.id AND NOT p.paid AND p.sent)::integer
    FROM programmes.entitlements e
    WHERE e.cycle_id = p_cycle AND e.id > p_after AND e.kind <> 'in_kind'
        AND NOT EXISTS (SELECT FROM programmes.payments p WHERE p.entitlement_id = e.id AND p.paid)
    ORDER BY e.id LIMIT p_most;
$$;

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['programmes', 'versions', 'assessments', 'assessment_rows', 'enrolments',
        'entitlements', 'cycle_approvals', 'cycle_warnings', 'cycle_changes', 'payees', 'scorecards', 'overpayments',
        'overpayment_decisions', 'handovers', 'set_asides', 'reversals'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE UPDATE OR DELETE ON programmes.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table || '_never_change', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON programmes.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table || '_stay', v_table);
        EXECUTE format('GRANT SELECT, INSERT ON programmes.%I TO ayni_app', v_table);
    END LOOP;
END;
$$;
CREATE OR REPLACE TRIGGER cycles_stay BEFORE DELETE ON programmes.cycles
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
-- Claims, what could not be claimed and what was let go are written by programmes.claim and programmes.reverse alone.
REVOKE INSERT ON programmes.set_asides, programmes.reversals FROM ayni_app;
GRANT SELECT ON programmes.entitlement_claims TO ayni_app;
CREATE OR REPLACE TRIGGER claims_never_change BEFORE UPDATE ON programmes.entitlement_claims
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER claims_stay BEFORE TRUNCATE ON programmes.entitlement_claims
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
GRANT USAGE ON SCHEMA programmes, programmes_api TO ayni_app;
GRANT SELECT, INSERT, UPDATE ON programmes.cycles TO ayni_app;
