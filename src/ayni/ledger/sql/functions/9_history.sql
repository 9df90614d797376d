-- The posted balance of an account at an instant: that of its newest transfer until then, along its own chain.
CREATE OR REPLACE FUNCTION ledger.balance_at(p_account uuid, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_seq bigint;
    t record;
BEGIN
    SELECT a.last_seq INTO v_seq FROM ledger.accounts a WHERE a.id = p_account;
    IF v_seq IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AY105', MESSAGE = 'there is no such account';
    END IF;
    WHILE v_seq > 0 LOOP
        SELECT x.created_at, x.debit_account_id = p_account AS debited, x.debit_balance, x.credit_balance,
            x.debit_previous_seq, x.credit_previous_seq
        INTO t FROM ledger.transfers x WHERE x.seq = v_seq;
        IF t.created_at <= p_at THEN
            RETURN CASE WHEN t.debited THEN t.debit_balance ELSE t.credit_balance END;
        END IF;
        v_seq := CASE WHEN t.debited THEN t.debit_previous_seq ELSE t.credit_previous_seq END;
    END LOOP;
    RETURN 0;
END;
$$;
REVOKE ALL ON FUNCTION ledger.balance_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.balance_at TO ayni_app;
