-- What a cycle may become, who may let it, and what is never changed.

CREATE OR REPLACE FUNCTION programmes.guard_cycle() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_maker uuid;
    v_checker uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.approved_by IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'AY301', MESSAGE = 'a cycle begins as a draft';
        END IF;
        RETURN NEW;
    END IF;
    -- What was paid cannot be cancelled: such a cycle is paid to its end, and what stays unpaid is let go then.
    IF NEW.state = 'cancelled' AND OLD.state <> 'cancelled' AND EXISTS (
        SELECT FROM programmes.entitlements e JOIN programmes.payments p ON p.entitlement_id = e.id AND p.paid
        WHERE e.cycle_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY306', MESSAGE = 'some of this cycle has been paid';
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('draft', 'draft'), ('draft', 'to_approve'), ('draft', 'cancelled'),
        ('to_approve', 'approved'), ('to_approve', 'cancelled'), ('approved', 'distributed'),
        ('approved', 'cancelled'), ('distributed', 'ended')) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY301', MESSAGE = format('a cycle does not go from %s to %s',
            OLD.state, NEW.state);
    END IF;
    IF (OLD.id, OLD.programme_id, OLD.assessment_id, OLD.opened_by, OLD.opened_at)
        IS DISTINCT FROM (NEW.id, NEW.programme_id, NEW.assessment_id, NEW.opened_by, NEW.opened_at)
        OR (OLD.state <> 'draft' AND (OLD.entitlements, OLD.total_minor, OLD.digest)
            IS DISTINCT FROM (NEW.entitlements, NEW.total_minor, NEW.digest)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY302', MESSAGE = 'what a cycle was opened with is frozen';
    END IF;
    -- Who approved is written with the approval, once: a later step must not put another name there.
    IF NOT (OLD.state = 'to_approve' AND NEW.state = 'approved')
        AND (OLD.approved_by, OLD.approved_at) IS DISTINCT FROM (NEW.approved_by, NEW.approved_at) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY302', MESSAGE = 'who approved a cycle is frozen';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved' THEN
        -- Two accounts of one human are one human.
        SELECT o.person_id INTO v_maker FROM identity_api.officers o WHERE o.officer_id = NEW.opened_by;
        SELECT o.person_id INTO v_checker FROM identity_api.officers o WHERE o.officer_id = NEW.approved_by;
        IF v_maker IS NULL OR v_checker IS NULL OR v_maker = v_checker THEN
            RAISE EXCEPTION USING ERRCODE = 'AY303', MESSAGE = 'maker and checker must be different people';
        END IF;
        -- Nobody decides on their own household: neither who opened the cycle nor who approves it.
        IF EXISTS (SELECT FROM programmes.entitlements e WHERE e.cycle_id = NEW.id AND (
                e.recipient_id IN (v_maker, v_checker) OR e.subject_id IN (v_maker, v_checker)
                OR e.subject_id IN (SELECT p.household_id FROM registry_api.people p
                    WHERE p.person_id IN (v_maker, v_checker))))
        THEN
            RAISE EXCEPTION USING ERRCODE = 'AY304', MESSAGE = 'nobody decides on a payment to their own household';
        END IF;
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER cycle_is_guarded BEFORE INSERT OR UPDATE ON programmes.cycles
    FOR EACH ROW EXECUTE FUNCTION programmes.guard_cycle();

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

-- What is said of a subject. A criterion that is not met, or a formula by which nothing is due, decides; what is
-- not known, and what cannot be an amount, leaves it open.
CREATE OR REPLACE FUNCTION programmes.outcome_of(p_criteria boolean[], p_recipient uuid, p_fault text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN false = ANY (p_criteria) OR p_fault IN ('zero', 'negative') THEN 'not_eligible'
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

-- Unpaid entitlements of a cycle after an id, in order, with the number of the next attempt: by index, however
-- large the tables have become.
CREATE OR REPLACE FUNCTION programmes.payable(p_cycle uuid, p_after uuid, p_most integer)
RETURNS TABLE (id uuid, recipient_id uuid, amount_minor bigint, purpose text, attempt integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_seqscan = off SET enable_sort = off
AS $$
    SELECT e.id, e.recipient_id, e.amount_minor, e.purpose,
        1 + (SELECT count(*) FROM programmes.payments p
            WHERE p.entitlement_id = e.id AND NOT p.paid AND p.sent)::integer
    FROM programmes.entitlements e
    WHERE e.cycle_id = p_cycle AND e.id > p_after
        AND NOT EXISTS (SELECT FROM programmes.payments p WHERE p.entitlement_id = e.id AND p.paid)
    ORDER BY e.id LIMIT p_most;
$$;

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['programmes', 'versions', 'assessments', 'assessment_rows', 'enrolments',
        'entitlements'] LOOP
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
GRANT USAGE ON SCHEMA programmes, programmes_api TO ayni_app;
GRANT SELECT, INSERT, UPDATE ON programmes.cycles TO ayni_app;
