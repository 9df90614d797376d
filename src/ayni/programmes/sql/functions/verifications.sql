-- What residents were asked and answered is never changed; how far they were told goes up only.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['verifications', 'verification_asks', 'verification_answers'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON programmes.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON programmes.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('GRANT SELECT, INSERT ON programmes.%I TO ayni_app', v_table);
    END LOOP;
END;
$$;

CREATE OR REPLACE FUNCTION programmes.guard_told() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.cycle_id = OLD.cycle_id AND NEW.payment_number > OLD.payment_number THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'AY003', MESSAGE = 'whom we have told we have told';
END;
$$;
CREATE OR REPLACE TRIGGER told_goes_up BEFORE UPDATE OR DELETE ON programmes.told
    FOR EACH ROW EXECUTE FUNCTION programmes.guard_told();
GRANT SELECT, INSERT, UPDATE (payment_number, told_at) ON programmes.told TO ayni_app;

-- A ration is handed over whole, of an approved cycle, of what is claimed, and not to who may not have it now.
CREATE OR REPLACE FUNCTION programmes.guard_handover() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM programmes.entitlements e JOIN programmes.cycles c ON c.id = e.cycle_id
        WHERE e.id = NEW.entitlement_id AND e.kind = 'in_kind' AND e.quantity = NEW.quantity
            AND c.state IN ('approved', 'distributed')) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY305', MESSAGE = 'only a ration of an approved cycle is handed over, and whole';
    END IF;
    IF EXISTS (SELECT FROM programmes.held_back(ARRAY[NEW.entitlement_id])) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY308', MESSAGE = 'this may not be handed over at present';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER handover_is_guarded BEFORE INSERT ON programmes.handovers
    FOR EACH ROW EXECUTE FUNCTION programmes.guard_handover();

-- Payments of a cycle after a mark of which residents are to be told: number, telephone, language, amount, how it stands,
-- and what waits, until when. Of what stays payable they are told once for each reason that they can do something about.
-- By index, however large the tables have become.
CREATE OR REPLACE FUNCTION programmes.to_tell(p_cycle uuid, p_after bigint, p_most integer, p_unpaid text[])
RETURNS TABLE (number bigint, phone text, language text, amount_minor bigint, code text, until timestamptz, voucher bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_seqscan = off SET enable_sort = off
AS $$
    SELECT p.number, c.phone, i.language, e.amount_minor, p.code, coalesce(w.until, v.until), v.number
    FROM programmes.payments p
    JOIN programmes.entitlements e ON e.id = p.entitlement_id
    CROSS JOIN LATERAL (SELECT programmes.payee_of(e) AS person_id) y
    LEFT JOIN LATERAL (SELECT c.phone FROM identity_api.current_phones c WHERE c.person_id = y.person_id
        ORDER BY c.proved_at DESC NULLS LAST, c.valid_from DESC LIMIT 1) c ON true
    LEFT JOIN identity_api.particulars i ON i.person_id = y.person_id
    LEFT JOIN wallet_api.waiting_benefits w ON w.transfer_id = p.transfer_id AND p.code = 'waiting'
    LEFT JOIN wallet_api.vouchers v ON v.transfer_id = p.transfer_id AND p.code = 'voucher'
    WHERE e.cycle_id = p_cycle AND p.number > p_after
        AND (p.paid OR (p.code = ANY (p_unpaid) AND NOT EXISTS (
            SELECT FROM programmes.payments o
            WHERE o.entitlement_id = p.entitlement_id AND NOT o.paid AND o.code = p.code AND o.number < p.number)))
    ORDER BY p.number LIMIT p_most;
$$;
GRANT EXECUTE ON FUNCTION programmes.to_tell TO ayni_app;
